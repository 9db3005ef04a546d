"""What happened to orders, read from the mirror: for the states of their lines, and for people."""

from collections.abc import Collection
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from backend.db import among
from backend.procurement.lines import OrderLines, Step
from backend.procurement.schemas import StepOut
from indexer import schema as mirror

_EVENTS = mirror.EVENT_TABLES


def lines_of(connection: Connection, orders: Collection[bytes]) -> dict[bytes, OrderLines]:
    """The lines of each order, by its id."""
    rows = connection.execute(_steps(orders))
    return {
        order_id: OrderLines(_step(row) for row in group)
        for order_id, group in groupby(rows, key=attrgetter("order_id"))
    }


def history(connection: Connection, steps: Select[Any], final: int) -> list[StepOut]:
    """Steps as people read them.

    Args:
        steps: selects `number` of the event, `line` and `holding_id`, in order.
        final: the highest block that can no longer be taken back.
    """
    step, event = steps.subquery("step"), mirror.event.c
    rows = connection.execute(
        select(
            step.c.number,
            step.c.line,
            step.c.holding_id,
            event.kind,
            event.action_hash,
            event.batch,
            event.schema,
            event.root,
            event.occurred_at,
            mirror.block.c.number.label("block"),
            mirror.block.c.recorded_at,
            mirror.batch.c.transaction,
            mirror.key_latest.c.organisation,
        )
        .select_from(step)
        .join(mirror.event, event.number == step.c.number)
        .join(mirror.block, mirror.block.c.number == mirror.block_of(event.number))
        .join(mirror.batch, mirror.batch.c.digest == event.batch)
        .outerjoin(mirror.key_latest, mirror.key_latest.c.address == mirror.batch.c.signer)
        .order_by(step.c.number)
    )
    return [
        StepOut(
            number=row.number,
            kind=row.kind,
            line=row.line,
            holding=row.holding_id,
            recorded_by=row.organisation,
            action_hash=row.action_hash,
            batch=row.batch,
            transaction=row.transaction,
            schema_id=row.schema,
            root=row.root,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            block=row.block,
            finalised=row.block <= final,
        )
        for row in rows
    ]


def _steps(orders: Collection[bytes]) -> Select[Any]:
    """Each step with the fields of its kind; those of other kinds are null."""
    step = mirror.order_step.c
    issued, proposed, closed, reported, received = (
        _EVENTS[name] for name in ("OrderIssued", "ChangeProposed", "LinesClosed", "MilestoneReported", "GoodsReceived")
    )
    # Rows that stand beside the record an event left have that one's number.
    milestone, transit = mirror.milestone, mirror.transit
    return (
        select(
            step.number,
            step.order_id,
            step.line,
            step.holding_id,
            step.buyer,
            mirror.event.c.kind,
            mirror.event.c.occurred_at,
            issued.c.lines,
            issued.c.services,
            proposed.c.cancelled,
            closed.c.lines.label("closed"),
            milestone.c.ordinal,
            reported.c.last,
            transit.c.consignment_id,
            transit.c.receiver,
            received.c.outcome,
            received.c.cause,
        )
        .select_from(mirror.order_step)
        .join(mirror.event, mirror.event.c.number == step.number)
        .outerjoin(issued, issued.c.number == step.number)
        .outerjoin(proposed, proposed.c.number == step.number)
        .outerjoin(closed, closed.c.number == step.number)
        .outerjoin(milestone, milestone.c.number == step.number + 1)
        .outerjoin(reported, reported.c.number == step.number)
        .outerjoin(transit, and_(transit.c.number == step.number + 1, step.holding_id.is_not(None)))
        .outerjoin(received, received.c.number == step.number)
        .where(among(step.order_id, orders))
        .order_by(step.order_id, step.number)
    )


def _step(row: Row[Any]) -> Step:
    return Step(
        number=row.number,
        kind=row.kind,
        occurred_at=row.occurred_at,
        lines=row.lines or 0,
        mask=row.services or row.cancelled or row.closed or 0,
        line=row.line or 0,
        milestone=row.ordinal or 0,
        is_last=bool(row.last),
        holding=row.holding_id or b"",
        consignment=row.consignment_id or b"",
        to_buyer=row.receiver is None or row.receiver == row.buyer,
        outcome=row.outcome or 0,
        cause=row.cause or 0,
    )
