"""Reading one-sided receipts: those an organisation took in, those it countersigned, or all for those who oversee."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, union_all

from backend.identity.actor import Actor
from backend.procurement.consignments import NO_ORDER
from backend.procurement.pages import PAGE, final_block, is_final, rest_of_page
from backend.procurement.schemas import DirectReceiptOut, DirectReceiptPageOut
from indexer import schema as mirror

_DIRECT = mirror.EVENT_TABLES["ReceivedDirect"]
_COUNTERSIGNED = mirror.EVENT_TABLES["ReceiptCountersigned"]
_NO_CLAIM = bytes(32)

# A countersignature leaves a record of its own, held by who signed it.
_COUNTERSIGNER: ColumnElement[int] = (
    select(mirror.record.c.holder).where(mirror.record.c.number == _COUNTERSIGNED.c.number + 1).scalar_subquery()
)


def direct_receipts(connection: Connection, actor: Actor, *, changed_since: int) -> DirectReceiptPageOut:
    """A page of one-sided receipts, by their last changes: their taking in, or their countersigning."""
    taken_in = _receipts().where(_DIRECT.c.number > changed_since, _COUNTERSIGNED.c.number.is_(None))
    countersigned = _receipts().where(_COUNTERSIGNED.c.number > changed_since)
    branches = [(taken_in, _DIRECT.c.number), (countersigned, _COUNTERSIGNED.c.number)]
    if not actor.is_overseer:
        ours = _DIRECT.c.holding_creator == actor.organisation
        branches = [(branch.where(ours), number) for branch, number in branches]
        by_us = countersigned.where(_COUNTERSIGNER.in_([actor.organisation]))
        branches.append((by_us, _COUNTERSIGNED.c.number))
    found = union_all(*(select(branch.order_by(number).limit(PAGE + 1).subquery()) for branch, number in branches))
    page = connection.execute(found.order_by("number").limit(PAGE + 1)).all()
    final = final_block(connection)
    return DirectReceiptPageOut(
        receipts=[_receipt(row, final) for row in page[:PAGE]], **rest_of_page(page, changed_since, final)
    )


def _receipts() -> Select[Any]:
    # A countersignature names a receipt by its action hash.
    return (
        select(
            func.coalesce(_COUNTERSIGNED.c.number, _DIRECT.c.number).label("number"),
            mirror.event.c.action_hash,
            mirror.event.c.occurred_at,
            *_DIRECT.c["id", "holding_creator", "order", "line", "claim"],
            _COUNTERSIGNER.label("countersigned_by"),
        )
        .select_from(_DIRECT)
        .join(mirror.event, mirror.event.c.number == _DIRECT.c.number)
        .outerjoin(_COUNTERSIGNED, _COUNTERSIGNED.c.receipt_receipt == mirror.event.c.action_hash)
    )


def _receipt(row: Row[Any], final: int) -> DirectReceiptOut:
    return DirectReceiptOut(
        number=row.number,
        finalised=is_final(row.number, final),
        receipt=row.action_hash,
        receiver=row.holding_creator,
        holding=row.id,
        order=None if row.order == NO_ORDER else row.order,
        line=None if row.order == NO_ORDER else row.line,
        grade="one_sided" if row.countersigned_by is None else "countersigned",
        countersigned_by=row.countersigned_by,
        can_be_countersigned=row.claim != _NO_CLAIM and row.countersigned_by is None,
        occurred_at=row.occurred_at,
    )
