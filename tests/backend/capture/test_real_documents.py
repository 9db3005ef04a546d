"""Documents that others made, through a real park: recorded once, and out again word for word as they went in."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from backend import clock
from backend.capture.desk import Desk
from backend.capture.export import exported
from backend.capture.gateway.jobs import Jobs
from backend.capture.gateway.routes import create_gateway
from backend.capture.reading import read_document
from backend.capture.telling import Told
from backend.capture.verdicts import Word
from backend.epcis.document import capture_document
from tests.backend.capture.benches import ParkClient
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


def verdicts_of(gateway: Server, content: bytes) -> list[dict[str, Any]]:
    answer = gateway.client.post("/epcis/capture", content=content, headers={"Content-Type": "application/ld+json"})
    assert 202 == answer.status_code, answer.text
    while (job := gateway.client.get(answer.headers["location"]).json())["running"]:
        time.sleep(0.02)
    found: list[dict[str, Any]] = job["verdicts"]
    return found


def same(event: Told) -> str:
    """What makes two events the same."""
    return f"{event.identity.name} {event.identity.error.hex()}"


def test_each_is_recorded_once_and_comes_out_as_it_went_in(park: Park) -> None:
    client = ParkClient(park, "supplier", later=True)
    desk = Desk(client, park.members["supplier"])
    documents = list(accepted())
    seen: set[str] = set()
    with Server(create_gateway(Jobs(desk))) as gateway:
        for file, content in documents:
            events = read_document(content).events
            expected = []
            for event in events:
                # The same event stands in several of the files, written in other ways.
                word = Word.DUPLICATE if same(event) in seen else Word.ACCEPTED
                expected.append((word, event.identity.name))
                seen.add(same(event))
            verdicts = verdicts_of(gateway, content)
            assert expected == [(verdict["verdict"], verdict["hash"]) for verdict in verdicts], (file, verdicts)
    client.settle()
    document = capture_document(list(exported(client, {})), at=clock.now())
    assert [] == complaints(document)
    back = read_document(json.dumps(document).encode()).events
    assert sorted(seen) == sorted(same(event) for event in back)
    everything = [event for _, content in documents for event in read_document(content).events]
    assert {Word.DUPLICATE} == {verdict.word for verdict in desk.capture([*everything, *back])}
    assert len(seen) >= 80
