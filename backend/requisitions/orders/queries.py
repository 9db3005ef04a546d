"""Reading orders and preparations: each organisation its own."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, true

from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.ledgers import Ledgers
from backend.requisitions.orders.models import ORDER, PREPARATION, OrderState
from backend.requisitions.orders.schemas import (
    OrderDetailOut,
    OrderedLineOut,
    OrderOut,
    OrderPageOut,
    PreparedOut,
    UnsignedBatchOut,
)
from backend.requisitions.requests.models import REQUEST, REQUEST_LINE
from backend.requisitions.requests.queries import with_amount

PAGE = 100


def order(connection: Connection, actor: Actor, id_: UUID) -> OrderDetailOut:
    """One order.

    Raises:
        ServiceError: `not_found`.
    """
    row = connection.execute(_own(actor).where(ORDER.c.id == id_)).mappings().one_or_none()
    if row is None:
        raise ServiceError("not_found")
    lines = connection.execute(
        select(REQUEST_LINE, REQUEST.c.requester)
        .join(
            REQUEST, (REQUEST.c.organisation == REQUEST_LINE.c.organisation) & (REQUEST.c.id == REQUEST_LINE.c.request)
        )
        .where(REQUEST_LINE.c.organisation == actor.organisation, REQUEST_LINE.c.order_id == id_)
        .order_by(REQUEST_LINE.c.place)
    ).mappings()
    return OrderDetailOut.model_validate(
        {**row, "lines": [OrderedLineOut.model_validate(with_amount(line)) for line in lines]}
    )


def orders(
    connection: Connection,
    actor: Actor,
    *,
    state: OrderState | None,
    changed_since: int | None,
    before: int | None,
) -> OrderPageOut:
    """A page of orders, newest first.

    Args:
        state: only those in this state.
        changed_since: Unix seconds; only those that changed then or later.
        before: only those prepared before the one of this number, from the page before.
    """
    rows = connection.execute(
        _own(actor)
        .where(ORDER.c.state == state if state is not None else true())
        .where(ORDER.c.changed_at >= changed_since if changed_since is not None else true())
        .where(ORDER.c.number < before if before is not None else true())
        .order_by(ORDER.c.number.desc())
        .limit(PAGE + 1)
    ).mappings()
    page = [OrderOut.model_validate(row) for row in rows]
    return OrderPageOut(orders=page[:PAGE], next_before=page[PAGE - 1].number if len(page) > PAGE else None)


def preparation(connection: Connection, actor: Actor, id_: UUID, ledgers: Ledgers) -> PreparedOut:
    """What was prepared under an id, and what of it still waits for its signature.

    Raises:
        ServiceError: `not_found`.
    """
    skipped = connection.scalar(
        select(PREPARATION.c.skipped).where(PREPARATION.c.organisation == actor.organisation, PREPARATION.c.id == id_)
    )
    if skipped is None:
        raise ServiceError("not_found")
    rows = connection.execute(_own(actor).where(ORDER.c.preparation == id_).order_by(ORDER.c.number)).mappings().all()
    unsigned = [row for row in rows if row["state"] == OrderState.PREPARED]
    return PreparedOut(
        id=id_,
        batch=_batch(unsigned, ledgers) if unsigned else None,
        orders=[OrderOut.model_validate(row) for row in rows],
        skipped=skipped,
    )


def _batch(unsigned: list[RowMapping], ledgers: Ledgers) -> UnsignedBatchOut:
    return UnsignedBatchOut(
        chain_id=ledgers.chain_id,
        contract=ledgers.addresses["Procurement"],
        action="IssueOrder",
        actions=[row["action"] for row in unsigned],
        details=[row["details"] for row in unsigned],
    )


def _own(actor: Actor) -> Any:
    return select(ORDER).where(ORDER.c.organisation == actor.organisation)
