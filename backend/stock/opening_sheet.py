"""An ERP's list of stock as CSV: which encoding, which columns, which rows, and what is wrong with each.

Reads what ERPs write in Chinese or English: UTF-8, UTF-16 or GB18030, commas, semicolons or tabs, full-width digits,
days with dashes, dots or 年月日, units by their UN/CEFACT code or their Chinese word. Columns it does not know are left
alone.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from backend.reading import units
from backend.reading.encodings import decoded

MOST_ROWS = 5_000
MOST_PROBLEMS = 100
_LONGEST_CELL = 120

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "item": ("item", "item code", "物料编码", "物料代码", "料号", "编码"),
    "name_zh": ("name_zh", "名称", "物料名称", "品名", "中文名称"),
    "name_en": ("name_en", "name", "item name", "英文名称"),
    "unit": ("unit", "uom", "单位", "计量单位"),
    "lot_number": ("lot_number", "lot", "lot number", "批号", "批次号"),
    "expires_on": ("expires_on", "expiry", "expiry date", "有效期", "有效期至", "失效日期"),
    "quantity": ("quantity", "qty", "数量", "库存数量", "现存量"),
    "room": ("room", "location", "库位", "库房", "存放地点"),
    "quarantine": ("quarantine", "待检", "是否待检"),
    "shelf_after_opening_days": ("shelf_after_opening_days", "开封后天数", "开封后有效天数"),
    "released_by": ("released_by", "放行人"),
}
_REQUIRED = ("item", "name_zh", "unit", "lot_number", "quantity", "room")

# Names are kept letter by letter; of everything else only the meaning counts.
_AS_WRITTEN = frozenset({"name_zh", "name_en", "lot_number", "released_by"})

_CODE = re.compile(r"\w[\w.-]{0,39}")
_DAY = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})日?")
_QUANTITY = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell."""

    line: int
    column: str
    problem: str
    """A code: missing, not_a_code, not_a_quantity, not_a_day, not_a_number, not_yes_or_no, unit_unknown, too_long,
    control_character, too_many_rows, encoding_unknown; and those of `backend.stock.opening`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRow:
    """One lot as the ERP has it."""

    line: int
    item: str
    name_zh: str
    name_en: str
    unit: str
    lot_number: str
    expires_on: date | None
    quantity: int
    room: str
    quarantine: bool
    shelf_after_opening_days: int | None
    released_by: str | None


@dataclass(slots=True)
class OpeningSheet:
    """The rows that can be read, and what is wrong with the others."""

    rows: list[OpeningRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _CellError(Exception):
    """A cell cannot be read; its only argument is the problem's code."""


def read_sheet(content: bytes) -> OpeningSheet:
    """Read every row; of what is wrong, at most a hundred problems."""
    sheet = OpeningSheet()
    text = decoded(content)
    if text is None:
        sheet.problems.append(Problem(1, "", "encoding_unknown"))
        return sheet
    lines = _lines(text)
    header = next(lines, (1, []))[1]
    places = _places(header)
    sheet.problems += [Problem(1, column, "missing") for column in _REQUIRED if column not in places]
    if sheet.problems:
        return sheet
    for line, cells in lines:
        if len(sheet.rows) == MOST_ROWS or len(sheet.problems) >= MOST_PROBLEMS:
            if len(sheet.rows) == MOST_ROWS:
                sheet.problems.append(Problem(line, "", "too_many_rows"))
            break
        _read_row(sheet, line, {column: cells[at] if at < len(cells) else "" for column, at in places.items()})
    return sheet


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of every line that is not empty."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    # A quote that is never closed would make one cell of the rest; the reader's own limit is 131,072 characters.
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error:
        yield reader.line_num, []


def _places(header: list[str]) -> dict[str, int]:
    names = {_halved(name).casefold(): at for at, name in reversed(list(enumerate(header)))}
    found = {
        column: names.get(next((each for each in known if each in names), "")) for column, known in COLUMNS.items()
    }
    return {column: at for column, at in found.items() if at is not None}


def _read_row(sheet: OpeningSheet, line: int, cells: Mapping[str, str]) -> None:
    values: dict[str, Any] = {"line": line}
    problems = []
    for column, read in _READERS.items():
        text = cells.get(column, "")
        if column not in _AS_WRITTEN:
            text = _halved(text)
        try:
            if not text and column in _REQUIRED:
                raise _CellError("missing")
            if len(text) > _LONGEST_CELL:
                raise _CellError("too_long")
            if any(unicodedata.category(character) == "Cc" for character in text):
                raise _CellError("control_character")
            values[column] = read(text) if text else None
        except _CellError as error:
            problems.append(Problem(line, column, str(error)))
    if problems:
        sheet.problems += problems
        return
    values["name_en"] = values["name_en"] or values["name_zh"]
    values["quarantine"] = bool(values["quarantine"])
    sheet.rows.append(OpeningRow(**values))


def _halved(text: str) -> str:
    """Full-width digits, letters and signs as half-width ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise _CellError("not_a_code")
    return text


def _unit(text: str) -> str:
    known = units.code_of(text)
    if known is not None:
        return known
    if not re.fullmatch("[0-9A-Z]{2,3}", text.upper()):
        raise _CellError("unit_unknown")
    return text.upper()


def _quantity(text: str) -> int:
    found = _QUANTITY.fullmatch(text)
    quantity = int(found[1].replace(",", "")) if found else 0
    if not 1 <= quantity <= 10**12:
        raise _CellError("not_a_quantity")
    return quantity


def _day(text: str) -> date:
    found = _DAY.fullmatch(text.partition(" ")[0])
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise _CellError("not_a_day")


def _days(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) > 3_660:
        raise _CellError("not_a_number")
    return int(text)


def _yes(text: str) -> bool:
    answer = {"是": True, "否": False, "yes": True, "no": False, "1": True, "0": False, "y": True, "n": False}
    if text.casefold() not in answer:
        raise _CellError("not_yes_or_no")
    return answer[text.casefold()]


_READERS: Mapping[str, Callable[[str], Any]] = {
    "item": _code,
    "name_zh": str,
    "name_en": str,
    "unit": _unit,
    "lot_number": str,
    "expires_on": _day,
    "quantity": _quantity,
    "room": _code,
    "quarantine": _yes,
    "shelf_after_opening_days": _days,
    "released_by": str,
}
