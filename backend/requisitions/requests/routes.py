"""Purchase requests."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend.dependencies import Reader, Reading, Writer, Writing, need_one_of, person_of
from backend.entries import Line, Moment
from backend.identity.actor import Right
from backend.requisitions.requests import commands, decisions, queries
from backend.requisitions.requests.models import State
from backend.requisitions.requests.schemas import (
    ApproveIn,
    CancelIn,
    RejectIn,
    RequestDetailOut,
    RequestIn,
    RequestPageOut,
)

router = APIRouter(prefix="/v1/requisitions/requests", tags=["requisitions"])


@router.get("")
def list_requests(
    connection: Reading,
    actor: Reader,
    *,
    state: State | None = None,
    requester: Line | None = None,
    awaiting: Annotated[Line | None, Query(description="Only those that wait for this person's approval.")] = None,
    changed_since: Moment | None = None,
    before: Annotated[int | None, Query(ge=0, description="`next_before` of the page before.")] = None,
) -> RequestPageOut:
    """The requests of the caller's organisation, newest first."""
    return queries.requests(
        connection,
        actor,
        state=state,
        requester=requester,
        awaiting=awaiting,
        changed_since=changed_since,
        before=before,
    )


@router.post("")
def submit_request(connection: Writing, actor: Writer, asked: RequestIn) -> RequestDetailOut:
    """Ask for something to be bought; again, it is the same request."""
    commands.submit(connection, actor, asked, person=person_of(actor))
    return queries.request(connection, actor, asked.id)


@router.get("/{request_id}")
def get_request(connection: Reading, actor: Reader, request_id: UUID) -> RequestDetailOut:
    """One request with its lines, approvals and history."""
    return queries.request(connection, actor, request_id)


@router.post("/{request_id}/approve")
def approve_request(connection: Writing, actor: Writer, request_id: UUID, asked: ApproveIn) -> RequestDetailOut:
    """Approve a request, for oneself or as a deputy."""
    decisions.approve(connection, actor, request_id, person=person_of(actor), acting_for=asked.acting_for)
    return queries.request(connection, actor, request_id)


@router.post("/{request_id}/reject")
def reject_request(connection: Writing, actor: Writer, request_id: UUID, asked: RejectIn) -> RequestDetailOut:
    """Reject a request, for oneself or as a deputy; that ends it."""
    decisions.reject(
        connection,
        actor,
        request_id,
        person=person_of(actor),
        acting_for=asked.acting_for,
        reason=asked.reason,
    )
    return queries.request(connection, actor, request_id)


@router.post("/{request_id}/withdraw")
def withdraw_request(connection: Writing, actor: Writer, request_id: UUID) -> RequestDetailOut:
    """Take one's own request back before it is ordered."""
    commands.withdraw(connection, actor, request_id, person=person_of(actor))
    return queries.request(connection, actor, request_id)


@router.post("/{request_id}/cancel")
def cancel_request(connection: Writing, actor: Writer, request_id: UUID, asked: CancelIn) -> RequestDetailOut:
    """Give up a request that was approved, or whose order came to nothing."""
    need_one_of(actor, Right.ORDER | Right.ADMIN)
    commands.cancel(connection, actor, request_id, person=person_of(actor), reason=asked.reason)
    return queries.request(connection, actor, request_id)
