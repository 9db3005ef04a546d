"""Documents that others made, through a real park: recorded once, and out again word for word as they went in."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from backend import clock
from backend.capture.desk import Desk
from backend.capture.export import exported
from backend.capture.reading import Reading, read_document
from backend.capture.verdicts import Word
from backend.epcis.document import capture_document
from tests.backend.capture.benches import ParkClient
from tests.backend.capture.official import complaints
from tests.backend.park import Park
from tests.support.third_party import FOLDER

EPCIS = FOLDER / "epcis"

pytestmark = pytest.mark.skipif(not EPCIS.exists(), reason="no third-party data at ../shared/data/epcis")


def accepted() -> Iterator[tuple[str, Reading]]:
    """Every document that the official schema finds in order, formats asserted; queries aside."""
    for row in json.loads((EPCIS / "EXPECTATIONS.json").read_bytes()):
        content = (EPCIS / row["file"]).read_bytes()
        if row["schema_with_format"] == "valid" and json.loads(content)["type"] != "EPCISQueryDocument":
            yield row["file"], read_document(content)


def test_each_is_recorded_once_and_comes_out_as_it_went_in(park: Park) -> None:
    client = ParkClient(park, "supplier", later=True)
    desk = Desk(client, park.members["supplier"])
    documents = list(accepted())
    seen: dict[str, str] = {}
    for file, reading in documents:
        verdicts = desk.capture(reading.events)
        expected = []
        for event in reading.events:
            # The same event stands in several of the files, written in other ways.
            known = f"{event.identity.name} {event.identity.error.hex()}"
            expected.append(Word.DUPLICATE if known in seen else Word.ACCEPTED)
            seen.setdefault(known, event.identity.name)
        assert expected == [verdict.word for verdict in verdicts], (file, verdicts)
        assert [event.identity.name for event in reading.events] == [verdict.hash for verdict in verdicts]
    client.settle()
    events = list(exported(client, {}))
    document = capture_document(events, at=clock.now())
    assert [] == complaints(document)
    back = read_document(json.dumps(document).encode())
    assert sorted(seen) == sorted(f"{each.identity.name} {each.identity.error.hex()}" for each in back.events)
    again = [verdict.word for _, reading in documents for verdict in desk.capture(reading.events)]
    assert {Word.DUPLICATE} == set(again)
    assert {Word.DUPLICATE} == {verdict.word for verdict in desk.capture(back.events)}
    assert len(seen) >= 80
