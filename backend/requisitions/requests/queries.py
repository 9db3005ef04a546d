"""Reading requests: each organisation its own, whoever of its people made them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, exists, select, true

from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.requisitions.approval.schemas import CostObject
from backend.requisitions.requests.models import APPROVAL, CHANGE, REQUEST, REQUEST_LINE, State
from backend.requisitions.requests.schemas import (
    ApprovalOut,
    ChangeOut,
    LineOut,
    RequestDetailOut,
    RequestOut,
    RequestPageOut,
)

PAGE = 100


def request(connection: Connection, actor: Actor, id_: UUID) -> RequestDetailOut:
    """One request.

    Raises:
        ServiceError: `not_found`.
    """
    row = connection.execute(_own(actor).where(REQUEST.c.id == id_)).mappings().one_or_none()
    if row is None:
        raise ServiceError("not_found")
    approvals = connection.execute(
        select(APPROVAL)
        .where(APPROVAL.c.organisation == actor.organisation, APPROVAL.c.request == id_)
        .order_by(APPROVAL.c.approver)
    ).mappings()
    history = connection.execute(
        select(CHANGE)
        .where(CHANGE.c.organisation == actor.organisation, CHANGE.c.request == id_)
        .order_by(CHANGE.c.number)
    ).mappings()
    return RequestDetailOut.model_validate(
        {
            **row,
            "lines": [LineOut.model_validate(with_amount(line)) for line in lines(connection, actor, [id_])],
            "approvals": [ApprovalOut.model_validate(each) for each in approvals],
            "history": [ChangeOut.model_validate(each) for each in history],
        }
    )


def lines(connection: Connection, actor: Actor, requests: Collection[UUID]) -> list[RowMapping]:
    """The rows of the lines of some requests, in the order of requests and lines."""
    return list(
        connection.execute(
            select(REQUEST_LINE, REQUEST.c.requester)
            .join(
                REQUEST,
                (REQUEST.c.organisation == REQUEST_LINE.c.organisation) & (REQUEST.c.id == REQUEST_LINE.c.request),
            )
            .where(REQUEST_LINE.c.organisation == actor.organisation, REQUEST_LINE.c.request.in_(requests))
            .order_by(REQUEST.c.number, REQUEST_LINE.c.line)
        ).mappings()
    )


def requests(
    connection: Connection,
    actor: Actor,
    *,
    state: State | None,
    requester: str | None,
    awaiting: str | None,
    changed_since: int | None,
    before: int | None,
) -> RequestPageOut:
    """A page of requests, newest first.

    Args:
        state: only those in this state.
        requester: only those that this person made.
        awaiting: only those that wait for this person's approval.
        changed_since: Unix seconds; only those that changed then or later.
        before: only those submitted before the one of this number, from the page before.
    """
    waits = exists().where(
        APPROVAL.c.organisation == REQUEST.c.organisation,
        APPROVAL.c.request == REQUEST.c.id,
        APPROVAL.c.approver == awaiting,
        APPROVAL.c.decided_by.is_(None),
        REQUEST.c.state == State.SUBMITTED,
    )
    rows = connection.execute(
        _own(actor)
        .where(REQUEST.c.state == state if state is not None else true())
        .where(REQUEST.c.requester == requester if requester is not None else true())
        .where(waits if awaiting is not None else true())
        .where(REQUEST.c.changed_at >= changed_since if changed_since is not None else true())
        .where(REQUEST.c.number < before if before is not None else true())
        .order_by(REQUEST.c.number.desc())
        .limit(PAGE + 1)
    ).mappings()
    page = [RequestOut.model_validate(row) for row in rows]
    return RequestPageOut(requests=page[:PAGE], next_before=page[PAGE - 1].number if len(page) > PAGE else None)


def _own(actor: Actor) -> Any:
    return select(REQUEST).where(REQUEST.c.organisation == actor.organisation)


def with_amount(row: RowMapping) -> dict[str, Any]:
    """The fields of `LineOut` of a row of the lines."""
    cost_object = CostObject(kind=row["cost_kind"], code=row["cost_code"])
    return {**row, "cost_object": cost_object, "amount_fen": row["quantity"] * row["price_fen"]}
