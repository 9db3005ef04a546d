"""Texts into workbooks, so that no spreadsheet program takes one for a formula, now or after saving it as CSV."""

from __future__ import annotations

import re
from typing import Final

from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST: Final = 32_000
"""Characters a cell can hold, with room for the apostrophe."""

# What XML cannot hold; openpyxl raises on these.
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\'\t\r\n", "_"))
"""In the name of a sheet."""


def escaped(text: str) -> str:
    """The text, with an apostrophe before it if it begins like a formula. Source: OWASP, CSV injection."""
    text = _UNWRITABLE.sub("\ufffd", text[:_LONGEST])
    # NFKC would make a sign of its full-width twin, and some programs do.
    return f"'{text}" if text.startswith((*_STARTS, "＝", "＋", "－", "＠")) else text


def sheet_name(number: int, name: str) -> str:
    """A name of a stranger's for a sheet of ours: numbered, so no two are the same and none begins like a formula."""
    return _UNWRITABLE.sub("_", f"{number} {name}"[:31]).translate(_FORBIDDEN)


def write(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Put a text into a cell, as a text whatever it looks like; returns the cell, to be given its looks.

    Row and column count from 1.
    """
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell), "nothing is merged in what we write"
    cell.value = escaped(text)
    # openpyxl takes a text like `#N/A` for an error, and one that begins with `=` for a formula.
    cell.data_type = "s"
    return cell
