"""A digest of what the mirror holds of some blocks: two parties compare mirrors without showing them.

It covers every journal, column by column, in chain order, in an encoding of its own: nothing of PostgreSQL, of the
order of writing or of reorgs survived is in it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

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
    place = table.c[table.info["journal"]]
    rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(
        select(table)
        .where(place >= first_number_above(table, first - 1), place < first_number_above(table, last))
        .order_by(place, *table.primary_key)
    )
    running, count = hashlib.sha256(), 0
    for row in rows:
        running.update(b"".join(map(encode, row)))
        count += 1
    return TableDigest(table.name, count, running.digest())
