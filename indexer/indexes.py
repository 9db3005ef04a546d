"""The indexes a first sync does without.

Most of the mirror's indexes are for those who read it. Kept up to date row by row, over keys that are hashes, they cost
a backfill more than its rows; made at the end, from all rows at once, a fraction of that. So the tables begin with the
indexes that hold rows together (keys, unique ones) and those that derive.py walks, and get the others when the mirror
has reached the chain's head for the first time.

Nothing notes whether that has happened: the catalogue knows which indexes there are. An indexer killed before or in the
middle of it finds some missing when it next reaches the head, and makes those; as it does if somebody dropped one.
Meanwhile readers get right answers, slowly.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Index, text
from sqlalchemy.schema import CreateIndex, CreateTable

from indexer.derive import WALKED
from indexer.schema import metadata


def _can_wait(index: Index) -> bool:
    return not index.unique and index.table not in WALKED


_ALL: Sequence[Index] = sorted(
    (index for table in metadata.tables.values() for index in table.indexes), key=lambda index: str(index.name)
)
LATER: Sequence[Index] = tuple(index for index in _ALL if _can_wait(index))


def create_tables(connection: Connection) -> None:
    """Every table of the mirror, with the indexes that cannot wait."""
    for table in metadata.sorted_tables:
        connection.execute(CreateTable(table))
    for index in _ALL:
        if index not in LATER:
            connection.execute(CreateIndex(index))


def create_missing(connection: Connection, schema: str) -> int:
    """Makes the indexes that the tables in `schema` are still without; how many. Readers go on meanwhile."""
    there = set(
        connection.execute(
            text("SELECT indexname FROM pg_indexes WHERE schemaname = :schema"), {"schema": schema}
        ).scalars()
    )
    missing = [index for index in LATER if index.name not in there]
    for index in missing:
        connection.execute(CreateIndex(index))
    return len(missing)
