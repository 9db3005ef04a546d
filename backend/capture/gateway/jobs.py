"""Capture jobs of the gateway: documents wait, one after the other is signed and recorded, its job says how it went.

They live as long as the process does. A document whose job is lost may be brought again: what was recorded of it is a
duplicate then.
"""

import queue
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from http.client import HTTPException
from typing import Any, Final

import structlog

from backend import clock
from backend.capture.desk import Desk
from backend.capture.telling import Told
from backend.capture.verdicts import EventVerdict, Word, is_at_fault
from backend.errors import CATALOGUE, ServiceError, problem
from backend.failures import Failure

_LOG = structlog.get_logger(__name__)

MOST_WAITING: Final = 100
_MOST_KEPT: Final = 10_000


class Behaviour(StrEnum):
    """What becomes of a document's other events where one is refused."""

    ROLLBACK = "rollback"
    PROCEED = "proceed"


@dataclass
class Job:
    """One document on its way."""

    behaviour: Behaviour
    events: tuple[Told, ...]
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    created_at: int = field(default_factory=clock.now)
    finished_at: int | None = None
    verdicts: Sequence[EventVerdict] = ()
    failure: str | None = None
    """Why it could not be brought to an end, if it could not."""

    def to_json(self) -> dict[str, Any]:
        """As the REST binding of EPCIS 2.0 has a job, and the verdict of each event beside it."""
        errors = [_problem(event) for event in self.verdicts if event.word is Word.REFUSED]
        if self.failure is not None:
            errors.append({"type": "epcisException:ImplementationException", "title": self.failure, "status": 500})
        finished = {} if self.finished_at is None else {"finishedAt": _moment(self.finished_at)}
        return {
            "captureID": self.id,
            "createdAt": _moment(self.created_at),
            **finished,
            "running": self.finished_at is None,
            "success": not errors,
            "captureErrorBehaviour": self.behaviour.value,
            "errors": errors,
            "verdicts": [event.to_json(place) for place, event in enumerate(self.verdicts)],
        }


class Jobs:
    """Works off one document at a time, in a thread of its own: each is signed on what the one before left."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._jobs: dict[str, Job] = {}
        self._waiting: queue.Queue[Job | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End after the documents that wait."""
        self._waiting.put(None)
        self._thread.join()

    def add(self, events: tuple[Told, ...], behaviour: Behaviour) -> Job:
        """Take a document in.

        Raises:
            ServiceError: `gateway_busy`.
        """
        job = Job(behaviour, events)
        try:
            self._waiting.put_nowait(job)
        except queue.Full:
            raise ServiceError("gateway_busy", waiting=MOST_WAITING) from None
        self._jobs[job.id] = job
        while len(self._jobs) > _MOST_KEPT:
            del self._jobs[next(iter(self._jobs))]
        return job

    def find(self, job_id: str) -> Job:
        """A job.

        Raises:
            ServiceError: `not_found`.
        """
        if job_id not in self._jobs:
            raise ServiceError("not_found")
        return self._jobs[job_id]

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None:
            try:
                job.verdicts = self._desk.capture(job.events, proceed=job.behaviour is Behaviour.PROCEED)
            except (Failure, OSError, HTTPException, ValueError) as error:
                job.failure = str(error)
                _LOG.warning("capture_failed", job=job.id, detail=str(error)[:500])
            except Exception:  # noqa: BLE001 (a defect must not end the thread and leave every later job running)
                job.failure = "the gateway failed; its log says why"
                _LOG.exception("capture_failed", job=job.id)
            job.events = ()
            job.finished_at = clock.now()


def _problem(event: EventVerdict) -> Mapping[str, Any]:
    assert event.code is not None, "what is refused says why"
    if is_at_fault(event) and event.code in CATALOGUE:
        told = problem(event.code, event.params or {})
    else:
        told = {"type": f"urn:suyuan:problem:{event.code}", "title": "Another event of its document was refused."}
    return {**told, "instance": event.hash}


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
