"""Documents that others made, through a real park: recorded once, and out again word for word as they went in."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from backend import clock
from backend.capture.desk import Desk
from backend.capture.export import exported
from backend.capture.gateway.routes import create_gateway
from backend.capture.gateway.signing import Signing
from backend.capture.jobs.settling import settle_jobs
from backend.capture.reading import read_document
from backend.capture.telling import Told
from backend.capture.verdicts import Word
from backend.epcis.document import capture_document
from tests.backend.capture.benches import ParkClient, desk_of, marks_of
from tests.backend.capture.official import complaints
from tests.backend.park import Park
from tests.backend.server import Server
from tests.support.third_party import FOLDER

EPCIS = FOLDER / "epcis"

pytestmark = pytest.mark.skipif(not EPCIS.exists(), reason="no third-party data at ../shared/data/epcis")


def accepted() -> Iterator[tuple[str, bytes]]:
    """Every document that the official schema finds in order, formats asserted; queries aside."""
    for row in json.loads((EPCIS / "EXPECTATIONS.json").read_bytes()):
        content = (EPCIS / row["file"]).read_bytes()
        if row["schema_with_format"] == "valid" and json.loads(content)["type"] != "EPCISQueryDocument":
            yield row["file"], content


class ByHand(Signing):
    """Signs when the test says so, and not in a thread."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def nudge(self) -> None: ...


def brought(gateway: Server, content: bytes) -> str:
    """Bring a document; where its job is."""
    answer = gateway.client.post("/epcis/capture", content=content, headers={"Content-Type": "application/ld+json"})
    assert 202 == answer.status_code, answer.text
    return str(answer.headers["location"])


def same(event: Told) -> str:
    """What makes two events the same."""
    return f"{event.identity.name} {event.identity.error.hex()}"


def test_each_is_recorded_once_and_comes_out_as_it_went_in(park: Park) -> None:
    client = ParkClient(park, "supplier", later=True)
    seen: set[str] = set()
    jobs: dict[str, list[tuple[str, str]]] = {}
    documents = list(accepted())
    member = park.members["supplier"]
    signing = ByHand(client, Desk(client, member), marks_of(member))
    with Server(create_gateway(client, signing, marks_of(member))) as gateway:
        for _, content in documents:
            events = read_document(content).events
            # The same event stands in several of the files, written in other ways.
            words = [Word.DUPLICATE if same(event) in seen else Word.ACCEPTED for event in events]
            names = [event.identity.name for event in events]
            jobs[brought(gateway, content)] = list(zip(words, names, strict=True))
            signing.round()
            seen.update(map(same, events))
    client.settle()
    while settle_jobs(park.engine, park.service.ring):
        pass
    for address, expected in jobs.items():
        job = park.get("supplier", address).json()
        assert (False, True) == (job["running"], job["success"]), job
        assert expected == [(verdict["verdict"], verdict["hash"]) for verdict in job["verdicts"]]
    document = capture_document(list(exported(client, {})), at=clock.now())
    assert [] == complaints(document)
    back = read_document(json.dumps(document).encode()).events
    assert sorted(seen) == sorted(same(event) for event in back)
    desk = desk_of(park)
    everything = [event for _, content in documents for event in read_document(content).events]
    assert {Word.DUPLICATE} == {verdict.word for verdict in desk.capture([*everything, *back])}
    assert len(seen) >= 80
