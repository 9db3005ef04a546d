"""`GET /epcis/events`: the common parameters of EPCIS 2.0, page by page, for those who may read."""

from __future__ import annotations

from typing import Any

from backend.capture.export import exported
from tests.backend.capture.benches import ParkClient, captured, desk_of, words
from tests.backend.park import Park

FIRST: dict[str, Any] = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventID": "urn:uuid:1",
    "eventTime": "2026-03-01T08:00:00+08:00",
    "epcList": ["urn:epc:id:sgtin:4065432.100001.1"],
    "bizStep": "shipping",
    "disposition": "in_transit",
    "readPoint": {"id": "urn:epc:id:sgln:4065432.00012.0"},
    "bizLocation": {"id": "urn:epc:id:sgln:4065432.00013.0"},
}
SECOND: dict[str, Any] = {
    "type": "AggregationEvent",
    "action": "ADD",
    "eventID": "urn:uuid:2",
    "eventTime": "2026-03-02T08:00:00+08:00",
    "parentID": "urn:epc:id:sscc:4065432.0123456789",
    "childEPCs": ["urn:epc:id:sgtin:4065432.100001.1"],
    "bizStep": "packing",
}
BOTH = ["urn:uuid:1", "urn:uuid:2"]

ASKED: list[tuple[dict[str, str], list[str]]] = [
    ({}, BOTH),
    ({"eventType": "ObjectEvent"}, BOTH[:1]),
    ({"eventType": "ObjectEvent|AggregationEvent"}, BOTH),
    ({"GE_eventTime": "2026-03-02T00:00:00Z"}, BOTH[1:]),
    ({"LT_eventTime": "2026-03-02T00:00:00.000Z"}, BOTH[:1]),
    ({"EQ_action": "ADD"}, BOTH[1:]),
    ({"EQ_bizStep": "shipping"}, BOTH[:1]),
    ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-packing"}, BOTH[1:]),
    ({"EQ_disposition": "in_transit"}, BOTH[:1]),
    ({"EQ_readPoint": "https://id.gs1.org/414/4065432000123"}, BOTH[:1]),
    ({"EQ_bizLocation": "urn:epc:id:sgln:4065432.00013.0"}, BOTH[:1]),
    ({"MATCH_epc": "urn:epc:id:sgtin:4065432.100001.1"}, BOTH),
    ({"MATCH_epc": "urn:epc:id:sscc:4065432.0123456789"}, []),
    ({"MATCH_anyEPC": "urn:epc:id:sscc:4065432.0123456789"}, BOTH[1:]),
    ({"EQ_eventID": "urn:uuid:2"}, BOTH[1:]),
    ({"EQ_eventID": "urn:uuid:2", "eventType": "ObjectEvent"}, []),
]

REFUSED: list[tuple[str, str]] = [
    ("EQ_anything=1", "query_parameter_unknown"),
    ("eventCountLimit=3", "query_parameter_unknown"),
    ("EQ_action=MAKE", "query_parameter_invalid"),
    ("EQ_bizStep=", "query_parameter_invalid"),
    ("EQ_bizStep=shipping&EQ_bizStep=packing", "query_parameter_invalid"),
    ("GE_eventTime=yesterday", "query_parameter_invalid"),
    ("GE_eventTime=2026-03-02T00:00:00", "query_parameter_invalid"),
    ("perPage=0", "query_parameter_invalid"),
    ("perPage=1001", "query_parameter_invalid"),
    ("nextPageToken=later", "query_parameter_invalid"),
]


def ids(answer: Any) -> list[str]:
    assert 200 == answer.status_code, answer.text
    events = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return [event["eventID"] for event in events]


def test_events_are_found_by_each_parameter_paged_and_shown_to_their_readers_alone(park: Park) -> None:
    assert ["ACCEPTED", "ACCEPTED"] == words(captured(desk_of(park), FIRST, SECOND))
    for parameters, expected in ASKED:
        assert expected == ids(park.get("supplier", "/epcis/events", **parameters)), parameters
    first = park.get("supplier", "/epcis/events", perPage=1, EQ_action="ADD|OBSERVE")
    assert "2.0.0" == first.headers["GS1-EPCIS-Version"]
    following = first.headers["Link"].removeprefix("<").partition(">")[0]
    second = park.get("supplier", following)
    assert (BOTH, False) == (ids(first) + ids(second), "Link" in second.headers)
    client = ParkClient(park, "supplier")
    assert BOTH == [event["eventID"] for event in exported(client, {})]
    for other in ("rival", "tenant", "regulator", "operator"):
        assert [] == ids(park.get(other, "/epcis/events")), other
    for query, code in REFUSED:
        answer = park.get("supplier", f"/epcis/events?{query}")
        assert (400, code) == (answer.status_code, answer.json()["code"]), query


def test_discovery_is_for_everyone(park: Park) -> None:
    answer = park.ask(None, "OPTIONS", "/epcis/events")
    assert (204, "GET, OPTIONS") == (answer.status_code, answer.headers["allow"])
