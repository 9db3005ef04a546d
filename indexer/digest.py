"""A digest of what the mirror holds of some blocks: two parties compare mirrors without showing them.

It covers every journal, column by column, in chain order, in an encoding of its own: nothing of PostgreSQL, of the
order of writing or of reorgs survived is in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    cast,
    exists,
    literal_column,
    select,
)

from indexer.errors import Halt
from indexer.schema import JOURNALS, cursor, first_number_above

_ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class TableDigest:
    table: str
    rows: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Digest:
    """Of blocks `first` to `last`, both included. `final` says whether any of it can still change."""

    first: int
    last: int
    final: bool
    digest: bytes
    tables: tuple[TableDigest, ...]


@dataclass(frozen=True, slots=True)
class RowDigest:
    """One row. `key` is its primary key, by column; the digest covers the table's name and every column."""

    table: str
    key: dict[str, Any]
    digest: bytes


def digest(connection: Connection, first: int, last: int) -> Digest:
    """The digest of blocks `first` to `last`. `connection` should be REPEATABLE READ, so that it is of one moment.

    Raises:
        Halt: the mirror does not go that far.
    """
    at = connection.execute(select(cursor.c.block, cursor.c.finalised)).one()
    if not 0 <= first <= last <= at.block:
        raise Halt(
            "range_not_mirrored",
            f"blocks {first} to {last} are asked for, the mirror goes to {at.block}",
            f"ask for a range within 0 to {at.block}",
        )
    present = _with_rows(connection, first, last)
    tables = tuple(
        _table_digest(connection, table, first, last) if table.name in present else _empty(table) for table in JOURNALS
    )
    whole = hashlib.sha256()
    for each in tables:
        whole.update(encode(each.table) + encode(each.rows) + each.digest)
    return Digest(first, last, last <= at.finalised, whole.digest(), tables)


def rows_of(connection: Connection, first: int, last: int) -> Iterator[RowDigest]:
    """Every row of blocks `first` to `last` by itself, in the order of tables, of the chain, of keys."""
    present = _with_rows(connection, first, last)
    for table in (table for table in JOURNALS if table.name in present):
        for row in connection.execute(_rows(table, first, last)).mappings():
            key = {column.name: row[column.name] for column in table.primary_key}
            whole = encode(table.name) + b"".join(encode(row[column.name]) for column in table.columns)
            yield RowDigest(table.name, key, hashlib.sha256(whole).digest())


def ranges(first: int, last: int, every: int) -> Iterator[tuple[int, int]]:
    """Blocks `first` to `last` in runs of `every`; the last one may be shorter."""
    for start in range(first, last + 1, every):
        yield start, min(start + every - 1, last)


def encode(value: Any) -> bytes:
    """One value: a byte for its kind, four for its length, then itself; integers in decimal digits."""
    if value is None:
        return b"\x00"
    kind, body = (
        (b"\x02", value)
        if isinstance(value, bytes)
        else (b"\x03", value.encode())
        if isinstance(value, str)
        else (b"\x01", str(int(value)).encode())
    )
    return kind + len(body).to_bytes(4) + body


def _with_rows(connection: Connection, first: int, last: int) -> set[str]:
    """The tables that have rows in a range. One statement: most ranges have rows in few of the tables, if in any."""
    found = connection.execute(_WITH_ROWS, {"first": first, "above": last + 1}).one()
    return {table.name for table, has_rows in zip(JOURNALS, found, strict=True) if has_rows}


def _has_rows(table: Table) -> ColumnElement[bool]:
    place = table.c[table.info["journal"]]
    shift: ColumnElement[int] = literal_column(str(table.info["shift"]))
    first, above = (cast(bindparam(name), BigInteger).op("<<")(shift) for name in ("first", "above"))
    return exists(select(1).where(place >= first, place < above)).label(table.name)


_WITH_ROWS = select(*map(_has_rows, JOURNALS))


def _empty(table: Table) -> TableDigest:
    return TableDigest(table.name, 0, hashlib.sha256().digest())


def _table_digest(connection: Connection, table: Table, first: int, last: int) -> TableDigest:
    rows = connection.execute(_rows(table, first, last), execution_options={"yield_per": _ROWS_AT_ONCE})
    running, count = hashlib.sha256(), 0
    for row in rows:
        running.update(b"".join(map(encode, row)))
        count += 1
    return TableDigest(table.name, count, running.digest())


def _rows(table: Table, first: int, last: int) -> Select[*tuple[Any, ...]]:
    place = table.c[table.info["journal"]]
    return (
        select(table)
        .where(place >= first_number_above(table, first - 1), place < first_number_above(table, last))
        .order_by(place, *table.primary_key)
    )
