"""The SQL that follows from the tables' metadata: what an extension adds, what a rollback takes back.

A new journal or latest needs no line here. Every statement takes its place on the chain as `:first`, the lowest
`number` concerned.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import BindParameter, Delete, Insert, Table, bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql

from indexer.schema import LATESTS, event_of, holding, lineage, lot_event_item, metadata

# contracts/src/interfaces/ITraceability.sol, ItemRole: what becomes something else, and what a part is split from.
SOURCE_ROLES = (3, 5)

_first: BindParameter[int] = bindparam("first")


def lineage_of_sources() -> Insert:
    """Resolves the inputs and sources of new events to the integers of their holdings."""
    edges = (
        select(holding.c.number, event_of(lot_event_item.c.number))
        .join(holding, holding.c.id == lot_event_item.c.holding_id)
        .where(lot_event_item.c.number >= _first, lot_event_item.c.role.in_(SOURCE_ROLES))
    )
    return lineage.insert().from_select(["source_number", "target_number"], edges)


def latest_from_new_rows(latest: Table) -> postgresql.Insert:
    """Brings a latest up to the journal rows from `:first` on."""
    journal, key = journal_of(latest), latest.info["key"]
    newest = (
        select(journal)
        .where(journal.c.number >= _first)
        .ext(postgresql.distinct_on(*(journal.c[name] for name in key)))
        .order_by(*(journal.c[name] for name in key), journal.c.number.desc())
    )
    insert = postgresql.insert(latest).from_select([column.name for column in journal.columns], newest)
    return insert.on_conflict_do_update(
        index_elements=list(key),
        set_={column.name: insert.excluded[column.name] for column in latest.columns if column.name not in key},
    )


def latest_without_rows_above(latest: Table) -> Iterator[Delete | Insert]:
    """Takes back what journal rows from `:first` on, still there, have done to a latest."""
    journal, key = journal_of(latest), latest.info["key"]
    touched = select(*(journal.c[name] for name in key)).where(journal.c.number >= _first)
    yield delete(latest).where(tuple_(*(latest.c[name] for name in key)).in_(touched))
    before = (
        select(journal)
        .where(journal.c.number < _first, tuple_(*(journal.c[name] for name in key)).in_(touched))
        .ext(postgresql.distinct_on(*(journal.c[name] for name in key)))
        .order_by(*(journal.c[name] for name in key), journal.c.number.desc())
    )
    yield latest.insert().from_select([column.name for column in journal.columns], before)


def journal_rows_above(journal: Table) -> Delete:
    """Deletes a journal's rows from `:first` on."""
    return delete(journal).where(journal.c[journal.info["journal"]] >= _first)


def journal_of(latest: Table) -> Table:
    return metadata.tables[f"{metadata.schema}.{latest.info['latest_of']}"]


LINEAGE_OF_SOURCES = lineage_of_sources()
LATESTS_FROM_NEW_ROWS = {latest.name: latest_from_new_rows(latest) for latest in LATESTS}
