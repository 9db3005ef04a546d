"""The journal of an organisation's taps: added to under one lock, and what follows from a tap written with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.db import among
from backend.errors import ServiceError
from backend.stock.models import STOCK_BALANCE, STOCK_JOURNAL, STOCK_LOT, STOCK_TAP
from backend.stock.taps import DOCK, NO_TAP, Act, Move, moves, seal


class Journal:
    """The journal of one organisation, locked until the transaction ends: taps come one after another, without gaps."""

    def __init__(self, connection: Connection, organisation: int, taps: int, head: bytes, at: int) -> None:
        self._connection = connection
        self.organisation = organisation
        self.taps = taps
        self.head = head
        self.at = at
        """What time it is for taps: never earlier than the last one."""

    @classmethod
    def lock(cls, connection: Connection, organisation: int) -> Self:
        """Wait for whoever taps for the same organisation, then keep the journal for this transaction."""
        connection.execute(
            postgresql.insert(STOCK_JOURNAL)
            .values(organisation=organisation, taps=0, head=NO_TAP, last_at=0)
            .on_conflict_do_nothing()
        )
        row = connection.execute(
            select(STOCK_JOURNAL).where(STOCK_JOURNAL.c.organisation == organisation).with_for_update()
        ).one()
        return cls(connection, organisation, row.taps, row.head, max(clock.now(), row.last_at))

    def find(self, tap_id: UUID) -> RowMapping | None:
        """A tap by the id its client gave it; None if it is not there."""
        return (
            self._connection.execute(
                select(STOCK_TAP).where(STOCK_TAP.c.organisation == self.organisation, STOCK_TAP.c.tap_id == tap_id)
            )
            .mappings()
            .one_or_none()
        )

    def append(self, tap_id: UUID, person: str, act: Act) -> int:
        """Write one tap and what follows from it; its number.

        Raises:
            ServiceError: `stock_not_enough`, `stock_in_another_room`.
        """
        self.append_all(person, [(tap_id, act)])
        return self.taps

    def append_all(self, person: str, acts: Sequence[tuple[UUID, Act]]) -> None:
        """Write many taps of one person, in order, and what follows from them, in few statements.

        Raises:
            ServiceError: `stock_not_enough`, `stock_in_another_room`.
        """
        if not acts:
            return
        lots = self._lots({act.lot_id for _, act in acts})
        taps = [self._next(tap_id, person, act, lots[act.lot_id]) for tap_id, act in acts]
        self._move_all([(move, tap["number"]) for tap in taps for move in moves(tap)])
        for _, act in acts:
            if act.holding_id is not None:
                self._link(act.lot_id, act.holding_id)
        self._connection.execute(insert(STOCK_TAP), taps)
        self._connection.execute(
            update(STOCK_JOURNAL)
            .where(STOCK_JOURNAL.c.organisation == self.organisation)
            .values(taps=self.taps, head=self.head, last_at=self.at)
        )

    def _next(self, tap_id: UUID, person: str, act: Act, lot: Mapping[str, Any]) -> dict[str, Any]:
        """The next tap, sealed."""
        self.taps += 1
        tap = {
            "organisation": self.organisation,
            "number": self.taps,
            "tap_id": tap_id,
            "person": person,
            "at": self.at,
            **asdict(act),
        }
        self.head = seal(self.head, tap, lot)
        return {**tap, "hash": self.head}

    def _move_all(self, moved: Iterable[tuple[Move, int]]) -> None:
        """Change the balances: the sum of what was moved in each place, and the last tap that did."""
        sums: dict[tuple[UUID, str, int], tuple[int, int]] = {}
        for move, number in moved:
            place = (move.lot_id, move.room, move.opened_at)
            sums[place] = (sums.get(place, (0, 0))[0] + move.quantity, number)
        more = []
        for place, (quantity, number) in sums.items():
            row = self._balance(Move(*place, quantity), number)
            if quantity < 0:
                self._take(row)
            else:
                more.append(row)
        if more:
            put = postgresql.insert(STOCK_BALANCE)
            self._connection.execute(
                put.on_conflict_do_update(
                    index_elements=list(STOCK_BALANCE.primary_key),
                    set_={
                        "quantity": STOCK_BALANCE.c.quantity + put.excluded.quantity,
                        "changed_at": put.excluded.changed_at,
                        "changed_by": put.excluded.changed_by,
                    },
                ),
                more,
            )

    def _balance(self, move: Move, number: int) -> dict[str, Any]:
        return {
            "organisation": self.organisation,
            **asdict(move),
            "changed_at": self.at,
            "changed_by": number,
        }

    def _take(self, row: Mapping[str, Any]) -> None:
        """Lower one balance, which must not fall below zero."""
        balance = STOCK_BALANCE.c
        taken = self._connection.execute(
            update(STOCK_BALANCE)
            .where(*(each == row[each.name] for each in STOCK_BALANCE.primary_key))
            .where(balance.quantity >= -row["quantity"])
            .values(
                quantity=balance.quantity + row["quantity"],
                changed_at=row["changed_at"],
                changed_by=row["changed_by"],
            )
        )
        if taken.rowcount == 0:
            self._refuse(Move(row["lot_id"], row["room"], row["opened_at"], row["quantity"]))

    def _refuse(self, move: Move) -> None:
        """Say what there is instead: less of it here, or some of it elsewhere."""
        balance = STOCK_BALANCE.c
        places = self._connection.execute(
            select(balance.room, balance.opened_at, balance.quantity)
            .where(balance.organisation == self.organisation, balance.lot_id == move.lot_id, balance.quantity > 0)
            .order_by(balance.room, balance.opened_at)
        ).all()
        there = sum(place.quantity for place in places if (place.room, place.opened_at) == (move.room, move.opened_at))
        room = None if move.room == DOCK else move.room
        if there or not places:
            raise ServiceError("stock_not_enough", room=room, there=there, asked=-move.quantity)
        raise ServiceError(
            "stock_in_another_room",
            room=room,
            places=[
                {
                    "room": None if place.room == DOCK else place.room,
                    "opened_at": place.opened_at or None,
                    "quantity": place.quantity,
                }
                for place in places
            ],
        )

    def _link(self, lot_id: UUID, holding_id: bytes) -> None:
        self._connection.execute(
            update(STOCK_LOT)
            .where(STOCK_LOT.c.organisation == self.organisation, STOCK_LOT.c.lot_id == lot_id)
            .values(holding_id=holding_id)
        )

    def _lots(self, lot_ids: set[UUID]) -> dict[UUID, Mapping[str, Any]]:
        rows = self._connection.execute(
            select(STOCK_LOT).where(STOCK_LOT.c.organisation == self.organisation, among(STOCK_LOT.c.lot_id, lot_ids))
        )
        return {row.lot_id: row._asdict() for row in rows}
