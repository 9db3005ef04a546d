"""Reading the milestones of an order's service lines."""

from typing import Any

from sqlalchemy import Connection, Row, select, true

from backend.identity.actor import Actor
from backend.procurement.orders import seen
from backend.procurement.pages import PAGE, final_block, is_final, rest_of_page
from backend.procurement.records import MILESTONE_STATUS
from backend.procurement.schemas import MilestoneOut, MilestonePageOut
from indexer import schema as mirror

LATEST = mirror.milestone_latest
_REPORTED = mirror.EVENT_TABLES["MilestoneReported"]


def milestones(connection: Connection, actor: Actor, order_id: bytes, *, changed_since: int) -> MilestonePageOut:
    """A page of the milestones of an order, by their last changes.

    Raises:
        ServiceError: `not_found`, if there is no such order or the actor may not see it.
    """
    seen(connection, actor, order_id)
    report = last_report()
    page = connection.execute(
        select(
            LATEST,
            report.c.report,
            report.c.last,
            report.c.lapses_at.label("could_be_answered_until"),
            *mirror.record.c["status", "seq", "head"],
        )
        .select_from(LATEST)
        .join(report, true())
        .join(mirror.record, mirror.record.c.number == LATEST.c.number)
        .where(LATEST.c.order_id == order_id, LATEST.c.number > changed_since)
        .order_by(LATEST.c.number)
        .limit(PAGE + 1)
    ).all()
    final = final_block(connection)
    return MilestonePageOut(
        milestones=[_milestone(row, final) for row in page[:PAGE]], **rest_of_page(page, changed_since, final)
    )


def last_report() -> Any:
    """What was reported of a milestone last."""
    return (
        select(*_REPORTED.c["report", "last", "lapses_at", "milestone_order_handle"])
        .where(_REPORTED.c.id == LATEST.c.id)
        .order_by(_REPORTED.c.number.desc())
        .limit(1)
        .lateral("last_report")
    )


def _milestone(row: Row[Any], final: int) -> MilestoneOut:
    return MilestoneOut(
        number=row.number,
        finalised=is_final(row.number, final),
        id=row.id,
        order=row.order_id,
        line=row.line,
        milestone=row.ordinal,
        state=MILESTONE_STATUS[row.status],
        last=row.last,
        report=row.report,
        lapses_at=row.could_be_answered_until,
        seq=row.seq,
        head=row.head,
    )
