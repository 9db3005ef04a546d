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
SOURCE_LOT, MADE_LOT = "urn:epc:class:lgtin:4065432.100002.A1", "urn:epc:class:lgtin:4065432.100003.B1"
MADE_LOT_LINK = "https://id.gs1.org/01/14065432000038/10/B1"
THIRD: dict[str, Any] = {
    "type": "TransformationEvent",
    "eventID": "urn:uuid:3",
    "eventTime": "2026-03-03T08:00:00+08:00",
    "inputEPCList": ["urn:epc:id:sgtin:4065432.100001.7"],
    "inputQuantityList": [{"epcClass": SOURCE_LOT, "quantity": 5, "uom": "KGM"}],
    "outputQuantityList": [{"epcClass": MADE_LOT, "quantity": 4, "uom": "KGM"}],
    "transformationID": "urn:epc:id:gdti:4065432.00001.9",
    "persistentDisposition": {"set": ["completeness_verified"], "unset": ["completeness_inferred"]},
}
FOURTH: dict[str, Any] = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventID": "urn:uuid:4",
    "eventTime": "2026-03-04T08:00:00+08:00",
    "quantityList": [{"epcClass": MADE_LOT_LINK, "quantity": 4, "uom": "KGM"}],
    "bizTransactionList": [{"type": "po", "bizTransaction": "https://buyer.example/po/7"}],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4065432.00001"}],
    "destinationList": [{"type": "https://ref.gs1.org/cbv/SDT-location", "destination": "https://place.example/1"}],
    "errorDeclaration": {
        "declarationTime": "2026-03-05T08:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:5"],
    },
}
ALL = ["urn:uuid:1", "urn:uuid:2", "urn:uuid:3", "urn:uuid:4"]
BOTH = ALL[:2]

ASKED: list[tuple[dict[str, str], list[str]]] = [
    ({}, ALL),
    ({"eventType": "ObjectEvent"}, [ALL[0], ALL[3]]),
    ({"eventType": "TransformationEvent|AggregationEvent"}, ALL[1:3]),
    ({"GE_eventTime": "2026-03-02T00:00:00Z"}, ALL[1:]),
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
    ({"MATCH_parentID": "urn:epc:id:sscc:4065432.0123456789"}, ALL[1:2]),
    ({"MATCH_parentID": "urn:epc:id:sgtin:4065432.100001.1"}, []),
    ({"MATCH_inputEPC": "urn:epc:id:sgtin:4065432.100001.7"}, ALL[2:3]),
    ({"MATCH_outputEPC": "urn:epc:id:sgtin:4065432.100001.7"}, []),
    ({"MATCH_anyEPC": "urn:epc:id:sgtin:4065432.100001.7"}, ALL[2:3]),
    ({"MATCH_epcClass": MADE_LOT}, ALL[3:]),
    ({"MATCH_inputEPCClass": MADE_LOT}, []),
    ({"MATCH_inputEPCClass": f"{MADE_LOT}|{SOURCE_LOT}"}, ALL[2:3]),
    ({"MATCH_outputEPCClass": MADE_LOT_LINK}, ALL[2:3]),
    ({"MATCH_anyEPCClass": MADE_LOT}, ALL[2:]),
    ({"MATCH_anyEPCClass": MADE_LOT, "MATCH_anyEPC": "urn:epc:id:sgtin:4065432.100001.7"}, ALL[2:3]),
    ({"MATCH_anyEPCClass": "urn:epc:id:sgtin:4065432.100001.7"}, []),
    ({"MATCH_anyEPC": MADE_LOT}, []),
    ({"identifier": f"{MADE_LOT}|urn:epc:id:sscc:4065432.0123456789"}, ALL[1:]),
    ({"EQ_transformationID": "https://id.gs1.org/253/40654320000159"}, []),
    ({"EQ_transformationID": "urn:epc:id:gdti:4065432.00001.9"}, ALL[2:3]),
    ({"EQ_persistentDisposition_set": "completeness_verified"}, ALL[2:3]),
    ({"EQ_persistentDisposition_unset": "completeness_verified"}, []),
    ({"EQ_bizTransaction_po": "https://buyer.example/po/7"}, ALL[3:]),
    ({"EQ_bizTransaction_urn:epcglobal:cbv:btt:po": "https://buyer.example/po/7"}, ALL[3:]),
    ({"EQ_bizTransaction_desadv": "https://buyer.example/po/7"}, []),
    ({"EQ_source_owning_party": "https://id.gs1.org/417/4065432000017"}, ALL[3:]),
    ({"EQ_destination_location": "https://place.example/1"}, ALL[3:]),
    ({"EXISTS_errorDeclaration": "true"}, ALL[3:]),
    ({"EXISTS_errorDeclaration": "false"}, ALL),
    ({"EQ_errorReason": "incorrect_data"}, ALL[3:]),
    ({"EQ_errorReason": "did_not_occur"}, []),
    ({"EQ_correctiveEventID": "urn:uuid:5"}, ALL[3:]),
    ({"orderBy": "eventTime"}, ALL[::-1]),
    ({"orderBy": "recordTime", "orderDirection": "ASC", "maxEventCount": "4"}, ALL),
    ({"orderBy": "eventTime", "orderDirection": "ASC", "eventCountLimit": "2"}, ALL[:2]),
    ({"GE_recordTime": "2026-03-02T00:00:00Z"}, ALL),
    ({"LT_recordTime": "2026-03-02T00:00:00.5Z"}, []),
]

REFUSED: list[tuple[str, str]] = [
    ("EQ_anything=1", "query_parameter_unknown"),
    ("eventCountLimit=3", "query_parameter_invalid"),
    ("orderBy=eventTime&eventCountLimit=0", "query_parameter_invalid"),
    ("orderBy=eventTime&eventCountLimit=3&maxEventCount=3", "query_parameter_invalid"),
    ("orderBy=bizStep", "query_parameter_invalid"),
    ("orderDirection=ASC", "query_parameter_invalid"),
    ("nextPageToken=1", "query_parameter_invalid"),
    ("EQ_action=MAKE", "query_parameter_invalid"),
    ("EQ_bizStep=", "query_parameter_invalid"),
    ("EQ_bizStep=shipping&EQ_bizStep=packing", "query_parameter_invalid"),
    ("GE_eventTime=yesterday", "query_parameter_invalid"),
    ("GE_eventTime=2026-03-02T00:00:00", "query_parameter_invalid"),
    ("perPage=0", "query_parameter_invalid"),
    ("perPage=1001", "query_parameter_invalid"),
    ("nextPageToken=later", "query_parameter_invalid"),
    ("EXISTS_errorDeclaration=1", "query_parameter_invalid"),
    ("EQ_bizTransaction_=1", "query_parameter_unknown"),
    ("MATCH_epc=urn:epc:idpat:sgtin:4065432.100001.*", "query_parameter_invalid"),
    ("MATCH_anyEPCClass=urn:epc:idpat:sgtin:4065432.*.*", "query_parameter_invalid"),
]


def ids(answer: Any) -> list[str]:
    assert 200 == answer.status_code, answer.text
    events = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return [event["eventID"] for event in events]


def test_events_are_found_by_each_parameter_paged_and_shown_to_their_readers_alone(park: Park) -> None:
    assert ["ACCEPTED"] * 4 == words(captured(desk_of(park), FIRST, SECOND, THIRD, FOURTH))
    answers = [(parameters, ids(park.get("supplier", "/epcis/events", **parameters))) for parameters, _ in ASKED]
    assert ASKED == answers
    first = park.get("supplier", "/epcis/events", perPage=1, LT_eventTime="2026-03-03T00:00:00Z")
    assert "2.0.0" == first.headers["GS1-EPCIS-Version"]
    following = first.headers["Link"].removeprefix("<").partition(">")[0]
    second = park.get("supplier", following)
    assert (BOTH, False) == (ids(first) + ids(second), "Link" in second.headers)
    limited: dict[str, str | int] = {"orderBy": "eventTime", "eventCountLimit": 3, "perPage": 2}
    first = park.get("supplier", "/epcis/events", **limited)
    rest = park.get("supplier", first.headers["Link"].removeprefix("<").partition(">")[0])
    assert (ALL[:0:-1], False) == (ids(first) + ids(rest), "Link" in rest.headers)
    too_many = park.get("supplier", "/epcis/events", maxEventCount=3)
    assert (413, "query_too_large") == (too_many.status_code, too_many.json()["code"])
    client = ParkClient(park, "supplier")
    assert ALL == [event["eventID"] for event in exported(client, {})]
    for other in ("rival", "tenant", "regulator", "operator"):
        assert [] == ids(park.get(other, "/epcis/events")), other
    for query, code in REFUSED:
        answer = park.get("supplier", f"/epcis/events?{query}")
        assert (400, code) == (answer.status_code, answer.json()["code"]), query


def test_discovery_is_for_everyone(park: Park) -> None:
    answer = park.ask(None, "OPTIONS", "/epcis/events")
    assert (204, "GET, OPTIONS") == (answer.status_code, answer.headers["allow"])
