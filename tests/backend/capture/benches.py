"""A desk in a test park: the member's side of capture, with relayer, indexer and books moved along as it waits."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from backend.books.store import Books
from backend.capture.desk import Desk
from backend.capture.gateway.marks import PURPOSE, Marks
from backend.capture.gateway.routes import create_gateway
from backend.capture.gateway.signing import Signing
from backend.capture.jobs.settling import settle_jobs
from backend.capture.reading import read_document
from backend.capture.verdicts import EventVerdict
from backend.member.client import Client
from backend.member.signer import Member
from tests.backend.park import Park

CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"park": "https://park.example/terms/"}]
COMMON = {"eventTime": "2026-03-04T11:00:30.000+08:00", "eventTimeZoneOffset": "+08:00"}


class ParkClient(Client):
    """A member's connection; whoever waits lets the park do its work.

    Args:
        later: waits for nothing until `settle`, so that many documents are recorded in few transactions.
    """

    def __init__(self, park: Park, name: str, *, later: bool = False) -> None:
        super().__init__(park.server.url, park.token(name))
        self._park = park
        self._later = later
        self._awaited: list[str] = []
        self._books = Books(park.engine, park.service.ring)
        self._books.create()

    def wait(self, status_urls: Sequence[str], *, until: str = "mirrored", within_seconds: float = 30) -> None:
        self._awaited += status_urls
        if not self._later:
            self.settle(within_seconds)

    def settle(self, within_seconds: float = 30) -> None:
        """Until all that was submitted is mirrored, and in the books."""
        self._park.settle()
        self._books.catch_up()
        awaited, self._awaited = self._awaited, []
        super().wait(awaited, within_seconds=within_seconds)


@contextmanager
def working(park: Park) -> Iterator[None]:
    """Relayer, indexer, books and jobs at work while the context lasts, as they are for a program outside the test."""
    books = Books(park.engine, park.service.ring)
    books.create()
    stopping = threading.Event()

    def work() -> None:
        while not stopping.wait(0.1):
            park.settle()
            books.catch_up()
            settle_jobs(park.engine, park.service.ring)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def desk_of(park: Park, name: str = "supplier") -> Desk:
    """A new desk of a member: it knows nothing but what the service tells it."""
    return Desk(ParkClient(park, name), park.members[name])


def gateway_of(client: Client, member: Member) -> FastAPI:
    """A member's gateway in front of a service."""
    return create_gateway(client, signing_of(client, member), marks_of(member))


def signing_of(client: Client, member: Member, *, everything: bool = False) -> Signing:
    """What a member's gateway does, at nobody's call yet."""
    return Signing(client, Desk(client, member), marks_of(member), everything=everything)


def marks_of(member: Member) -> Marks:
    """Of a member's gateway."""
    return Marks(member.secret(PURPOSE))


def told(job: Mapping[str, Any]) -> list[str]:
    """Of a capture job, each event's verdict, or the code it was refused by."""
    return [verdict["code"] or verdict["verdict"] for verdict in job["verdicts"]]


def document(*events: dict[str, Any]) -> dict[str, Any]:
    """A capture document of some events, each with a time if it has none."""
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-04T12:00:00Z",
        "epcisBody": {"eventList": [COMMON | event for event in events]},
    }


def bring(park: Park, name: str | None, content: Any, **headers: str) -> httpx.Response:
    """POST /epcis/capture as a member, or as nobody; content is a document, or bytes."""
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    authorised = {} if name is None else {"Authorization": f"Bearer {park.token(name)}"}
    declared = {"Content-Type": "application/ld+json", **authorised, **headers}
    return park.client.post("/epcis/capture", content=sent, headers=declared)


def captured(desk: Desk, *events: dict[str, Any], proceed: bool = False) -> list[EventVerdict]:
    """The verdicts of a document of some events."""
    reading = read_document(json.dumps(document(*events)).encode())
    assert reading.code is None, reading.findings
    return desk.capture(reading.events, proceed=proceed)


def words(verdicts: Sequence[EventVerdict]) -> list[str]:
    """Each verdict's word, or the code it was refused by."""
    return [verdict.code or verdict.word.value for verdict in verdicts]
