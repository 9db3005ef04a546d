"""One request, locked, and moved from state to state; every act leaves its line in the history."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.requisitions.requests.models import CHANGE, REQUEST, Act, State


def lock(connection: Connection, actor: Actor, request: UUID) -> Row[str, str]:
    """(requester, state) of a request, once everybody else who acts on it is done.

    Raises:
        ServiceError: `not_found`.
    """
    row = connection.execute(
        select(REQUEST.c.requester, REQUEST.c.state)
        .where(REQUEST.c.organisation == actor.organisation, REQUEST.c.id == request)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    return row


def refuse_unless(state: str, allowed: Sequence[State]) -> None:
    """That an act may start from a state.

    Raises:
        ServiceError: `request_state`.
    """
    if state not in allowed:
        raise ServiceError("request_state", state=state, starts_from=", ".join(allowed))


def record(
    connection: Connection,
    organisation: int,
    request: UUID,
    act: Act,
    *,
    to: State,
    person: str | None,
    acting_for: str | None = None,
    reason: str | None = None,
) -> None:
    """Put a request into a state, and write down by what act of whom it came there."""
    at = clock.now()
    connection.execute(
        update(REQUEST)
        .where(REQUEST.c.organisation == organisation, REQUEST.c.id == request)
        .values(state=to, changed_at=at)
    )
    connection.execute(
        insert(CHANGE).values(
            organisation=organisation,
            request=request,
            act=act,
            state=to,
            person=person,
            acting_for=acting_for,
            reason=reason,
            at=at,
        )
    )
