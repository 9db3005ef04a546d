"""The end of a capture job: it follows from what is recorded, so no job depends on anybody's last word.

A job ends when all its events are recorded, whoever signed for them; or when nothing of it is under way any more, and
either the member's side has reported what it could not have recorded, or nobody signed in time.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, delete, exists, or_, select, update

from backend import clock
from backend.capture.identity import EventIdentity
from backend.capture.jobs import sealing
from backend.capture.jobs.models import CAPTURE_JOB, CAPTURE_JOB_EVENT, CAPTURE_JOB_PART, Part
from backend.capture.jobs.report import Report
from backend.capture.jobs.standing import Standing, is_all_recorded, standing
from backend.capture.reading import read_document
from backend.capture.verdicts import DOCUMENT_REFUSED, EventVerdict, Fault, Word
from backend.details.sealing import Ring, SealBroken

_LOG = structlog.get_logger(__name__)

KEPT_DAYS = 30
"""How long an ended job can be asked for."""

MOST_LISTED = 20
"""Refused events of a job, where it stands in a list."""

_AT_ONCE = 50
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job that has not ended, its row locked."""

    number: int
    organisation: int
    lapses_at: int


def settle_jobs(engine: Engine, ring: Ring) -> int:
    """End the jobs that have come to their end; returns how many. Safe to repeat, to kill, and at once.

    Jobs long ended are deleted.
    """
    job = CAPTURE_JOB.c
    with engine.begin() as connection:
        ended = sum(_settle_or_say(connection, ring, each) for each in _due(connection))
        old = select(job.number).where(job.finished_at < clock.now() - KEPT_DAYS * _DAY).limit(_AT_ONCE)
        connection.execute(delete(CAPTURE_JOB).where(job.number.in_(old)))
    return ended


def settle(connection: Connection, ring: Ring, job: OpenJob) -> bool:
    """End a job if it has come to its end; whether it has."""
    events = standing(connection, job.number)
    if any(event.is_under_way for event in events):
        return False
    report = _report(connection, ring, job, is_complete=all(event.action_hash is not None for event in events))
    if report is None:
        return False
    verdicts = [
        verdict.to_json(place) for place, verdict in enumerate(_verdicts(events, _types(connection, ring, job), report))
    ]
    refused = [verdict for verdict in verdicts if verdict["verdict"] == Word.REFUSED]
    parts = {Part.VERDICTS: _written(verdicts), Part.FIRST_REFUSED: _written(refused[:MOST_LISTED])}
    sealing.keep(connection, ring, job.number, job.organisation, parts)
    sealing.destroy(connection, job.number, Part.DOCUMENT, Part.REPORT)
    connection.execute(delete(CAPTURE_JOB_EVENT).where(CAPTURE_JOB_EVENT.c.job == job.number))
    connection.execute(update(CAPTURE_JOB).where(CAPTURE_JOB.c.number == job.number).values(finished_at=clock.now()))
    return True


def _due(connection: Connection) -> list[OpenJob]:
    job = CAPTURE_JOB.c
    has_report = exists(select(1).where(CAPTURE_JOB_PART.c.job == job.number, CAPTURE_JOB_PART.c.part == Part.REPORT))
    rows = connection.execute(
        select(job.number, job.organisation, job.lapses_at)
        .where(job.finished_at.is_(None), or_(job.lapses_at <= clock.now(), has_report, is_all_recorded()))
        .order_by(job.number)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return [OpenJob(*row) for row in rows]


def _settle_or_say(connection: Connection, ring: Ring, job: OpenJob) -> bool:
    """One job that does not open must not hold up the others."""
    try:
        with connection.begin_nested():
            return settle(connection, ring, job)
    except SealBroken as error:
        _LOG.error("capture_job_unreadable", job=job.number, organisation=job.organisation, detail=str(error))
        return False


def _report(connection: Connection, ring: Ring, job: OpenJob, *, is_complete: bool) -> Report | None:
    """The last word on what is not recorded; None while there is none."""
    if is_complete:
        return Report()
    reported = sealing.opened(connection, ring, job.organisation, [job.number], Part.REPORT)
    if job.number in reported:
        return Report.from_bytes(reported[job.number])
    if job.lapses_at <= clock.now():
        _LOG.warning("capture_lapsed", job=job.number, organisation=job.organisation)
        return Report(otherwise=Fault("capture_lapsed"))
    return None


def _types(connection: Connection, ring: Ring, job: OpenJob) -> list[str]:
    """The types of a job's events, which stand in its document alone."""
    (document,) = sealing.opened(connection, ring, job.organisation, [job.number], Part.DOCUMENT).values()
    return [str(event.event["type"]) for event in read_document(document).events]


def _verdicts(events: Iterable[Standing], types: Iterable[str], report: Report) -> Iterable[EventVerdict]:
    seen: set[EventIdentity] = set()
    for event, kind in zip(events, types, strict=True):
        name = event.identity.name
        if event.action_hash is not None:
            is_again = event.was_earlier or event.identity in seen
            word = Word.DUPLICATE if is_again else Word.ACCEPTED
            yield EventVerdict(kind, name, word, action_hash=event.action_hash)
        else:
            fault = report.refusals.get(event.place) or report.otherwise or Fault(event.reason or DOCUMENT_REFUSED)
            yield EventVerdict(kind, name, Word.REFUSED, code=fault.code, params=fault.params)
        seen.add(event.identity)


def _written(verdicts: list[dict[str, Any]]) -> bytes:
    return json.dumps(verdicts, ensure_ascii=False).encode(errors="surrogatepass")
