"""Submitting a request, taking it back, giving it up."""

from uuid import UUID

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.chemicals import commands as certificates
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.repeats import hash_asked, refuse_reuse
from backend.requisitions.requests.models import APPROVAL, REQUEST, REQUEST_LINE, Act, State
from backend.requisitions.requests.schemas import RequestIn
from backend.requisitions.requests.submission import Judged, judge
from backend.requisitions.requests.transitions import lock, record, refuse_unless


def submit(connection: Connection, actor: Actor, asked: RequestIn, *, person: str) -> None:
    """Submit a request, once: again, it stays as it is by now.

    Raises:
        ServiceError: `id_reused`, or what `judge` refuses.
    """
    content_hash = hash_asked(asked, person)
    if _is_known(connection, actor, asked, content_hash):
        return
    judged = judge(connection, actor, asked)
    at = clock.now()
    inserted = connection.scalar(
        postgresql.insert(REQUEST)
        .values(
            organisation=actor.organisation,
            id=asked.id,
            requester=person,
            note=asked.note,
            total_fen=sum(line.quantity * line.price_fen for line in asked.lines),
            state=State.SUBMITTED,
            content_hash=content_hash,
            submitted_at=at,
            changed_at=at,
        )
        .on_conflict_do_nothing()
        .returning(REQUEST.c.id)
    )
    if inserted is None:
        # The same came twice at once, and the other was first.
        _is_known(connection, actor, asked, content_hash)
        return
    _insert_parts(connection, actor, asked, judged)
    record(connection, actor.organisation, asked.id, Act.SUBMIT, to=State.SUBMITTED, person=person)


def withdraw(connection: Connection, actor: Actor, request: UUID, *, person: str) -> None:
    """Take one's own request back before it is ordered; what was reserved for it is released.

    Raises:
        ServiceError: `not_found`, `not_requester`, `request_state`, `request_in_order`.
    """
    requester, state = lock(connection, actor, request)
    if requester != person:
        raise ServiceError("not_requester", requester=requester)
    if state == State.WITHDRAWN:
        return
    refuse_unless(state, (State.SUBMITTED, State.APPROVED))
    _refuse_in_order(connection, actor, request)
    certificates.release(connection, actor, request, person=person)
    record(connection, actor.organisation, request, Act.WITHDRAW, to=State.WITHDRAWN, person=person)


def cancel(connection: Connection, actor: Actor, request: UUID, *, person: str, reason: str) -> None:
    """Give up a request that was approved, or ordered in vain; what is still reserved for it is released.

    Raises:
        ServiceError: `not_found`, `request_state`, `request_in_order`.
    """
    _, state = lock(connection, actor, request)
    if state == State.CANCELLED:
        return
    refuse_unless(state, (State.APPROVED, State.ORDERED))
    if state == State.APPROVED:
        _refuse_in_order(connection, actor, request)
    certificates.release(connection, actor, request, person=person)
    record(connection, actor.organisation, request, Act.CANCEL, to=State.CANCELLED, person=person, reason=reason)


def _is_known(connection: Connection, actor: Actor, asked: RequestIn, content_hash: bytes) -> bool:
    before = connection.scalar(
        select(REQUEST.c.content_hash).where(REQUEST.c.organisation == actor.organisation, REQUEST.c.id == asked.id)
    )
    if before is None:
        return False
    refuse_reuse(before, content_hash, id=str(asked.id))
    return True


def _insert_parts(connection: Connection, actor: Actor, asked: RequestIn, judged: Judged) -> None:
    whose = {"organisation": actor.organisation, "request": asked.id}
    connection.execute(
        insert(REQUEST_LINE),
        [
            {
                **whose,
                **line.model_dump(exclude={"cost_object"}),
                "line": number,
                "agreed_fen": price and price.price_fen,
                "agreement": price and price.agreement,
                "agreement_version": price and price.version,
                "cost_kind": line.cost_object.kind,
                "cost_code": line.cost_object.code,
            }
            for number, (line, price) in enumerate(zip(asked.lines, judged.prices, strict=True))
        ],
    )
    connection.execute(insert(APPROVAL), [{**whose, "approver": approver} for approver in sorted(judged.approvers)])


def _refuse_in_order(connection: Connection, actor: Actor, request: UUID) -> None:
    """A line in an order that is being signed may be ordered any moment."""
    order = connection.scalar(
        select(REQUEST_LINE.c.order_id)
        .where(
            REQUEST_LINE.c.organisation == actor.organisation,
            REQUEST_LINE.c.request == request,
            REQUEST_LINE.c.order_id.is_not(None),
        )
        .limit(1)
    )
    if order is not None:
        raise ServiceError("request_in_order", order=str(order))
