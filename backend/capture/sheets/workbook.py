"""Workbooks (.xlsx), bounded before openpyxl sees them: no macros run, no formulas, no links to elsewhere.

A workbook is a zip of XML parts. What they unpack to, how many marks they have, and that none declares a document type
is looked at first, part by part; openpyxl then reads what is left, which is small.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from typing import IO, Final, cast
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from lxml.etree import LxmlError
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.cell import MergedCell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from backend.capture.sheets.table import LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS, Cell, Kind, Row, Table, Value, letter
from backend.errors import ServiceError

_MOST_PARTS: Final = 1_000
_MOST_UNPACKED: Final = 40_000_000
"""Bytes of all parts together; pictures count too."""

_MOST_STYLES: Final = 2_000_000
_MOST_MARKS: Final = 400_000
"""Opening and closing tags of one part: a full sheet of 5,000 rows has fewer, and each costs memory."""

_LONGEST_FORMAT: Final = re.compile(rb"""formatCode\s*=\s*(?:"[^"]{512}|'[^']{512})""")
_CHUNK: Final = 1 << 16
_LAST_ROW: Final = 200_000
"""The empty ones between are passed by, but not for ever."""

# Whatever openpyxl makes of a file that is not what it claims to be.
_MALFORMED: Final = (
    BadZipFile, LxmlError, ParseError, InvalidFileException, zlib.error, struct.error, EOFError, OSError, LookupError,
    ValueError, TypeError, AttributeError, ArithmeticError, NotImplementedError, RuntimeError,
)  # fmt: skip


def read(content: bytes) -> tuple[Table, ...]:
    """The visible sheets of a workbook, in its order.

    Raises:
        ServiceError: `sheet_malformed`, `sheet_too_large`.
    """
    try:
        _check_bounds(content)
        with warnings.catch_warnings():
            # openpyxl warns of everything it leaves out: validations, extensions, headers for the printer.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            with closing(book):
                return tuple(
                    Table(sheet.title, tuple(_rows(sheet)))
                    for sheet in book.worksheets
                    if sheet.sheet_state == "visible"
                )
    except _MALFORMED as error:
        raise ServiceError("sheet_malformed", problem=f"{type(error).__name__}: {error}"[:200]) from None


def _check_bounds(content: bytes) -> None:
    with ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        # zipfile unpacks no more of a part than its declared size, so these are what will be unpacked.
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > _MOST_PARTS or unpacked > _MOST_UNPACKED:
            raise ServiceError("sheet_too_large", unpacked_bytes=unpacked, most_bytes=_MOST_UNPACKED)
        for part in parts:
            if not part.filename.lower().endswith((".xml", ".rels")):
                continue
            with archive.open(part) as file:
                marks = _marks(file)
            if marks > _MOST_MARKS or (part.filename.endswith("styles.xml") and part.file_size > _MOST_STYLES):
                raise ServiceError("sheet_too_large", part=part.filename[:80], marks=marks, most_marks=_MOST_MARKS)
            if part.filename.endswith("styles.xml") and _LONGEST_FORMAT.search(archive.read(part)):
                raise ServiceError("sheet_malformed", problem="a format of numbers is longer than any real one")


def _marks(part: IO[bytes]) -> int:
    """How many tags a part has.

    Raises:
        ServiceError: `sheet_malformed` if it declares a document type, or hides one in UTF-16.
    """
    marks, end = 0, b""
    while chunk := part.read(_CHUNK):
        if b"<!DOCTYPE" in end + chunk or b"<!ENTITY" in end + chunk:
            raise ServiceError("sheet_malformed", problem="a part has a document type declaration")
        if b"\0" in chunk:
            raise ServiceError("sheet_malformed", problem="a part is not UTF-8")
        marks += chunk.count(b"<")
        end = chunk[-16:]
    return marks


def _rows(sheet: Worksheet) -> Iterator[Row]:
    # The size a sheet claims is not believed: rows beyond it would be left out, rows before it made up.
    cast("ReadOnlyWorksheet", sheet).reset_dimensions()
    kept, blank = 0, None
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
        if number > _LAST_ROW:
            raise ServiceError("sheet_too_large", row=number, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        # Of a gap, openpyxl gives one and the same row again and again: it is looked at once.
        if cells is blank or all(cell.value is None for cell in cells):
            blank = cells
            continue
        read = [_cell(f"{letter(column)}{number}", cell) for column, cell in enumerate(cells)]
        while read and read[-1].is_empty:
            read.pop()
        if not read:
            continue
        kept += 1
        if kept > MOST_ROWS or len(read) > MOST_COLUMNS:
            raise ServiceError("sheet_too_large", row=number, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        yield Row(number, tuple(read))


def _cell(at: str, cell: SheetCell | MergedCell) -> Cell:
    value: object = cell.value
    if cell.data_type == "f":
        # An array's formula is an object of its own, and what it says is nobody's concern here.
        return Cell(at, value[:LONGEST_TEXT] if isinstance(value, str) else "=", Kind.FORMULA)
    if cell.data_type == "e":
        return Cell(at, str(value)[:LONGEST_TEXT], Kind.ERROR)
    return Cell(at, _value(value))


def _value(value: object) -> Value:
    if isinstance(value, str):
        return value[: LONGEST_TEXT + 1]
    if value is None or isinstance(value, bool | int | float | datetime | date | time | timedelta):
        return value
    return str(value)[:LONGEST_TEXT]
