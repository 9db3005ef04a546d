"""A digest of what the mirror holds of some blocks: two parties compare mirrors without showing them.

It covers every journal, column by column, in chain order, in an encoding of its own: nothing of PostgreSQL, of the
order of writing or of reorgs survived is in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Table, select

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
    tables = tuple(_table_digest(connection, table, first, last) for table in JOURNALS)
    whole = hashlib.sha256()
    for each in tables:
        whole.update(encode(each.table) + encode(each.rows) + each.digest)
    return Digest(first, last, last <= at.finalised, whole.digest(), tables)


def rows_of(connection: Connection, first: int, last: int) -> Iterator[RowDigest]:
    """Every row of blocks `first` to `last` by itself, in the order of tables, of the chain, of keys."""
    for table in JOURNALS:
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


def _table_digest(connection: Connection, table: Table, first: int, last: int) -> TableDigest:
    rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(_rows(table, first, last))
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
