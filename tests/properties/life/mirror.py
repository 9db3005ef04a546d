"""The mirror of the park's chain: whatever was rewound, it must say what the model says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Select, create_engine, make_url, select

from indexer import schema
from indexer.follow import Follower
from indexer.rpc import Node
from indexer.source import Charter, Source
from indexer.store import Store
from tests.properties.life.chain import Chain
from tests.properties.life.ordering import bits_of
from tests.properties.life.park import Park

# No example is as long, so that every one of them may be rewound.
_FINALITY_DEPTH = 10_000
_LEDGERS = ("Procurement", "Traceability", "Recalls", "Claims")

Rows = set[tuple[Any, ...]]


class Mirror:
    """An indexer that stays with one chain through all its reorganisations."""

    def __init__(self, chain: Chain, engine: Engine, follower: Follower) -> None:
        self._engine = engine
        self._follower = follower
        self._addresses = {bytes.fromhex(chain.deployment.contracts[ledger].address[2:]): ledger for ledger in _LEDGERS}

    def compare(self, park: Park) -> None:
        """Follows the chain to its head, and compares table by table."""
        while self._follower.step():
            pass
        assert _records(park) == self._records()
        assert _orders(park) == self._rows(_ORDERS)
        assert {(each.id, each.parent) for each in park.holdings.values() if each.parent} == self._rows(_PACKED)
        assert {(each.id, *each.key.values()) for each in park.holdings.values()} == self._rows(_HOLDINGS)

    def _records(self) -> Rows:
        return {
            (self._addresses[contract], *rest)
            for contract, *rest in self._rows(_RECORDS)
            if contract in self._addresses
        }

    def _rows(self, query: Select[*tuple[Any, ...]]) -> Rows:
        with self._engine.connect() as connection:
            return {tuple(row) for row in connection.execute(query)}


@contextmanager
def mirror_of(chain: Chain, database_url: str) -> Iterator[Mirror]:
    """A mirror of a chain in a database of its own."""
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    source = Source(Node(chain.anvil.url), Charter.of(chain.deployment))
    with Follower(source, Store(engine, source.fingerprint), _FINALITY_DEPTH) as follower:
        follower.prepare()
        yield Mirror(chain, engine, follower)
    engine.dispose()


_record, _order, _packing = schema.record_latest.c, schema.purchase_order_latest.c, schema.packing_latest.c
_RECORDS = select(
    _record.contract, _record.id, _record.head, _record.holder, _record.seq, _record.status, _record.flags
)
_ORDERS = select(
    _order.id,
    _order.buyer,
    _order.supplier,
    _order.lines,
    _order.first_promised_at,
    _order.promised_at,
    _order.open_lines,
)
_PACKED = select(_packing.child, _packing.parent).where(_packing.parent.is_not(None))
_HOLDINGS = select(
    schema.holding.c.id,
    schema.holding.c.maker,
    schema.holding.c.handle,
    schema.holding.c.creator,
    schema.holding.c.serial,
)


def _records(park: Park) -> Rows:
    return {
        (ledger, id_, record.head, record.holder, record.seq, record.status, int(record.flags))
        for (ledger, id_), record in park.records.items()
        if record.exists
    }


def _orders(park: Park) -> Rows:
    return {
        (
            id_,
            order.buyer,
            order.supplier,
            len(order.lines),
            order.first_promise,
            order.promise,
            bits_of(order.open_lines),
        )
        for id_, order in park.orders.items()
    }
