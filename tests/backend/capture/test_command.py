"""`suyuan capture` and `suyuan epcis export`, as a member's machine runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend.cli import FINDING, OK, USAGE, run
from tests.backend.capture.benches import document, working
from tests.backend.capture.machine import Machine, deaf, kill_once
from tests.backend.capture.official import complaints
from tests.backend.park import Park

BOTTLE = {"type": "ObjectEvent", "action": "OBSERVE", "epcList": ["urn:epc:id:sgtin:4065432.100001.1"]}
CASE = {"type": "ObjectEvent", "action": "ADD", "epcList": ["urn:epc:id:sscc:4065432.0123456789"]}

LITRES = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "quantityList": [{"epcClass": "https://id.gs1.org/01/14065432000021/10/A1", "quantity": 5, "uom": "LTR"}],
}


@pytest.fixture
def machine(park: Park, tmp_path: Path) -> Machine:
    return Machine(park, tmp_path)


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if not line.startswith('{"method"')]


def test_a_verdict_a_file_and_what_was_captured_comes_out_again(
    park: Park, machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        machine.file("good.json", document(BOTTLE, CASE, LITRES)),
        machine.file("bad.json", document({"type": "ObjectEvent"})),
        machine.file("query.json", document() | {"type": "EPCISQueryDocument"}),
        machine.file("bomb.json", "[" * 100_000),
    ]
    capsys.readouterr()
    with working(park):
        assert FINDING == run(machine.capture(*files))
        first, *others = told(capsys)
        assert "ACCEPTED" == first["verdict"]
        assert ["ACCEPTED"] * 3 == [event["verdict"] for event in first["events"]]
        assert ["epcis_invalid", "epcis_not_a_capture", "document_too_deep"] == [each["code"] for each in others]
        assert OK == run(machine.capture(files[0]))
        (again,) = told(capsys)
        assert ("DUPLICATE", first["events"][0]["action_hash"]) == (
            again["verdict"],
            again["events"][0]["action_hash"],
        )
    out = tmp_path / "out.json"
    assert OK == run(machine.export(out))
    exported = json.loads(out.read_bytes())
    assert [] == complaints(exported)
    assert 3 == len(exported["epcisBody"]["eventList"])
    assert OK == run(machine.export(out, "--identifier", "https://id.gs1.org/01/14065432000014/21/1"))
    assert [BOTTLE["epcList"]] == [event["epcList"] for event in json.loads(out.read_bytes())["epcisBody"]["eventList"]]
    assert OK == run(machine.export(out, "--identifier", "urn:epc:class:lgtin:4065432.100002.A1"))
    assert [LITRES["quantityList"]] == [
        event["quantityList"] for event in json.loads(out.read_bytes())["epcisBody"]["eventList"]
    ]


def test_a_key_of_another_organisation_signs_nothing(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    file = machine.file("good.json", document(BOTTLE))
    assert FINDING == run(machine.capture(file, key="rival"))
    assert "key_not_of_organisation" in capsys.readouterr().err
    assert USAGE == run(machine.capture(file, api="nowhere"))
    assert USAGE == run(machine.capture(f"{file}.gone"))
    assert FINDING == run(machine.capture(file, api="http://127.0.0.1:1"))
    assert "service_unreachable" in capsys.readouterr().err


def test_killed_between_submission_and_answer_it_is_called_again_and_nothing_is_recorded_twice(
    park: Park, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    file = machine.file("good.json", document(BOTTLE, CASE))
    with working(park):
        with deaf(park, "/v1/submissions", is_handed_on=True) as (address, submitted):
            kill_once(submitted, machine.capture(file, api=address))
        capsys.readouterr()
        assert OK == run(machine.capture(file))
    (verdict,) = told(capsys)
    assert ["DUPLICATE", "DUPLICATE"] == [event["verdict"] for event in verdict["events"]]
    batches = park.get("supplier", "/v1/submissions").json()["submissions"]
    assert ["mirrored"] == [each["state"] for each in batches if each["action"] == "RecordLotEvent"]
