"""Looking at capture jobs: each organisation at its own, whoever oversees."""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, exists, select

from backend.capture.jobs import sealing
from backend.capture.jobs.models import CAPTURE_JOB, CAPTURE_JOB_PART, Behaviour, Part
from backend.capture.jobs.schemas import DocumentOut, JobOut, VerdictOut, WaitingJobOut, WaitingOut
from backend.capture.jobs.telling import moment, problem_of
from backend.capture.verdicts import Word
from backend.details.sealing import Ring
from backend.errors import ServiceError
from backend.identity.actor import Actor

_JOB = CAPTURE_JOB.c


def job(connection: Connection, ring: Ring, actor: Actor, job_id: UUID) -> JobOut:
    """One job.

    Raises:
        ServiceError: `not_found`.
    """
    row = _row(connection, actor, job_id)
    verdicts = _read(connection, ring, actor, [row], Part.VERDICTS).get(row.number, [])
    shown = _job(row, [verdict for verdict in verdicts if verdict["verdict"] == Word.REFUSED])
    shown.verdicts = [VerdictOut(**verdict) for verdict in verdicts]
    return shown


def jobs(
    connection: Connection, ring: Ring, actor: Actor, *, most: int, before: int | None
) -> tuple[list[JobOut], int | None]:
    """A page of jobs, the newest first, and `before` of the next page if there is one."""
    asked = _own(actor).order_by(_JOB.number.desc()).limit(most + 1)
    rows = connection.execute(asked if before is None else asked.where(_JOB.number < before)).all()
    page = rows[:most]
    refused = _read(connection, ring, actor, page, Part.FIRST_REFUSED)
    shown = [_job(row, refused.get(row.number, [])) for row in page]
    return shown, page[-1].number if len(rows) > most else None


def waiting(connection: Connection, actor: Actor) -> WaitingOut:
    """The jobs that nobody has signed or reported on yet, the oldest first."""
    has_report = exists(select(1).where(CAPTURE_JOB_PART.c.job == _JOB.number, CAPTURE_JOB_PART.c.part == Part.REPORT))
    rows = connection.execute(_own(actor).where(_JOB.finished_at.is_(None), ~has_report).order_by(_JOB.number))
    return WaitingOut(
        jobs=[
            WaitingJobOut(id=row.id, behaviour=row.behaviour, mark=None if row.mark is None else row.mark.hex())
            for row in rows
        ]
    )


def document(connection: Connection, ring: Ring, actor: Actor, job_id: UUID) -> DocumentOut:
    """The document of an open job.

    Raises:
        ServiceError: `not_found`, also if the job has ended and its document is gone.
    """
    _, content = waiting_document(connection, ring, actor, job_id)
    return DocumentOut(document=content.decode())


def waiting_document(connection: Connection, ring: Ring, actor: Actor, job_id: UUID) -> tuple[Behaviour, bytes]:
    """The same byte for byte, and what is to become of its other events where one is refused."""
    row = _row(connection, actor, job_id)
    found = sealing.opened(connection, ring, actor.organisation, [row.number], Part.DOCUMENT)
    if row.number not in found:
        raise ServiceError("not_found")
    return Behaviour(row.behaviour), found[row.number]


def _own(actor: Actor) -> Select[Any]:
    return select(CAPTURE_JOB).where(_JOB.organisation == actor.organisation)


def _row(connection: Connection, actor: Actor, job_id: UUID) -> Row[Any]:
    row = connection.execute(_own(actor).where(_JOB.id == job_id)).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    return row


def _read(
    connection: Connection, ring: Ring, actor: Actor, rows: Collection[Row[Any]], part: Part
) -> dict[int, list[dict[str, Any]]]:
    """Verdicts of the jobs that have ended, by the jobs' numbers."""
    sealed = sealing.opened(connection, ring, actor.organisation, [row.number for row in rows], part)
    return {number: json.loads(content.decode(errors="surrogatepass")) for number, content in sealed.items()}


def _job(row: Row[Any], refused: list[dict[str, Any]]) -> JobOut:
    finished = {} if row.finished_at is None else {"finished_at": moment(row.finished_at)}
    return JobOut(
        id=row.id,
        created_at=moment(row.created_at),
        **finished,
        lapses_at=moment(row.lapses_at),
        brought_by=row.person,
        running=row.finished_at is None,
        success=not refused,
        behaviour=row.behaviour,
        errors=[problem_of(verdict) for verdict in refused],
    )
