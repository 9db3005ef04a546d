"""The loop on a real chain and a real database."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, select

from indexer import schema
from indexer.follow import Follower
from tests.indexer.history import MAKER, History, Item

NewFollower = Callable[[], Follower]


def test_a_holding_is_mirrored_with_its_lot_its_record_and_its_event(
    history: History, engine: Engine, new_follower: NewFollower
) -> None:
    serial = history.make(lot=4)
    new_follower().step()
    item = Item(0, 1, serial, lot=4)
    with engine.connect() as connection:
        holding = connection.execute(select(schema.holding)).one()
        record = connection.execute(select(schema.record_latest)).one()
        event = connection.execute(
            select(schema.event).where(schema.event.c.number == schema.event_of(schema.holding.c.number))
        ).one()
    assert (item.id, item.handle, MAKER, serial) == (holding.id, holding.handle, holding.creator, holding.serial)
    assert (holding.number, item.id) == (record.number, record.id)
    assert "LotEventRecorded" == event.kind
