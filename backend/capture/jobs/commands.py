"""Bringing a document, reporting what could not be recorded of it, withdrawing it."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, insert, select

from backend import clock
from backend.capture import queries as captured
from backend.capture.jobs import sealing
from backend.capture.jobs.models import (
    CAPTURE_JOB,
    CAPTURE_JOB_EVENT,
    CAPTURE_JOB_PART,
    LAPSES_AFTER_DAYS,
    Behaviour,
    Part,
)
from backend.capture.jobs.report import Report
from backend.capture.jobs.settling import OpenJob, settle
from backend.capture.reading import events_of
from backend.capture.telling import Told
from backend.capture.verdicts import Fault
from backend.details.sealing import Ring
from backend.errors import ServiceError
from backend.identity.actor import Actor

MOST_OPEN = 100
MOST_OPEN_BYTES = 50_000_000
"""Of one organisation's documents that wait."""

_DAY = 86_400


def bring(
    connection: Connection, ring: Ring, actor: Actor, content: bytes, *, behaviour: Behaviour, mark: bytes | None
) -> UUID:
    """Keep a document until it is signed; its job. If all of it is recorded already, the job ends at once.

    Raises:
        ServiceError: what is wrong with the document; `capture_full`.
    """
    events = events_of(content)
    _refuse_more_than_fits(connection, actor, len(content))
    at = clock.now()
    job_id, lapses_at = uuid4(), at + LAPSES_AFTER_DAYS * _DAY
    number = connection.scalar(
        insert(CAPTURE_JOB)
        .values(
            id=job_id,
            organisation=actor.organisation,
            person=actor.person,
            behaviour=behaviour,
            mark=mark,
            created_at=at,
            lapses_at=lapses_at,
        )
        .returning(CAPTURE_JOB.c.number)
    )
    assert number is not None
    job = OpenJob(number, actor.organisation, lapses_at)
    _note(connection, actor, number, events)
    sealing.keep(connection, ring, job.number, job.organisation, {Part.DOCUMENT: content})
    settle(connection, ring, job)
    return job_id


def report(connection: Connection, ring: Ring, actor: Actor, job_id: UUID, refusals: Mapping[int, Fault]) -> None:
    """Note which events of a job cannot be recorded, and why; the others are recorded, or under way.

    What is recorded all the same stays recorded, whatever is reported. A job that has ended is as it is.

    Raises:
        ServiceError: `not_found`.
    """
    _say(connection, ring, actor, job_id, Report(refusals))


def withdraw(connection: Connection, ring: Ring, actor: Actor, job_id: UUID) -> None:
    """Give a document up. What is under way of it is recorded all the same.

    Raises:
        ServiceError: `not_found`.
    """
    _say(connection, ring, actor, job_id, Report(otherwise=Fault("capture_withdrawn")))


def _note(connection: Connection, actor: Actor, job: int, events: Sequence[Told]) -> None:
    """The events of a job, and which of them are captured already."""
    known = captured.known(connection, actor, {event.identity for event in events})
    rows = [
        {
            "job": job,
            "place": place,
            "hash": event.identity.hash,
            "error": event.identity.error,
            "earlier": known.get(event.identity),
        }
        for place, event in enumerate(events)
    ]
    if rows:
        connection.execute(insert(CAPTURE_JOB_EVENT), rows)


def _say(connection: Connection, ring: Ring, actor: Actor, job_id: UUID, said: Report) -> None:
    job = _locked(connection, actor, job_id)
    if job is None:
        return
    sealing.keep(connection, ring, job.number, job.organisation, {Part.REPORT: said.to_bytes()})
    settle(connection, ring, job)


def _locked(connection: Connection, actor: Actor, job_id: UUID) -> OpenJob | None:
    """An open job; None if it has ended."""
    job = CAPTURE_JOB.c
    row = connection.execute(
        select(job.number, job.organisation, job.lapses_at, job.finished_at)
        .where(job.id == job_id, job.organisation == actor.organisation)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    return None if row.finished_at is not None else OpenJob(row.number, row.organisation, row.lapses_at)


def _refuse_more_than_fits(connection: Connection, actor: Actor, size: int) -> None:
    """Of several at the same moment each sees the others only once they are kept: the bounds may be passed by as many
    as are brought at once."""
    job, part = CAPTURE_JOB.c, CAPTURE_JOB_PART.c
    waiting = connection.execute(
        select(func.count(), func.coalesce(func.sum(func.length(part.sealed)), 0).label("bytes"))
        .select_from(CAPTURE_JOB)
        .join(CAPTURE_JOB_PART, (part.job == job.number) & (part.part == Part.DOCUMENT))
        .where(job.organisation == actor.organisation, job.finished_at.is_(None))
    ).one()
    if waiting[0] >= MOST_OPEN or int(waiting.bytes) + size > MOST_OPEN_BYTES:
        raise ServiceError("capture_full", waiting=waiting[0], most=MOST_OPEN, most_bytes=MOST_OPEN_BYTES)
