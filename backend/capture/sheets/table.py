"""A sheet as it stands in its file: rows of cells, whatever wrote them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

Value = str | int | float | bool | datetime | date | time | timedelta | None

LONGEST_FILE = 4_000_000
"""Bytes."""

MOST_ROWS = 5_000
MOST_COLUMNS = 64
LONGEST_TEXT = 1_000
"""Characters of a cell that are kept: more than any column takes, so that too long stays too long."""


class Kind(StrEnum):
    """What a cell holds."""

    VALUE = "value"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: where it stands, as people name it (`C7`), and what it holds."""

    at: str
    value: Value = None
    kind: Kind = Kind.VALUE

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there, spaces aside."""
        return self.kind is Kind.VALUE and self.text == ""

    @property
    def shown(self) -> str:
        """What stands there, for people."""
        if self.value is None:
            return ""
        if isinstance(self.value, float):
            # As a spreadsheet shows it, and all it keeps of what was typed.
            return f"{self.value:.15g}"
        return self.value if isinstance(self.value, str) else str(self.value)

    @property
    def text(self) -> str:
        """What stands there in half width, each run of spaces as one."""
        return halved(self.shown)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty; cells of columns A, B, ... as far as it goes."""

    number: int
    cells: Sequence[Cell]

    def cell(self, column: int) -> Cell:
        """The cell in a column, counted from 0."""
        return self.cells[column] if column < len(self.cells) else Cell(f"{letter(column)}{self.number}")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet by its name; text files have one without a name."""

    name: str
    rows: Sequence[Row]


def halved(text: str) -> str:
    """Full-width digits, letters and signs as half-width ones, each run of spaces as one space."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def letter(column: int) -> str:
    """The name of a column counted from 0: A to Z, then AA."""
    name = ""
    column += 1
    while column:
        column, place = divmod(column - 1, 26)
        name = chr(ord("A") + place) + name
    return name
