"""Rows written by hand in PostgreSQL's binary format: it reads back what was meant, of every journal and every type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    create_engine,
    make_url,
    select,
)
from sqlalchemy.schema import CreateSchema

from backend.sandbox.database import create_database
from indexer import schema
from indexer.columns import Natural
from indexer.copying import encode
from indexer.errors import Halt
from indexer.indexes import create_tables
from indexer.schema import JOURNALS, SCHEMA

_VALUES: tuple[tuple[type[Any], st.SearchStrategy[Any]], ...] = (
    (SmallInteger, st.integers(-(2**15), 2**15 - 1)),
    (BigInteger, st.integers(-(2**63), 2**63 - 1)),
    (Integer, st.integers(-(2**31), 2**31 - 1)),
    (Boolean, st.booleans()),
    (LargeBinary, st.binary(max_size=70)),
    (Text, st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)),
)
# Digits to the base of 10,000 are what its encoding is made of: zeros at either end are where it can go wrong.
_NATURALS = st.one_of(
    st.integers(0, 2**256 - 1),
    st.builds(
        lambda digits, power: int("".join(digits) or "0") * 10**power,
        st.lists(st.sampled_from("0009")),
        st.integers(0, 40),
    ),
)


def values_of(column: Column[Any]) -> st.SearchStrategy[Any]:
    if isinstance(column.type, Natural):
        bound = 10**column.type.digits
        values = _NATURALS.filter(lambda value: value < bound)
    else:
        values = next(strategy for kind, strategy in _VALUES if isinstance(column.type, kind))
    return st.one_of(st.none(), values) if column.nullable else values


ROWS = st.sampled_from(JOURNALS).flatmap(
    lambda table: st.tuples(st.just(table), st.tuples(*map(values_of, table.columns)))
)


@pytest.fixture(scope="module")
def tables(postgres: str) -> Iterator[Connection]:
    """The mirror's tables, in a transaction that is never committed."""
    with create_database(postgres) as url:
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            connection.execute(CreateSchema(SCHEMA))
            create_tables(connection)
            yield connection
        engine.dispose()


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_what_is_copied_is_read_back_as_it_was(tables: Connection, said: tuple[Table, tuple[Any, ...]]) -> None:
    table, row = said
    with tables.begin_nested() as undone:
        copy(tables, table, encode(table, [row]))
        (found,) = tables.execute(select(table)).all()
        undone.rollback()
    assert row == tuple(found)


def copy(connection: Connection, table: Table, content: bytes) -> None:
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    statement = sql.SQL("COPY {}.{} FROM STDIN (FORMAT BINARY)")
    with (
        raw.cursor() as copying,
        copying.copy(statement.format(sql.Identifier(SCHEMA), sql.Identifier(table.name))) as writing,
    ):
        writing.write(content)


def test_many_rows_are_one_copy(tables: Connection) -> None:
    rows = [(number, bytes([number]), number * 10**number) for number in range(1, 50)]
    table = schema.nonces_cancelled
    whole = [(number, key, key, value, value, 0, key) for number, key, value in rows]
    with tables.begin_nested() as undone:
        copy(tables, table, encode(table, whole))
        found = [tuple(row) for row in tables.execute(select(table).order_by(table.c.number))]
        undone.rollback()
    assert whole == found


NO_FIT: dict[str, dict[str, Any]] = {
    "too wide for its column": {"kind": 2**15},
    "null where none may be": {"kind": None},
    "of another kind": {"kind": b"1"},
}


@pytest.mark.parametrize("what", NO_FIT)
def test_a_value_that_does_not_fit_halts_before_anything_is_written(what: str) -> None:
    row: dict[str, Any] = {"number": 1, "kind": 0, "action": 0, "breaches": 0} | NO_FIT[what]
    with pytest.raises(Halt, match=r"rows_contradict.*mirror\.lot_event.*report it"):
        encode(schema.lot_event, [tuple(row.values())])


def test_a_number_below_zero_is_no_natural_number() -> None:
    row = (1, b"", b"", 0, -1, 0, b"")
    with pytest.raises(Halt, match="-1 is below zero"):
        encode(schema.nonces_cancelled, [row])
