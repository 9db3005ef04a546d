"""Every statement of the lists walks an index: what a member is shown does not cost by how much there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event

from backend.db import open_engine
from backend.identity.actor import ALL_RIGHTS, Actor, Role
from backend.procurement.consignments import consignment, consignment_history, consignments
from backend.procurement.direct_receipts import direct_receipts
from backend.procurement.orders import order, order_history, orders
from backend.procurement.schemas import ConsignmentFilter, Direction, OrderFilter, OrderRole, OrderStatus, Standing
from backend.procurement.waiting import to_do
from backend.sandbox.database import create_database

ORDERS = 10_000
PAST = Path(__file__).parent / "past.sql"

BUYER = Actor(119, Role.TENANT, ALL_RIGHTS)
SUPPLIER = Actor(203, Role.SUPPLIER, ALL_RIGHTS)
OVERSEER = Actor(1, Role.OPERATOR, ALL_RIGHTS)

# The cursor has one row.
SMALL = {"cursor"}

Asked = Callable[[Connection], Any]


def load(database_url: str, count: int) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("SET client_min_messages = error")
        for statement in PAST.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.execute(statement, {"orders": count})


@contextmanager
def _overheard(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    heard: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        heard.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", hear)
    yield heard
    event.remove(connection, "before_cursor_execute", hear)


def _scanned(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from _scanned(part)


def whole_tables_read(connection: Connection, asked: Asked) -> set[str]:
    """The tables that something asked reads from end to end, empty ones and those of one row aside."""
    with _overheard(connection) as heard:
        asked(connection)
    found = set()
    for statement, parameters in heard:
        explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        found |= set(_scanned(explained.scalar_one()[0]["Plan"]))
    filled = connection.exec_driver_sql("SELECT relname FROM pg_stat_user_tables WHERE n_live_tup > 100").scalars()
    return (found & set(filled)) - SMALL


def _first_order(connection: Connection) -> bytes:
    return orders(connection, BUYER, OrderFilter()).orders[0].id


def _first_consignment(connection: Connection) -> bytes:
    return consignments(connection, BUYER, ConsignmentFilter()).consignments[0].id


LATE = (1_000_000 + 2 * ORDERS) << 32

QUESTIONS: dict[str, Asked] = {
    "orders": lambda c: orders(c, BUYER, OrderFilter()),
    "orders changed late": lambda c: orders(c, SUPPLIER, OrderFilter(changed_since=LATE)),
    "orders by role": lambda c: orders(c, SUPPLIER, OrderFilter(role=OrderRole.SUPPLIER)),
    "orders by status": lambda c: orders(c, BUYER, OrderFilter(status=OrderStatus.OFFERED)),
    "orders with one": lambda c: orders(c, BUYER, OrderFilter(counterparty=203)),
    "orders of all": lambda c: orders(c, OVERSEER, OrderFilter(changed_since=LATE)),
    "an order": lambda c: order(c, BUYER, _first_order(c)),
    "an order's history": lambda c: order_history(c, BUYER, _first_order(c), after=0),
    "consignments": lambda c: consignments(c, BUYER, ConsignmentFilter()),
    "consignments sent": lambda c: consignments(c, SUPPLIER, ConsignmentFilter(direction=Direction.SENT)),
    "open consignments": lambda c: consignments(c, BUYER, ConsignmentFilter(standing=Standing.OPEN)),
    "consignments of all": lambda c: consignments(c, OVERSEER, ConsignmentFilter(changed_since=LATE)),
    "a consignment": lambda c: consignment(c, BUYER, _first_consignment(c), after=0),
    "a consignment's history": lambda c: consignment_history(c, BUYER, _first_consignment(c), after=0),
    "one-sided receipts": lambda c: direct_receipts(c, BUYER, changed_since=0),
    "one-sided receipts of a supplier": lambda c: direct_receipts(c, SUPPLIER, changed_since=LATE),
    "what waits for a buyer": lambda c: to_do(c, BUYER, within_days=7),
    "what waits for a supplier": lambda c: to_do(c, SUPPLIER, within_days=7),
}


@pytest.fixture(scope="module")
def past(postgres: str, database_template: str) -> Iterator[Connection]:
    with create_database(postgres, template=database_template) as url:
        load(url, ORDERS)
        engine = open_engine(url, pool=1)
        with engine.connect() as connection:
            # As if the tables were larger than a test has time to fill.
            connection.exec_driver_sql("SET seq_page_cost = 20")
            connection.exec_driver_sql("SET cpu_tuple_cost = 0.1")
            yield connection
        engine.dispose()


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_statement_reads_a_whole_table(past: Connection, question: str) -> None:
    assert set() == whole_tables_read(past, QUESTIONS[question])
