"""A workbook that shows what is wrong: the list of cells, and the sheets as they were read with those cells marked."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from backend.capture.sheets.escaping import sheet_name, write
from backend.capture.sheets.faults import CellError
from backend.capture.sheets.reading import SheetEvents
from backend.capture.sheets.sentences import CHINESE
from backend.capture.sheets.table import Table

_HEADERS: Final = ("表 Sheet", "单元格 Cell", "内容 Value", "错误 What is wrong", "下一步 Next step", "code")
_WIDTHS: Final = (16, 12, 28, 60, 60, 24)
_WRONG: Final = PatternFill("solid", start_color="FFC7CE")


def report(read: SheetEvents) -> bytes:
    """What is wrong with a file, as a workbook for whoever filled it: everything in it is text."""
    book = Workbook()
    listing = book.active
    assert isinstance(listing, Worksheet), "a new workbook has one sheet"
    listing.title = "错误 Errors"
    _list(listing, read.errors)
    by_sheet: dict[str, dict[str, CellError]] = defaultdict(dict)
    for error in read.errors:
        by_sheet[error.sheet].setdefault(error.cell, error)
    for number, table in enumerate(read.tables, 1):
        if table.name in by_sheet:
            _copy(book.create_sheet(sheet_name(number, table.name)), table, by_sheet[table.name])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _list(sheet: Worksheet, errors: Sequence[CellError]) -> None:
    for column, (name, width) in enumerate(zip(_HEADERS, _WIDTHS, strict=True), 1):
        write(sheet, 1, column, name).font = Font(bold=True)
        sheet.column_dimensions["ABCDEF"[column - 1]].width = width
    for row, error in enumerate(errors, 2):
        wrong, step = CHINESE[error.code]
        texts = (
            error.sheet,
            error.cell,
            error.value,
            f"{wrong} {error.title}",
            f"{step} {error.next_step}",
            error.code,
        )
        for column, text in enumerate(texts, 1):
            write(sheet, row, column, text)
    sheet.freeze_panes = "A2"


def _copy(sheet: Worksheet, table: Table, errors: Mapping[str, CellError]) -> None:
    for row in table.rows:
        whole = errors.get(f"{row.number}:{row.number}")
        for column, cell in enumerate(row.cells, 1):
            error = errors.get(cell.at) or (whole if column == 1 else None)
            if cell.shown or error:
                written = write(sheet, row.number, column, cell.shown)
                if error:
                    _mark(sheet, written.coordinate, error)
    # A cell that is missing may stand behind the last one of its row, where nothing was copied.
    for error in errors.values():
        if error.code == "sheet_cell_missing" and ":" not in error.cell:
            _mark(sheet, error.cell, error)


def _mark(sheet: Worksheet, at: str, error: CellError) -> None:
    cell = sheet[at]
    cell.fill = _WRONG
    cell.comment = Comment(f"{CHINESE[error.code][0]}\n{error.title}", "suyuan")
