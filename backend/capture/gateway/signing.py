"""The gateway's work: what waits at the service and came through this gateway is signed, one document after the other.

Nothing is kept here. Killed at any moment, the next gateway with the same key goes on: what was recorded of a document
is a duplicate then, and its job ends by what is recorded, whether or not anybody comes to report it.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final, Protocol

import structlog

from backend.capture.desk import Desk
from backend.capture.gateway.marks import Marks
from backend.capture.jobs.models import Behaviour
from backend.capture.reading import read_document
from backend.capture.telling import Told
from backend.capture.verdicts import Word
from backend.failures import Failure
from backend.member.client import Refusal

_LOG = structlog.get_logger(__name__)

_EACH_SECONDS: Final = 1.0
_AFTER_TROUBLE_SECONDS: Final = 5.0
_LONGEST_FAREWELL_SECONDS: Final = 10.0
_MOST_REMEMBERED: Final = 10_000

Refusals = list[dict[str, Any]]
"""As POST /v1/captures/jobs/{id}/report takes them."""


class Service(Protocol):
    """What is asked of the service: `backend.member.client.Client`."""

    def get(self, path: str, **query: str | int) -> Any: ...

    def post(self, path: str, body: object) -> Any: ...


class Signing:
    """Signs in a thread of its own: each document on what the one before left.

    Args:
        marks: of the documents to sign.
        everything: sign also what does not bear a mark, because it was brought to the service past this gateway.
    """

    def __init__(self, service: Service, desk: Desk, marks: Marks, *, everything: bool = False) -> None:
        self._service = service
        self._desk = desk
        self._marks = marks
        self._everything = everything
        # What was said of each document, by its mark, or by its job if it has none: whatever the service offers later,
        # under whatever name, none is signed twice.
        self._said: OrderedDict[bytes, Refusals] = OrderedDict()
        self._left_alone: set[str] = set()
        self._stopping = False
        self._look = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End after the document under way; without it, if that takes long: whoever comes next goes on."""
        self._stopping = True
        self._look.set()
        self._thread.join(_LONGEST_FAREWELL_SECONDS)

    def nudge(self) -> None:
        """Something waits: look now."""
        self._look.set()

    def round(self) -> None:
        """Sign what waits now.

        Raises:
            Failure: the service refuses, or does not record in time; the others were tried.
            OSError, HTTPException, ValueError: it does not answer.
        """
        trouble: Failure | None = None
        for job in self._service.get("/v1/captures/waiting")["jobs"]:
            if self._stopping:
                return
            try:
                self._attend(job)
            except Failure as failure:
                trouble = failure
        if trouble is not None:
            raise trouble

    def _run(self) -> None:
        while not self._stopping:
            pause = _EACH_SECONDS
            try:
                self.round()
            except (Failure, OSError, HTTPException, ValueError) as error:
                _LOG.warning("gateway_interrupted", detail=str(error)[:500], next_try_seconds=_AFTER_TROUBLE_SECONDS)
                pause = _AFTER_TROUBLE_SECONDS
            except Exception:  # noqa: BLE001 (a defect must not end the thread unseen; it is logged each time)
                _LOG.exception("gateway_failed", next_try_seconds=_AFTER_TROUBLE_SECONDS)
                pause = _AFTER_TROUBLE_SECONDS
            self._look.wait(pause)
            self._look.clear()

    def _attend(self, job: Mapping[str, Any]) -> None:
        """Sign one document and say what could not be; or leave it alone, aloud, if it is none of ours."""
        path = f"/v1/captures/jobs/{job['id']}"
        mark = bytes.fromhex(job["mark"] or "")
        name = mark or str(job["id"]).encode()
        if job["id"] in self._left_alone:
            return
        try:
            if name not in self._said:
                content = self._service.get(f"{path}/document")["document"].encode()
                events = self._events(job, mark, content)
                if events is None:
                    self._left_alone.add(job["id"])
                    return
                self._remember(name, self._capture(events, Behaviour(job["behaviour"]), job["id"]))
            self._service.post(f"{path}/report", {"refusals": self._said[name]})
        except Refusal as refusal:
            if refusal.code != "not_found":
                raise
            # It has ended meanwhile: all of it is recorded, or it was withdrawn.

    def _events(self, job: Mapping[str, Any], mark: bytes, content: bytes) -> tuple[Told, ...] | None:
        """The events of a document that may be signed; None if it may not."""
        if not self._everything and not self._marks.holds(mark, content, Behaviour(job["behaviour"])):
            _LOG.warning(
                "capture_not_ours",
                job=job["id"],
                detail="brought to the service past this gateway, or longer ago than jobs live; not signed",
                next_step="look at its document and capture it by `suyuan capture`, or withdraw it",
            )
            return None
        reading = read_document(content)
        if reading.code is not None:
            _LOG.warning("capture_unreadable", job=job["id"], code=reading.code)
            return None
        return reading.events

    def _capture(self, events: tuple[Told, ...], behaviour: Behaviour, job: str) -> Refusals:
        try:
            verdicts = self._desk.capture(events, proceed=behaviour is Behaviour.PROCEED)
        except (Failure, OSError, HTTPException, ValueError):
            raise
        except Exception:  # noqa: BLE001 (a defect must not end the thread and leave every later document waiting)
            _LOG.exception("capture_failed", job=job)
            return [{"event": place, "code": "internal", "params": {}} for place in range(len(events))]
        return [
            {"event": place, "code": verdict.code, "params": dict(verdict.params or {})}
            for place, verdict in enumerate(verdicts)
            if verdict.word is Word.REFUSED
        ]

    def _remember(self, name: bytes, refusals: Refusals) -> None:
        self._said[name] = refusals
        while len(self._said) > _MOST_REMEMBERED:
            self._said.popitem(last=False)
