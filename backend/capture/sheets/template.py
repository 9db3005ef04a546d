"""The workbook a supplier's clerk fills: one sheet of rows, one page that explains, lists to choose from, no macros."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from backend.capture.sheets.escaping import write
from backend.capture.sheets.example import ABOUT, NAMESPACE, NOTES, Language
from backend.capture.sheets.table import MOST_ROWS, letter
from backend.capture.sheets.words import ACTS, HEADERS, Act, Column
from backend.reading.units import ENGLISH_WORDS, FIRST_WORDS

_NAMES: Final[Mapping[Language, tuple[str, str]]] = {"zh": ("事件", ABOUT[0]), "en": ("Events", ABOUT[1])}
_PLACE: Final[Mapping[Language, int]] = {"zh": 0, "en": 1}

_NEEDED: Final = frozenset({Column.DATE, Column.EVENT})
_WIDTH: Final = {Column.DATE: 18, Column.GTIN: 18, Column.BOX: 22, Column.NOTE: 40}

_EXAMPLE: Final[Mapping[Column, tuple[str, str]]] = {
    Column.DATE: ("2026-11-21 08:30", "2026-11-21 08:30"),
    Column.EVENT: (ACTS[Act.SHIPPED][0], ACTS[Act.SHIPPED][1]),
    Column.GTIN: ("06901234567892", "06901234567892"),
    Column.LOT: ("20261101A", "20261101A"),
    Column.QUANTITY: ("12.5", "12.5"),
    Column.UNIT: ("千克", "kg"),
    Column.DOCUMENT: ("FH-0001", "DN-0001"),
}

_EXPLAINED: Final[Mapping[Column, tuple[str, str]]] = {
    Column.DATE: (
        "必填。如 2026-11-21 08:30；只写日期即当日零点",
        "Needed. Like 2026-11-21 08:30; a day alone means its first second",
    ),
    Column.EVENT: ("必填。从列表选择", "Needed. Choose from the list"),
    Column.GTIN: (
        "标签上的商品条码，8、12、13 或 14 位。没有就填物料编号",
        "The GTIN on the label, 8, 12, 13 or 14 digits. Without one, fill in the item",
    ),
    Column.ITEM: (
        "没有 GTIN 时填本单位的物料编号；有 GTIN 时不记录",
        "Your own item number where there is no GTIN; not recorded where there is one",
    ),
    Column.LOT: ("有 GTIN 或物料编号时必填", "Needed with a GTIN or an item"),
    Column.QUANTITY: ("大于零；不写单位，不写千分位", "Above zero; no unit, no marks for thousands"),
    Column.UNIT: ("从列表选择", "Choose from the list"),
    Column.BOX: (
        "箱或托盘上的 SSCC，18 位。装箱必填；整箱发货、收货时可以只填它",
        "The SSCC on box or pallet, 18 digits. Needed to pack; a whole box is shipped or received by it alone",
    ),
    Column.ORDER: ("客户的采购订单号", "The customer's purchase order"),
    Column.DOCUMENT: ("发货单、收货单或生产单号", "Number of the delivery note, goods receipt or production order"),
    Column.PLACE: ("GLN（13 位）或本单位的地点名称", "A GLN (13 digits), or your own name for the place"),
    Column.EXPIRY: ("只在“生产”行填写", "Only in rows of what was made"),
    Column.NOTE: (
        "随事件保存，不影响是否重复",
        "Kept with the event; makes no difference to whether it is a duplicate",
    ),
}

_RULES: Final[Mapping[Language, tuple[str, ...]]] = {
    "zh": (
        "一行是一个事件。行可以一直往下加：再次采集时，采过的行只报“重复”，不会记两次。",
        "填错的单元格会逐个列出；全部改对之前，一行也不会记录。",
        "不读公式：请粘贴为值。长号码所在的列已设为文本格式，请勿更改。",
    ),
    "en": (
        "One row is one event. Go on adding rows: what was captured before is a duplicate then, never a second record.",
        "Every cell that is wrong is listed; until all are right, no row is recorded.",
        "Formulas are not read: paste values. Columns of long numbers are formatted as text; leave them so.",
    ),
}


def template(language: Language, namespace: str | None = None) -> bytes:
    """The workbook, its words in one language; the reader takes either.

    Args:
        namespace: what the organisation's own numbers hang on; without it the page has a place to fill it in.
    """
    book = Workbook()
    rows = book.active
    assert isinstance(rows, Worksheet), "a new workbook has one sheet"
    rows.title, about = _NAMES[language][0], book.create_sheet(_NAMES[language][1])
    _fill_rows(rows, language)
    _fill_about(about, language, namespace)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _fill_rows(sheet: Worksheet, language: Language) -> None:
    place = _PLACE[language]
    for at, column in enumerate(Column, 1):
        name = HEADERS[column][place]
        title = write(sheet, 1, at, f"{name.upper() if column is Column.GTIN else name.capitalize()}{_star(column)}")
        title.font, title.fill = Font(bold=True), PatternFill("solid", start_color="DDEBF7")
        looks = sheet.column_dimensions[letter(at - 1)]
        looks.width = _WIDTH.get(column, 13)
        # As texts, long numbers keep all their digits and codes do not become dates. A quantity is a number.
        looks.number_format = "General" if column is Column.QUANTITY else "@"
        text = NOTES[language] if column is Column.NOTE else _EXAMPLE.get(column, ("", ""))[place]
        if text:
            example = write(sheet, 2, at, text)
            example.font = Font(italic=True, color="808080")
    sheet.freeze_panes = "A2"
    units = FIRST_WORDS if language == "zh" else ENGLISH_WORDS
    _offer(sheet, Column.EVENT, [names[place] for names in ACTS.values()])
    _offer(sheet, Column.UNIT, units)


def _offer(sheet: Worksheet, column: Column, words: list[str] | tuple[str, ...]) -> None:
    # A word that is not offered can be typed all the same: a mapping may explain it.
    offered = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=False)
    at = letter(list(Column).index(column))
    offered.add(f"{at}2:{at}{MOST_ROWS + 1}")
    sheet.add_data_validation(offered)


def _fill_about(sheet: Worksheet, language: Language, namespace: str | None) -> None:
    place = _PLACE[language]
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 90
    lines = [(HEADERS[column][place], texts[place]) for column, texts in _EXPLAINED.items()]
    lines += [("", text) for text in _RULES[language]]
    for number, (name, text) in enumerate(lines, 1):
        write(sheet, number, 1, name).font = Font(bold=True)
        write(sheet, number, 2, text).alignment = Alignment(wrap_text=True)
    at = len(lines) + 2
    write(sheet, at, 1, NAMESPACE[language]).font = Font(bold=True)
    write(sheet, at, 2, namespace or "")
    hint = {
        "zh": "上一格填本单位的网址，如 https://id.your-company.example：本单位自己的编号都挂在它下面",
        "en": "Above: an address of yours, like https://id.your-company.example; your own numbers hang on it",
    }
    write(sheet, at + 1, 2, hint[language]).font = Font(italic=True)


def _star(column: Column) -> str:
    return "*" if column in _NEEDED else ""
