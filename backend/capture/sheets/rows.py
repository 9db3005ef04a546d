"""One row of a sheet: every cell is read, and whatever is wrong with any of them is found at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from backend.capture.sheets import identifiers, moments, quantities
from backend.capture.sheets.acts import Told
from backend.capture.sheets.faults import CellFault
from backend.capture.sheets.layout import Layout
from backend.capture.sheets.quantities import Mark
from backend.capture.sheets.table import Cell, Kind, Row
from backend.capture.sheets.words import Act, Column, act_of, plain
from backend.reading import units

_Read = TypeVar("_Read")

_LONGEST_NOTE: Final = 500
_WITH_BOX_AND_LOT: Final = frozenset({Act.PACKED, Act.SHIPPED, Act.RECEIVED})


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all rows of a sheet."""

    places: Mapping[Column, int]
    layout: Layout
    namespace: str | None
    point: Mark | None
    """The mark before fractions in the column of quantities."""
    now: int
    """Unix seconds; nothing has happened later."""

    def cell(self, row: Row, column: Column) -> Cell | None:
        """What a row says in a column of ours; None if it says nothing."""
        cell = row.cell(self.places[column]) if column in self.places else None
        if cell is not None and not cell.is_empty:
            return cell
        constant = self.layout.constants.get(column)
        return None if constant is None else Cell(f"constants.{column.value}", constant)

    def place(self, row: Row, column: Column) -> Cell:
        """Where it would have to be said; the row as a whole if the sheet has no such column."""
        return row.cell(self.places[column]) if column in self.places else Cell(f"{row.number}:{row.number}")


def read(row: Row, terms: Terms) -> tuple[Told | None, list[CellFault]]:
    """What a row tells, or everything that is wrong with it."""
    reader = _Reader(row, terms)
    told = reader.told()
    return (None, reader.faults) if reader.faults else (told, [])


class _Reader:
    def __init__(self, row: Row, terms: Terms) -> None:
        self.faults: list[CellFault] = []
        self._row = row
        self._terms = terms
        self._namespace = terms.namespace

    def told(self) -> Told | None:
        terms, order = self._terms, self._terms.layout.dates
        act = self._needed(Column.EVENT, self._act)
        moment = self._needed(Column.DATE, lambda cell: moments.moment_of(cell, order, terms.layout.zone, terms.now))
        box = self._value(Column.BOX, identifiers.sscc_of)
        lot = self._lot(act)
        is_of_lot = self._says(Column.GTIN) or self._says(Column.ITEM) or self._says(Column.LOT)
        if is_of_lot or self._says(Column.QUANTITY):
            amount = self._needed(Column.QUANTITY, lambda cell: quantities.amount_of(cell, terms.point))
            unit = self._needed(Column.UNIT, self._unit)
        else:
            amount, unit = None, self._value(Column.UNIT, self._unit)
        purchase = self._value(Column.ORDER, lambda cell: identifiers.document_of(cell, self._namespace, "order"))
        document = self._value(Column.DOCUMENT, lambda cell: identifiers.document_of(cell, self._namespace, "document"))
        place = self._value(Column.PLACE, lambda cell: identifiers.place_of(cell, self._namespace))
        expiry = self._value(Column.EXPIRY, lambda cell: moments.day_of(cell, order))
        note = self._value(Column.NOTE, _note)
        if act is not None:
            self._check_together(act)
        if act is None or moment is None:
            return None
        return Told(
            act=act,
            moment=moment,
            lot=lot,
            amount=amount,
            unit=unit,
            box=box,
            order=purchase,
            document=document,
            place=place,
            expiry=expiry,
            note=note or "",
        )

    def _lot(self, act: Act | None) -> str | None:
        """The lot a row is of; None if it is of a box alone."""
        gtin, item = self._value(Column.GTIN, identifiers.gtin_of), self._value(Column.ITEM, identifiers.code_of)
        is_named = self._says(Column.GTIN) or self._says(Column.ITEM)
        if not is_named:
            if self._says(Column.LOT) or self._says(Column.QUANTITY) or act is Act.PACKED or not self._says(Column.BOX):
                self._miss(Column.ITEM if Column.ITEM in self._terms.places else Column.GTIN)
            return None
        if self._says(Column.GTIN):
            return self._needed(Column.LOT, lambda cell: identifiers.gs1_lot(gtin or "", cell))
        number = self._needed(Column.LOT, identifiers.code_of)
        if self._namespace is None:
            self.faults.append(CellFault("sheet_namespace_missing", self._cell(Column.ITEM), Column.ITEM))
        return None if not (item and number and self._namespace) else identifiers.own_lot(self._namespace, item, number)

    def _check_together(self, act: Act) -> None:
        """Which cells go with which event."""
        is_of_lot = self._says(Column.GTIN) or self._says(Column.ITEM)
        if act is Act.PACKED and not self._says(Column.BOX):
            self._miss(Column.BOX)
        if act not in _WITH_BOX_AND_LOT and self._says(Column.BOX) and is_of_lot:
            # Made, then packed; taken out, then used up: which of the two is meant, only a row each can say.
            self._wrong(Column.BOX)
        if self._says(Column.EXPIRY) and (act is not Act.MADE or not is_of_lot):
            self._wrong(Column.EXPIRY)

    # --- cells --------------------------------------------------------------------------------------------------

    def _says(self, column: Column) -> bool:
        return self._terms.cell(self._row, column) is not None

    def _cell(self, column: Column) -> Cell:
        return self._terms.cell(self._row, column) or self._terms.place(self._row, column)

    def _value(self, column: Column, read: Callable[[Cell], _Read]) -> _Read | None:
        cell = self._terms.cell(self._row, column)
        if cell is None:
            return None
        try:
            if cell.kind is not Kind.VALUE or cell.text.startswith("="):
                raise CellFault("sheet_cell_error" if cell.kind is Kind.ERROR else "sheet_formula", cell)
            return read(cell)
        except CellFault as fault:
            self.faults.append(CellFault(fault.code, fault.cell, column))
            return None

    def _needed(self, column: Column, read: Callable[[Cell], _Read]) -> _Read | None:
        if not self._says(column):
            self._miss(column)
            return None
        return self._value(column, read)

    def _miss(self, column: Column) -> None:
        self.faults.append(CellFault("sheet_cell_missing", self._terms.place(self._row, column), column))

    def _wrong(self, column: Column) -> None:
        self.faults.append(CellFault("sheet_not_with_event", self._cell(column), column))

    def _act(self, cell: Cell) -> Act:
        act = self._terms.layout.own_events.get(plain(cell.text)) or act_of(cell.text)
        if act is None:
            raise CellFault("sheet_event_unknown", cell)
        return act

    def _unit(self, cell: Cell) -> str:
        code = self._terms.layout.own_units.get(plain(cell.text)) or units.code_of(cell.text)
        if code is None:
            raise CellFault("sheet_unit_unknown", cell)
        return code


def _note(cell: Cell) -> str:
    text = cell.text
    if len(text) > _LONGEST_NOTE or not text.isprintable():
        raise CellFault("sheet_text_invalid", cell)
    return text
