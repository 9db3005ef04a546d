"""Whether a document is one to capture: as the official schema says, and said with its place."""

import json
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cli import FINDING, OK, USAGE, run
from backend.epcis.check import MOST_FINDINGS, check
from backend.reading import bounded_json
from tests.support.third_party import FOLDER

CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"park": "https://park.example/terms/"}]
COMMON = {"eventTime": "2026-03-04T11:00:30.000+08:00", "eventTimeZoneOffset": "+08:00"}
QUANTITY = {"epcClass": "urn:epc:class:lgtin:4065432.100001.L7", "quantity": 12.5, "uom": "LTR"}

EVENTS: dict[str, dict[str, Any]] = {
    "object": {
        "type": "ObjectEvent",
        **COMMON,
        "action": "ADD",
        "epcList": ["urn:epc:id:sgtin:4065432.100001.1"],
        "quantityList": [QUANTITY],
        "bizStep": "commissioning",
        "disposition": "https://park.example/states/half_done",
        "persistentDisposition": {"set": ["completeness_verified"]},
        "readPoint": {"id": "urn:epc:id:sgln:4065432.00012.0", "anything": 1},
        "bizTransactionList": [{"bizTransaction": "https://park.example/po/1"}],
        "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4065432.00012"}],
        "destinationList": [{"type": "location", "destination": "urn:epc:id:sgln:4065432.00012.0"}],
        "certificationInfo": ["https://park.example/certificates/1"],
        "errorDeclaration": {"declarationTime": "2026-03-05T00:00:00Z", "reason": "incorrect_data"},
        "ilmd": {"cbvmda:lotNumber": "L7"},
        "sensorElementList": [
            {
                "sensorMetadata": {"time": "2026-03-04T03:00:00Z", "deviceID": "urn:epc:id:giai:4065432.A7"},
                "sensorReport": [{"type": "Temperature", "value": 4.2, "uom": "CEL", "exception": "ALARM_CONDITION"}],
            }
        ],
        "park:note": {"free": True},
    },
    "aggregation": {
        "type": "AggregationEvent",
        **COMMON,
        "action": "DELETE",
        "parentID": "urn:epc:id:sscc:4065432.0123456789",
    },
    "transaction": {
        "type": "TransactionEvent",
        **COMMON,
        "action": "OBSERVE",
        "bizTransactionList": [{"type": "po", "bizTransaction": "https://park.example/po/1"}],
        "epcList": [],
    },
    "transformation": {
        "type": "TransformationEvent",
        **COMMON,
        "inputQuantityList": [QUANTITY],
        "outputQuantityList": [QUANTITY],
    },
    "association": {
        "type": "AssociationEvent",
        **COMMON,
        "action": "ADD",
        "parentID": "urn:epc:id:sgln:4065432.00012.0",
        "childEPCs": ["urn:epc:id:giai:4065432.A7"],
    },
    "somebody's own": {"type": "park:Cleaning", **COMMON, "park:agent": 7, "agent": 7},
}


def document(*events: dict[str, Any]) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-04T12:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }


def found(name: str, change: Callable[[dict[str, Any]], Any]) -> list[tuple[str, str]]:
    event = deepcopy(EVENTS[name])
    change(event)
    return [(finding.code, finding.at.removeprefix("/epcisBody/eventList/0")) for finding in check(document(event))]


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_of_each_type_is_accepted_in_a_document_and_by_itself(name: str) -> None:
    assert [] == check(document(EVENTS[name]))
    assert [] == check({"@context": CONTEXT, **EVENTS[name]})


WRONG: list[tuple[str, Callable[[dict[str, Any]], Any], tuple[str, str]]] = [
    ("object", lambda e: e.pop("action"), ("missing", "")),
    ("object", lambda e: e.pop("eventTime"), ("missing", "")),
    ("object", lambda e: e.update(eventTime="2026-03-04 11:00"), ("time", "/eventTime")),
    ("object", lambda e: e.update(eventTime="2026-02-30T11:00:00Z"), ("time", "/eventTime")),
    ("object", lambda e: e.update(eventTimeZoneOffset="+15:00"), ("form", "/eventTimeZoneOffset")),
    ("object", lambda e: e.update(action="CREATE"), ("word", "/action")),
    ("object", lambda e: e.update(bizStep="transforming"), ("word", "/bizStep")),
    ("object", lambda e: e.update(bizStep="urn:epcglobal:cbv:bizstep:shipping"), ("word", "/bizStep")),
    ("object", lambda e: e.update(disposition="in_transport"), ("word", "/disposition")),
    ("object", lambda e: e.update(note=1), ("unknown", "/note")),
    ("object", lambda e: e["ilmd"].update(material=1), ("unknown", "/ilmd/material")),
    ("object", lambda e: e["epcList"].append(7), ("kind", "/epcList/1")),
    ("object", lambda e: e["epcList"].append("no uri"), ("uri", "/epcList/1")),
    ("object", lambda e: e["epcList"].append(e["epcList"][0]), ("twice", "/epcList")),
    ("object", lambda e: e["quantityList"][0].update(weight=1), ("unknown", "/quantityList/0/weight")),
    ("object", lambda e: e["quantityList"][0].update(quantity="12"), ("kind", "/quantityList/0/quantity")),
    ("object", lambda e: e["quantityList"][0].update(uom="litre"), ("form", "/quantityList/0/uom")),
    ("object", lambda e: e["quantityList"][0].pop("epcClass"), ("missing", "/quantityList/0")),
    ("object", lambda e: e["readPoint"].pop("id"), ("missing", "/readPoint")),
    ("object", lambda e: e.update(persistentDisposition={}), ("missing", "/persistentDisposition")),
    ("object", lambda e: e["sourceList"][0].pop("type"), ("missing", "/sourceList/0")),
    (
        "object",
        lambda e: e["sensorElementList"][0].update(sensorReport=[]),
        ("empty", "/sensorElementList/0/sensorReport"),
    ),
    ("object", lambda e: e["certificationInfo"].append({}), ("kind", "/certificationInfo")),
    ("object", lambda e: e["errorDeclaration"].pop("declarationTime"), ("missing", "/errorDeclaration")),
    (
        "object",
        lambda e: e["errorDeclaration"].update(reason="did_not_occur", correctiveEventIDs=["urn:uuid:1"]),
        ("contradiction", "/errorDeclaration"),
    ),
    ("object", lambda e: e.update(action="OBSERVE"), ("contradiction", "/ilmd")),
    ("aggregation", lambda e: e.update(action="ADD"), ("nothing", "")),
    ("aggregation", lambda e: e.update(epcList=[]), ("unknown", "/epcList")),
    ("transaction", lambda e: e.pop("bizTransactionList"), ("missing", "")),
    ("transaction", lambda e: e.pop("epcList"), ("nothing", "")),
    ("transformation", lambda e: e.pop("outputQuantityList"), ("nothing", "")),
    ("transformation", lambda e: e.update(action="ADD"), ("unknown", "/action")),
    ("association", lambda e: e.pop("parentID"), ("missing", "")),
    ("association", lambda e: e.pop("childEPCs"), ("nothing", "")),
    ("somebody's own", lambda e: e.update(type="Cleaning"), ("word", "/type")),
]


@pytest.mark.parametrize(("name", "change", "expected"), WRONG)
def test_what_is_wrong_is_said_with_its_place(
    name: str, change: Callable[[dict[str, Any]], Any], expected: tuple[str, str]
) -> None:
    assert expected in found(name, change)


def test_half_a_transformation_has_a_name_to_find_the_other_by() -> None:
    def half(event: dict[str, Any]) -> None:
        event.pop("outputQuantityList")
        event["transformationID"] = "https://park.example/batches/7"

    assert [] == found("transformation", half)


@pytest.mark.parametrize("broken", [None, 7, "text", [], {}, {"type": "EPCISDocument"}, {"type": ["ObjectEvent"]}])
def test_whatever_comes_is_answered(broken: Any) -> None:
    assert check(broken)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*EVENTS["object"], "x"]), inner, max_size=4)
        ),
        max_leaves=12,
    ),
    st.sampled_from(sorted(EVENTS["object"])),
)
def test_any_value_in_any_place_is_answered(value: Any, place: str) -> None:
    assert isinstance(check(document(EVENTS["object"] | {place: value})), list)


def test_an_answer_to_a_query_is_nothing_to_capture() -> None:
    assert ["not_a_capture"] == [finding.code for finding in check(document() | {"type": "EPCISQueryDocument"})]


def test_a_document_full_of_faults_is_told_in_bounds() -> None:
    assert MOST_FINDINGS == len(check(document(*[{"type": "ObjectEvent"}] * 1_000)))


def _expectations() -> list[Any]:
    path = FOLDER / "epcis/EXPECTATIONS.json"
    if not path.exists():
        return [
            pytest.param({}, marks=pytest.mark.skip(reason="no third-party data at ../shared/data/epcis"), id="absent")
        ]
    return [pytest.param(row, id=row["file"]) for row in json.loads(path.read_bytes())]


@pytest.mark.parametrize("row", _expectations())
def test_real_documents_have_the_verdict_of_the_official_schema(row: dict[str, Any]) -> None:
    read = json.loads((FOLDER / "epcis" / row["file"]).read_bytes(), parse_float=Decimal)
    codes = [finding.code for finding in check(read)]
    if read["type"] == "EPCISQueryDocument":
        assert ["not_a_capture"] == codes
    else:
        assert (row["schema_with_format"] == "valid") == (not codes), codes


def test_the_command_says_each_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, bomb, query = (tmp_path / name for name in ("good.json", "bad.json", "bomb.json", "query.json"))
    good.write_text(json.dumps(document(EVENTS["object"])))
    bad.write_text(json.dumps(document({"type": "ObjectEvent"})))
    bomb.write_bytes(b"[" * 1_000_000)
    query.write_text(json.dumps(document() | {"type": "EPCISQueryDocument"}))
    assert OK == run(["epcis", "check", str(good)])
    assert FINDING == run(["epcis", "check", *map(str, (good, bad, bomb, query)), "--json"])
    _, *lines = capsys.readouterr().out.splitlines()
    codes = [json.loads(line)["code"] for line in lines]
    assert [None, "epcis_invalid", "document_too_deep", "epcis_not_a_capture"] == codes
    assert USAGE == run(["epcis", "check", str(tmp_path / "nowhere.json")])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "xml_doctype_refused"),
        (b"<a>" * 100, "document_too_deep"),
        ('{"type": "溯源"}'.encode("gb18030"), "json_malformed"),
        ('{"type": "x"}'.encode("utf-16"), "json_malformed"),
        (b'{"type": "a", "type": "b"}', "json_malformed"),
        (b"[]", "epcis_invalid"),
        (b" " * (bounded_json.LONGEST_DOCUMENT + 1), "document_too_large"),
    ],
    ids=["entity", "depth", "gb18030", "utf-16", "a name twice", "no object", "size"],
)
def test_bombs_and_strangers_have_a_code(
    tmp_path: Path, content: bytes, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "document"
    path.write_bytes(content)
    assert FINDING == run(["epcis", "hash", str(path), "--json"])
    assert code == json.loads(capsys.readouterr().out)["code"]


def test_hashes_are_printed_event_by_event(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two.json"
    path.write_text(json.dumps(document(EVENTS["object"], EVENTS["aggregation"])))
    assert OK == run(["epcis", "hash", str(path), "--json"])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(0, "ObjectEvent"), (1, "AggregationEvent")] == [(line["event"], line["type"]) for line in told]
    assert 2 == len({line["hash"] for line in told})
