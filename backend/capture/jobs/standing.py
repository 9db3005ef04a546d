"""How far the events of a job are recorded, whoever signed for them: what the outbox says, not what anybody reports."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Exists, and_, exists, func, select

from backend.capture.identity import EventIdentity
from backend.capture.jobs.models import CAPTURE_JOB, CAPTURE_JOB_EVENT
from backend.capture.models import CAPTURED_EVENT
from backend.submissions.models import OPEN_STATES, SUBMISSION, SUBMISSION_ITEM, State


@dataclass(frozen=True, slots=True)
class Standing:
    """One event of a job."""

    place: int
    identity: EventIdentity
    action_hash: bytes | None
    """The action that records it for good, in the mirror; None if there is none."""
    was_earlier: bool
    """Whether that action had been brought before the document was."""
    is_under_way: bool
    """Whether an action that records it is in the outbox, and neither mirrored nor refused yet."""
    reason: str | None
    """Why the ledger refused the last one, if it did."""


def standing(connection: Connection, job: int) -> list[Standing]:
    """Each event of a job, in order."""
    event, captured = CAPTURE_JOB_EVENT.c, CAPTURED_EVENT.c
    rows = connection.execute(
        select(
            event.place,
            event.hash,
            event.error,
            captured.action_hash,
            (event.earlier == captured.action_hash).label("was_earlier"),
            func.bool_or(_is_recorded()).label("is_recorded"),
            func.bool_or(SUBMISSION.c.state.in_(OPEN_STATES)).label("is_under_way"),
            func.max(func.coalesce(SUBMISSION_ITEM.c.reason, SUBMISSION.c.reason)).label("reason"),
        )
        .join(CAPTURE_JOB, CAPTURE_JOB.c.number == event.job)
        .outerjoin(CAPTURED_EVENT, _is_capture_of())
        .outerjoin(SUBMISSION_ITEM, SUBMISSION_ITEM.c.action_hash == captured.action_hash)
        .outerjoin(SUBMISSION, SUBMISSION.c.digest == SUBMISSION_ITEM.c.digest)
        .where(event.job == job)
        .group_by(event.place, event.hash, event.error, event.earlier, captured.action_hash)
        .order_by(event.place)
    )
    return [
        Standing(
            place=row.place,
            identity=EventIdentity(row.hash, row.error),
            action_hash=row.action_hash if row.is_recorded else None,
            was_earlier=bool(row.was_earlier),
            is_under_way=bool(row.is_under_way) and not row.is_recorded,
            reason=row.reason,
        )
        for row in rows
    ]


def is_all_recorded() -> ColumnElement[bool]:
    """Whether no event of a `capture_job` row is left to be recorded.

    It looks for the first that is, and no further: a job that nobody has signed costs one look, however long it is.
    """
    event = CAPTURE_JOB_EVENT.c
    first_left = (
        select(event.place)
        .where(event.job == CAPTURE_JOB.c.number, ~_recorded())
        .limit(1)
        .correlate(CAPTURE_JOB)
        .scalar_subquery()
    )
    return first_left.is_(None)


def _recorded() -> Exists:
    captured = CAPTURED_EVENT.c
    return exists(
        select(1)
        .select_from(CAPTURED_EVENT)
        .join(SUBMISSION_ITEM, SUBMISSION_ITEM.c.action_hash == captured.action_hash)
        .join(SUBMISSION, SUBMISSION.c.digest == SUBMISSION_ITEM.c.digest)
        .where(_is_capture_of(), _is_recorded())
        .correlate(CAPTURE_JOB, CAPTURE_JOB_EVENT)
    )


def _is_capture_of() -> ColumnElement[bool]:
    event, captured = CAPTURE_JOB_EVENT.c, CAPTURED_EVENT.c
    return and_(
        captured.organisation == CAPTURE_JOB.c.organisation, captured.hash == event.hash, captured.error == event.error
    )


def _is_recorded() -> ColumnElement[bool]:
    return and_(SUBMISSION.c.state == State.MIRRORED, SUBMISSION_ITEM.c.reason.is_(None))
