"""Laws of the shelf: whatever people tap, every unit is in exactly one place, nothing falls below zero, and the journal
replayed gives what is written."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, Engine, select

from backend.errors import ServiceError
from backend.identity.actor import ALL_RIGHTS, Actor, Role
from backend.items.commands import put_item
from backend.items.schemas import ItemIn
from backend.stock import commands, takes
from backend.stock.models import STOCK_BALANCE, CostObjectKind
from backend.stock.schemas import (
    ConsumeIn,
    CostObjectIn,
    CountIn,
    CountLineIn,
    DiscardIn,
    DiscardReason,
    LotIn,
    OpenIn,
    PutAwayIn,
    RoomIn,
    TakeIn,
    TapIn,
    TransferIn,
)
from backend.stock.taps import DOCK
from backend.stock.verify import Verdict, verify
from tests.backend.park import Park

TENANT = Actor(organisation=5, roles=Role.TENANT, rights=ALL_RIGHTS, person="ada")
ROOMS = ("A", "B", "C")

room = st.sampled_from(ROOMS)
quantity = st.integers(1, 12)


class ShelfMachine(RuleBasedStateMachine):
    """People tap, rightly and wrongly; a model of one dictionary says what there should be."""

    engine: Engine
    lots = Bundle("lots")

    @initialize()
    def open_the_rooms(self) -> None:
        self.connection: Connection = self.engine.connect()
        self.transaction = self.connection.begin()
        # (lot, room, opened at) -> quantity, and what has left by lot.
        self.model: Counter[tuple[UUID, str, int]] = Counter()
        self.booked: Counter[UUID] = Counter()
        self.gone: Counter[UUID] = Counter()
        self.taps = 0
        put_item(self.connection, TENANT, "ETOH", ItemIn(name_zh="乙醇", name_en="ethanol", unit="BO"))
        for code in ROOMS:
            commands.put_room(self.connection, TENANT, code, RoomIn(name=code))
        project = CostObjectIn(name="project")
        commands.put_cost_object(self.connection, TENANT, CostObjectKind.PROJECT, "P-1", project)

    @rule(target=lots, arrived=quantity)
    def book_in(self, arrived: int) -> UUID:
        lot_id = uuid4()
        lot = LotIn(lot_id=lot_id, item="ETOH", lot_number="L", quantity=arrived)
        commands.book_in(self.connection, TENANT, "ada", lot)
        self.model[lot_id, DOCK, 0] += arrived
        self.booked[lot_id] += arrived
        self.taps += 1
        return lot_id

    @rule(lot_id=lots, moved=quantity, to=room)
    def put_away(self, lot_id: UUID, moved: int, to: str) -> None:
        asked = PutAwayIn(kind="put_away", tap_id=uuid4(), lot_id=lot_id, quantity=moved, room=to)
        self._tap(asked, out=(lot_id, DOCK, 0), into=(lot_id, to, 0))

    @rule(lot_id=lots, opened=quantity, where=room)
    def open(self, lot_id: UUID, opened: int, where: str) -> None:
        asked = OpenIn(kind="open", tap_id=uuid4(), lot_id=lot_id, quantity=opened, room=where)
        self._tap(asked, out=(lot_id, where, 0), into=(lot_id, where, -1))

    @rule(lot_id=lots, moved=quantity, where=room, to=room, data=st.data())
    def transfer(self, lot_id: UUID, moved: int, where: str, to: str, data: st.DataObject) -> None:
        if where == to:
            return
        part = self._part(lot_id, where, data)
        asked = TransferIn(
            kind="transfer", tap_id=uuid4(), lot_id=lot_id, quantity=moved, room=where, to=to, opened_at=part
        )
        self._tap(asked, out=(lot_id, where, part), into=(lot_id, to, part))

    @rule(lot_id=lots, used=quantity, where=room, data=st.data(), kind=st.sampled_from(["consume", "discard"]))
    def use(
        self, lot_id: UUID, used: int, where: str, data: st.DataObject, kind: Literal["consume", "discard"]
    ) -> None:
        part = self._part(lot_id, where, data)
        terms: dict[str, Any] = {"tap_id": uuid4(), "lot_id": lot_id, "quantity": used, "room": where}
        asked: TapIn
        if kind == "consume":
            asked = ConsumeIn(kind="consume", opened_at=part, project="P-1", **terms)
        else:
            asked = DiscardIn(kind="discard", opened_at=part, reason=DiscardReason.BROKEN, **terms)
        self._tap(asked, out=(lot_id, where, part), into=None)

    @rule(where=room, wrong_by=st.integers(-3, 3))
    def take_stock(self, where: str, wrong_by: int) -> None:
        """Two people find the same, which is not always what the books say."""
        take_id = uuid4()
        takes.open_take(self.connection, TENANT, "ada", TakeIn(take_id=take_id, room=where))
        found = {
            (lot_id, opened_at): max(0, there + wrong_by)
            for (lot_id, at, opened_at), there in self.model.items()
            if at == where and there
        }
        lines = [CountLineIn(lot_id=lot, opened_at=opened, quantity=there) for (lot, opened), there in found.items()]
        for person in ("ada", "bo"):
            takes.count(self.connection, TENANT, person, take_id, CountIn(count_id=uuid4(), lines=lines))
        takes.settle(self.connection, TENANT, "ada", take_id)
        self.taps += 2 * len(lines)
        for (lot_id, opened_at), there in found.items():
            difference = there - self.model[lot_id, where, opened_at]
            self.model[lot_id, where, opened_at] = there
            self.booked[lot_id] += difference
            self.taps += difference != 0

    @invariant()
    def the_balances_are_those_of_the_model(self) -> None:
        balance = STOCK_BALANCE.c
        written = {
            (row.lot_id, row.room, row.opened_at): row.quantity
            for row in self.connection.execute(select(STOCK_BALANCE).where(balance.quantity > 0))
        }
        assert {place: there for place, there in self.model.items() if there} == written

    @invariant()
    def every_unit_is_in_one_place_or_gone(self) -> None:
        here: Counter[UUID] = Counter()
        for (lot_id, _, _), there in self.model.items():
            here[lot_id] += there
        assert all(self.booked[lot_id] == here[lot_id] + self.gone[lot_id] for lot_id in self.booked)

    @invariant()
    def the_journal_replayed_gives_what_is_written(self) -> None:
        assert Verdict(taps=self.taps, sheets=0, findings=[]) == verify(self.connection, TENANT.organisation)

    def teardown(self) -> None:
        self.transaction.rollback()
        self.connection.close()

    def _part(self, lot_id: UUID, where: str, data: st.DataObject) -> int:
        """One of the parts there, or the unopened one, there or not."""
        parts = {opened for (lot, at, opened), there in self.model.items() if (lot, at) == (lot_id, where) and there}
        return data.draw(st.sampled_from(sorted(parts | {0})))

    def _tap(self, asked: TapIn, *, out: tuple[UUID, str, int], into: tuple[UUID, str, int] | None) -> None:
        """Tap, and expect what the model says: done if it is there, else refused and nothing written."""
        if self.model[out] < asked.quantity:
            with pytest.raises(ServiceError) as refused, self.connection.begin_nested():
                commands.tap(self.connection, TENANT, "ada", asked)
            assert refused.value.code in ("stock_not_enough", "stock_in_another_room")
            return
        number = commands.tap(self.connection, TENANT, "ada", asked)
        self.taps += 1
        assert self.taps == number
        self.model[out] -= asked.quantity
        if into is None:
            self.gone[asked.lot_id] += asked.quantity
            return
        lot_id, at, opened_at = into
        if opened_at < 0:
            opened_at = self._last_tap_at()
        self.model[lot_id, at, opened_at] += asked.quantity

    def _last_tap_at(self) -> int:
        return int(self.connection.exec_driver_sql("SELECT last_at FROM service.stock_journal").scalar_one())


@pytest.mark.timeout(170)
def test_whatever_people_tap_the_shelf_keeps_its_laws(park: Park) -> None:
    ShelfMachine.engine = park.engine
    run_state_machine_as_test(
        ShelfMachine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
