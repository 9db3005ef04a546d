"""Which row names the columns, and which column is which."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from backend.capture.sheets.layout import Layout
from backend.capture.sheets.table import Row, Table, letter
from backend.capture.sheets.words import Column, column_of, plain
from backend.errors import ServiceError

_ROWS_LOOKED_AT = 20
_NEEDED = (Column.DATE, Column.EVENT)
_NAMING = (Column.GTIN, Column.ITEM, Column.BOX)
_FEWEST = 3
"""Columns a row names if it is the header: a title line or a row of data names fewer by accident."""

_LETTERS = re.compile(r"[A-Z]{1,2}")


@dataclass(frozen=True, slots=True)
class Header:
    """The row that names the columns, and where each of ours stands, counted from 0."""

    row: int
    places: Mapping[Column, int]
    others: tuple[str, ...]
    """Texts of the columns that are not read."""


def find(table: Table, layout: Layout) -> Header | None:
    """The header of a sheet; None if it has none.

    Raises:
        ServiceError: `sheet_column_twice`.
    """
    found = _best(table, layout)
    if found is None:
        return None
    said = found.places.keys() | layout.constants.keys()
    # What a mapping speaks of has to be there: a column of theirs that was renamed is not an empty one.
    is_whole = said.issuperset(_NEEDED) and found.places.keys() >= layout.columns.keys()
    return found if is_whole and not said.isdisjoint(_NAMING) else None


def most_likely(table: Table) -> Header | None:
    """The row that names most of our columns, though it may lack some that are needed.

    Raises:
        ServiceError: `sheet_column_twice`.
    """
    return _best(table, Layout())


def _best(table: Table, layout: Layout) -> Header | None:
    if layout.header_row is not None:
        rows = [row for row in table.rows if row.number == layout.header_row]
    else:
        rows = [row for row in table.rows if row.number <= _ROWS_LOOKED_AT]
    scored = [(len(_places(row, layout)), -row.number, row) for row in rows]
    best = max(scored, default=None, key=lambda each: each[:2])
    fewest = 1 if layout.columns or layout.header_row is not None else _FEWEST
    return None if best is None or best[0] < fewest else _header(best[2], layout)


def _header(row: Row, layout: Layout) -> Header:
    places = _places(row, layout)
    twice = [(column, at) for column, at in places.items() if len(at) > 1]
    if twice:
        column, at = twice[0]
        cells = ", ".join(f"{letter(place)}{row.number}" for place in at)
        raise ServiceError("sheet_column_twice", column=column.value, cells=cells)
    chosen = {column: at[0] for column, at in places.items()}
    others = tuple(
        cell.text for place, cell in enumerate(row.cells) if not cell.is_empty and place not in chosen.values()
    )
    return Header(row.number, chosen, others)


def _places(row: Row, layout: Layout) -> dict[Column, list[int]]:
    """Every place that names a column. A column the mapping speaks of stands where that says, and nowhere else."""
    found: dict[Column, list[int]] = defaultdict(list)
    texts = [plain(cell.shown) for cell in row.cells]
    taken: set[int] = set()
    for column, wanted in layout.columns.items():
        at = [place for place, text in enumerate(texts) if text == plain(wanted)]
        if not at and _LETTERS.fullmatch(wanted):
            at = [_place_of(wanted)]
        if at:
            found[column] = at
            taken.update(at)
    for place, cell in enumerate(row.cells):
        guessed = None if place in taken else column_of(cell.shown)
        if guessed is not None and guessed not in layout.columns and guessed not in layout.constants:
            found[guessed].append(place)
    return found


def _place_of(letters: str) -> int:
    place = 0
    for each in letters:
        place = place * 26 + ord(each) - ord("A") + 1
    return place - 1
