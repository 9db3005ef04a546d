"""What a stock-take found, line by line: both counts, what the books said then, and the difference."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, or_, select, true

from backend.identity.actor import Actor
from backend.stock.models import STOCK_BALANCE, STOCK_LOT, STOCK_TAP, Kind, TakeState
from backend.stock.taps import moves

Part = tuple[UUID, int]
"""A lot, and when the part of it was opened (0: unopened)."""

COMPARED = (TakeState.AGREED, TakeState.DIFFERING, TakeState.SETTLED)
"""The states in which figures may be seen: before, the second counter must not know the first one's."""


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a lot in the room that is counted."""

    part: Part
    first: int
    second: int
    book: int
    """What the books said when the second count came in."""

    @property
    def is_agreed(self) -> bool:
        """Whether both found the same."""
        return self.first == self.second


def compare(connection: Connection, actor: Actor, take: Row[Any]) -> list[Line]:
    """Every part that was counted or is in the books; what somebody did not list was not there."""
    first = _counted(connection, actor, take, take.first_person)
    second = _counted(connection, actor, take, take.second_person)
    book = _book(connection, actor, take)
    return [
        Line(part, first.get(part, 0), second.get(part, 0), book.get(part, 0))
        for part in sorted(first.keys() | second.keys() | {part for part, quantity in book.items() if quantity})
    ]


def parts_to_count(connection: Connection, actor: Actor, take: Row[Any]) -> list[Part]:
    """What the books have in the room now, without how much."""
    return sorted(part for part, quantity in _balances(connection, actor, take).items() if quantity)


def was_disturbed(connection: Connection, actor: Actor, take: Row[Any], *, until: int) -> bool:
    """Whether something was moved in the counted room after the first count, up to a tap."""
    moved = select(STOCK_TAP.c.number).where(
        *_moving(actor, take), STOCK_TAP.c.number > take.first_tap, STOCK_TAP.c.number <= until
    )
    return connection.scalar(moved.limit(1)) is not None


def described(connection: Connection, actor: Actor, lot_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """The item and the lot number of each of some lots that the actor's organisation has."""
    rows = connection.execute(
        select(STOCK_LOT.c.lot_id, STOCK_LOT.c.item, STOCK_LOT.c.lot_number).where(
            STOCK_LOT.c.organisation == actor.organisation, STOCK_LOT.c.lot_id.in_(set(lot_ids))
        )
    )
    return {row.lot_id: (row.item, row.lot_number) for row in rows}


def unknown_part(connection: Connection, actor: Actor, take: Row[Any], parts: Iterable[Part]) -> Part | None:
    """A part that cannot have been found: its lot, or that opening of it, is in no room's books and never was."""
    asked = set(parts)
    balance = STOCK_BALANCE.c
    rows = connection.execute(
        select(balance.lot_id, balance.opened_at).where(
            balance.organisation == actor.organisation,
            balance.lot_id.in_({lot_id for lot_id, _ in asked}),
            _of_item(balance.lot_id, actor, take),
        )
    )
    return min(asked - {(row.lot_id, row.opened_at) for row in rows}, default=None)


def _counted(connection: Connection, actor: Actor, take: Row[Any], person: str) -> dict[Part, int]:
    tap = STOCK_TAP.c
    rows = connection.execute(
        select(tap.lot_id, tap.opened_at, tap.quantity).where(
            tap.organisation == actor.organisation,
            tap.take_id == take.take_id,
            tap.take_round == take.round,
            tap.person == person,
            tap.kind == Kind.COUNT,
        )
    )
    return {(row.lot_id, row.opened_at): row.quantity for row in rows}


def _book(connection: Connection, actor: Actor, take: Row[Any]) -> dict[Part, int]:
    """The books as of the second count: what they say now, without what was moved since."""
    book = _balances(connection, actor, take)
    rows = connection.execute(select(STOCK_TAP).where(*_moving(actor, take), STOCK_TAP.c.number > take.second_tap))
    for row in rows:
        for move in moves(row._asdict()):
            if move.room == take.room:
                part = (move.lot_id, move.opened_at)
                book[part] = book.get(part, 0) - move.quantity
    return book


def _balances(connection: Connection, actor: Actor, take: Row[Any]) -> dict[Part, int]:
    balance = STOCK_BALANCE.c
    rows = connection.execute(
        select(balance.lot_id, balance.opened_at, balance.quantity).where(
            balance.organisation == actor.organisation,
            balance.room == take.room,
            _of_item(balance.lot_id, actor, take),
        )
    )
    return {(row.lot_id, row.opened_at): row.quantity for row in rows}


def _moving(actor: Actor, take: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a tap moved something that is being counted."""
    tap = STOCK_TAP.c
    return (
        tap.organisation == actor.organisation,
        tap.kind != Kind.COUNT,
        or_(tap.room_from == take.room, tap.room_to == take.room),
        _of_item(tap.lot_id, actor, take),
    )


def _of_item(lot_id: ColumnElement[UUID], actor: Actor, take: Row[Any]) -> ColumnElement[bool]:
    if take.item is None:
        return true()
    return lot_id.in_(
        select(STOCK_LOT.c.lot_id).where(STOCK_LOT.c.organisation == actor.organisation, STOCK_LOT.c.item == take.item)
    )
