"""The SQL that follows from the tables' metadata: what an extension adds, what a rollback takes back.

A new journal or latest needs no line here. Every statement takes its place on the chain as `:first`, the lowest
`number` concerned.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    BindParameter,
    Delete,
    FromClause,
    Insert,
    LargeBinary,
    Select,
    SmallInteger,
    Table,
    and_,
    bindparam,
    cast,
    delete,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects import postgresql

from indexer.schema import (
    EVENT_TABLES,
    LATESTS,
    event_of,
    holding,
    lineage,
    lot_event_item,
    metadata,
    milestone,
    order_step,
    purchase_order,
    transit,
)

# contracts/src/interfaces/ITraceability.sol, ItemRole: what becomes something else, and what a part is split from.
SOURCE_ROLES = (3, 5)

# Journals whose new rows may be steps of an order.
STEP_SOURCES = ("purchase_order", "milestone", "transit", "received_direct")

_DISPATCHED, _DIRECT, _ISSUED = (EVENT_TABLES[kind] for kind in ("GoodsDispatched", "ReceivedDirect", "OrderIssued"))

WALKED = frozenset({_DISPATCHED, _DIRECT, _ISSUED})
"""The tables that an extension looks up rows in by other indexes than keys and unique ones: it needs these at once."""

_NO_ORDER = bytes(32)
_NO_LINE = cast(null(), SmallInteger)
_NO_HOLDING = cast(null(), LargeBinary)

_first: BindParameter[int] = bindparam("first")


def lineage_of_sources() -> Insert:
    """Resolves the inputs and sources of new events to the integers of their holdings."""
    edges = (
        select(holding.c.number, event_of(lot_event_item.c.number))
        .join(holding, holding.c.id == lot_event_item.c.holding_id)
        .where(lot_event_item.c.number >= _first, lot_event_item.c.role.in_(SOURCE_ROLES))
    )
    return lineage.insert().from_select(["source_number", "target_number"], edges)


def order_steps() -> Insert:
    """Finds what the new acts on orders, milestones and goods did to which order; one step an event."""
    of_orders = select(event_of(purchase_order.c.number).label("number"), purchase_order.c.id.label("order_id")).where(
        purchase_order.c.number >= _first
    )
    steps = union_all(
        # The last milestone of a line is a step of the order too; as a milestone it knows the line.
        of_orders.add_columns(_NO_LINE.label("line"), _NO_HOLDING.label("holding_id")).where(
            event_of(purchase_order.c.number).not_in(
                select(event_of(milestone.c.number)).where(milestone.c.number >= _first)
            )
        ),
        select(event_of(milestone.c.number), milestone.c.order_id, milestone.c.line, _NO_HOLDING).where(
            milestone.c.number >= _first
        ),
        select(_DIRECT.c.number, _DIRECT.c.order, _DIRECT.c.line, _DIRECT.c.id).where(
            _DIRECT.c.number >= _first, _DIRECT.c.order != literal(_NO_ORDER)
        ),
        _deliveries(),
        _returns(),
    ).subquery("steps")
    found = select(
        steps.c.number,
        steps.c.order_id,
        _ISSUED.c.order_buyer,
        _ISSUED.c.order_supplier,
        steps.c.line,
        steps.c.holding_id,
    ).join(_ISSUED, _ISSUED.c.id == steps.c.order_id)
    return order_step.insert().from_select([column.name for column in order_step.columns], found)


def _deliveries() -> Select[int, bytes, int, bytes]:
    """What was sent on an order and what became of it."""
    sent = _last_dispatch()
    return (
        select(event_of(transit.c.number), sent.c.order, sent.c.line, transit.c.holding_id)
        .select_from(transit)
        .join(sent, sent.c.order != literal(_NO_ORDER))
        .where(transit.c.number >= _first)
    )


def _returns() -> Select[int, bytes, int, bytes]:
    """What goes back, on no order, to the supplier of the order on which it came last."""
    sent = _last_dispatch()
    arrivals = union_all(
        *(
            select(table.c.number, table.c.order, table.c.line)
            .where(table.c.id == transit.c.holding_id, table.c.number < transit.c.number, to == transit.c.sender)
            .correlate(transit)
            for table, to in ((_DISPATCHED, _DISPATCHED.c.consignment_to), (_DIRECT, _DIRECT.c.holding_creator))
        )
    ).subquery("arrivals")
    came = select(arrivals.c.order, arrivals.c.line).order_by(arrivals.c.number.desc()).limit(1).lateral("came")
    return (
        select(event_of(transit.c.number), came.c.order, came.c.line, transit.c.holding_id)
        .select_from(transit)
        .join(sent, sent.c.order == literal(_NO_ORDER))
        .join(came, true())
        .join(
            _ISSUED,
            and_(
                _ISSUED.c.id == came.c.order,
                _ISSUED.c.order_buyer == transit.c.sender,
                _ISSUED.c.order_supplier == transit.c.receiver,
            ),
        )
        .where(transit.c.number >= _first)
    )


def _last_dispatch() -> FromClause:
    """The dispatch that an act on a holding's journey is, or answers."""
    return (
        select(_DISPATCHED.c.order, _DISPATCHED.c.line)
        .where(_DISPATCHED.c.id == transit.c.holding_id, _DISPATCHED.c.number < transit.c.number)
        .order_by(_DISPATCHED.c.number.desc())
        .limit(1)
        .lateral("sent")
    )


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
ORDER_STEPS = order_steps()
LATESTS_FROM_NEW_ROWS = {latest.name: latest_from_new_rows(latest) for latest in LATESTS}
