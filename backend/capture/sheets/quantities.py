"""Quantities as exact decimals, whichever marks part thousands and fractions.

Commas and points mean nothing alone: `1,234` is a thousand or a little more than one. What they mean is decided once
for a column, by the cells that leave no doubt (`1,5`, `1.234,5`, `1,234,567`); a comma that nothing decides is refused.
A point alone is the mark before fractions, as everywhere in China and in English, unless the column says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Literal

from backend.capture.sheets.faults import CellFault
from backend.capture.sheets.table import Cell, Kind

Mark = Literal[".", ","]

_LARGEST: Final = Decimal(10) ** 12
_MOST_DIGITS: Final = 15
"""Significant ones: what a spreadsheet and a JSON number keep exactly."""

_PARTED: Final = re.compile(r"(?P<whole>\d{1,3}(?:(?P<mark>[., '])\d{3})(?:(?P=mark)\d{3})*)(?:(?P<point>[.,])\d+)?")
_PLAIN: Final = re.compile(r"\d+(?:(?P<point>[.,])\d+)?")


def point_of(cells: Iterable[Cell]) -> Mark | None:
    """The mark before fractions in a column; None if nothing in it says, or if its cells contradict each other."""
    marks = {mark for cell in cells if isinstance(cell.value, str) for mark in _evidence(cell.text)}
    return marks.pop() if len(marks) == 1 else None


def amount_of(cell: Cell, point: Mark | None) -> Decimal:
    """A quantity above zero.

    Raises:
        CellFault: `sheet_quantity_invalid`, `sheet_number_ambiguous`, `sheet_digits_lost`, `sheet_became_a_date`.
    """
    if cell.kind is Kind.VALUE and isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        text = cell.shown
    elif isinstance(cell.value, str):
        text = _normal(cell, point)
    else:
        raise CellFault("sheet_quantity_invalid" if isinstance(cell.value, bool) else "sheet_became_a_date", cell)
    try:
        amount = Decimal(text)
    except ArithmeticError:
        raise CellFault("sheet_quantity_invalid", cell) from None
    if not amount.is_finite() or not 0 < amount <= _LARGEST:
        raise CellFault("sheet_quantity_invalid", cell)
    amount = amount.normalize()
    if len(amount.as_tuple().digits) > _MOST_DIGITS or amount < Decimal("1e-9"):
        raise CellFault("sheet_quantity_invalid", cell)
    return amount


def _normal(cell: Cell, point: Mark | None) -> str:
    """The number with nothing but a point in it."""
    text = cell.text
    if re.fullmatch(r"\d(?:[.,]\d+)?[eE]\+\d+", text):
        raise CellFault("sheet_digits_lost", cell)
    parted, plain = _PARTED.fullmatch(text), _PLAIN.fullmatch(text)
    if parted is None and plain is None:
        raise CellFault("sheet_quantity_invalid", cell)
    own = _evidence(text)
    if len(own) > 1 or (own and point is not None and point not in own):
        raise CellFault("sheet_number_ambiguous", cell)
    known = point or next(iter(own), None)
    if known is None:
        if "," in text:
            raise CellFault("sheet_number_ambiguous", cell)
        known = "."
    thousands = "." if known == "," else ","
    return re.sub(rf"[{re.escape(thousands)} ']", "", text).replace(known, ".")


def _evidence(text: str) -> set[Mark]:
    """What a number says about the mark before fractions; empty if it could be read both ways."""
    parted, plain = _PARTED.fullmatch(text), _PLAIN.fullmatch(text)
    if parted is not None and parted["point"] and parted["point"] != parted["mark"]:
        return {_mark(parted["point"])}
    if parted is not None and parted["mark"] in (".", ","):
        # Twice the same mark parts thousands; once, it could be either, but no thousands follow a zero.
        if text.startswith("0"):
            return {_mark(parted["mark"])}
        return {"," if parted["mark"] == "." else "."} if text.count(parted["mark"]) > 1 else set()
    return {_mark(plain["point"])} if plain is not None and plain["point"] else set()


def _mark(text: str) -> Mark:
    return "." if text == "." else ","
