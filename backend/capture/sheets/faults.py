"""What is wrong with a cell, while it is read and when it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.capture.sheets.table import Cell
from backend.capture.sheets.words import Column
from backend.errors import CATALOGUE

_MOST_SHOWN = 80


class CellFault(Exception):
    """A cell cannot be read. `code` is one of `backend.errors.sheets.CELLS`; `column` is set by who knows it."""

    def __init__(self, code: str, cell: Cell, column: Column | None = None) -> None:
        super().__init__(f"{cell.at}: {code}")
        self.code = code
        self.cell = cell
        self.column = column


@dataclass(frozen=True, slots=True)
class CellError:
    """One cell that is wrong, for whoever is to mend it."""

    sheet: str
    cell: str
    """Like `C7`; `7:7` is a row that has no such column, `constants.unit` a constant of the mapping."""
    column: str
    """Which of our columns it is; empty if it is about the row."""
    code: str
    value: str
    """What stands there, its first 80 characters."""

    @property
    def title(self) -> str:
        """What is wrong."""
        return CATALOGUE[self.code].title

    @property
    def next_step(self) -> str:
        """What to do about it."""
        return CATALOGUE[self.code].next_step

    def to_json(self) -> dict[str, Any]:
        """As it is printed."""
        return {
            "sheet": self.sheet,
            "cell": self.cell,
            "column": self.column,
            "code": self.code,
            "value": self.value,
            "title": self.title,
            "next_step": self.next_step,
        }


def told(sheet: str, fault: CellFault) -> CellError:
    """A fault as it is told."""
    column = "" if fault.column is None else fault.column.value
    return CellError(sheet, fault.cell.at, column, fault.code, fault.cell.shown[:_MOST_SHOWN])
