"""Asking the books for EPCIS events: every condition, whichever way the value is written; only for their readers."""

from __future__ import annotations

from typing import Any

import pytest

from backend.books.lookup import mention
from backend.books.queries import EventFilter, Order, ToldEvent, count_events, events
from backend.books.telling import DEEPEST, microseconds, told
from backend.identity.actor import ALL_RIGHTS, Actor, Role
from tests.backend.books.scene import CONTEXT, LOT, epcis, kept, tell
from tests.backend.park import Park

SUPPLIER, RIVAL, REGULATOR = (
    Actor(3, Role.SUPPLIER, ALL_RIGHTS),
    Actor(6, Role.TENANT, ALL_RIGHTS),
    Actor(8, Role.REGULATOR, ALL_RIGHTS),
)
EPC = "urn:epc:id:sgtin:4012345.098765.12345"
EPC_LINK = "https://id.gs1.org/01/04012345987652/21/12345"
FAR = 1 << 40
AT = microseconds("2026-03-04T11:00:30.000+08:00")

HITS = [
    EventFilter(),
    EventFilter(types=["ObjectEvent"]),
    EventFilter(event_ids=["urn:uuid:3fa9c1e2-0000-4000-8000-000000000001"]),
    EventFilter(actions=["ADD", "DELETE"]),
    EventFilter(biz_steps=["commissioning"]),
    EventFilter(biz_steps=["https://ref.gs1.org/cbv/BizStep-commissioning"]),
    EventFilter(biz_steps=["urn:epcglobal:cbv:bizstep:commissioning"]),
    EventFilter(dispositions=["active"]),
    EventFilter(read_points=["urn:epc:id:sgln:4012345.00001.0"]),
    EventFilter(read_points=["https://id.gs1.org/414/4012345000016"]),
    EventFilter(mentions=[[mention("epc", EPC)]]),
    EventFilter(mentions=[[mention("parentID", EPC), mention("epc", EPC_LINK)], [mention("epcClass", LOT)]]),
    EventFilter(recorded_from=0, recorded_before=FAR),
    EventFilter(from_time=AT, before_time=AT + 1),
    EventFilter(types=["ObjectEvent"], actions=["ADD"], mentions=[[mention("epc", EPC), mention("epc", LOT)]]),
]
MISSES = [
    EventFilter(types=["AggregationEvent"]),
    EventFilter(event_ids=["urn:uuid:another"]),
    EventFilter(actions=["OBSERVE"]),
    EventFilter(biz_steps=["shipping"]),
    EventFilter(biz_locations=["urn:epc:id:sgln:4012345.00001.0"]),
    EventFilter(mentions=[[mention("epc", "urn:epc:id:sgtin:4012345.098765.99")]]),
    EventFilter(mentions=[[mention("epc", LOT)]]),
    EventFilter(mentions=[[mention("epc", EPC)], [mention("inputEPCClass", LOT)]]),
    EventFilter(recorded_from=FAR),
    EventFilter(recorded_before=0),
    EventFilter(only_erroneous=True),
    EventFilter(from_time=AT + 1),
    EventFilter(before_time=AT),
    EventFilter(hashes=[bytes(32)]),
    EventFilter(types=["ObjectEvent"], actions=["OBSERVE"]),
]


def test_an_event_is_found_by_what_it_says_and_by_nothing_else(park: Park) -> None:
    tell(park, "supplier", epcis(epcList=[EPC]), identifiers=[EPC])
    kept(park)
    with park.engine.connect() as connection:

        def counted(filters: list[EventFilter], actor: Actor) -> list[int]:
            return [len(events(connection, actor, each)) for each in filters]

        assert [1] * len(HITS) == counted(HITS, SUPPLIER)
        assert [0] * len(MISSES) == counted(MISSES, SUPPLIER)
        assert [0] * len(HITS) == counted(HITS, RIVAL) == counted(HITS, REGULATOR)
        (event,) = events(connection, SUPPLIER, HITS[0])
        assert [event] == events(connection, SUPPLIER, EventFilter(hashes=[event.hash]))
        assert [] == events(connection, SUPPLIER, HITS[0], after=event.place)


def test_pages_go_on_in_the_order_of_the_chain(park: Park) -> None:
    for seed in range(3):
        tell(park, "supplier", seed=seed)
    kept(park)
    with park.engine.connect() as connection:
        whole = events(connection, SUPPLIER, EventFilter())
        first = events(connection, SUPPLIER, EventFilter(), most=2)
        rest = events(connection, SUPPLIER, EventFilter(), after=first[-1].place, most=2)
    assert whole == first + rest
    assert [0, 1, 2] == [event.body["example:number"] for event in whole]


def test_pages_go_on_by_the_time_of_events_both_ways_and_no_two_are_in_one_place(park: Park) -> None:
    for seed, minute in enumerate((1, 3, 3, 2)):
        tell(park, "supplier", epcis(eventTime=f"2026-03-04T11:0{minute}:00Z", **{"example:number": seed}), seed=seed)
    kept(park)
    with park.engine.connect() as connection:

        def paged(order: Order) -> list[int]:
            found: list[ToldEvent] = []
            while page := events(
                connection, SUPPLIER, EventFilter(), order=order, after=found[-1].place if found else None, most=1
            ):
                found += page
            return [event.body["example:number"] for event in found]

        assert [0, 3, 1, 2] == paged(Order(by_event_time=True))
        assert [2, 1, 3, 0] == paged(Order(by_event_time=True, descending=True))
        assert [3, 2, 1, 0] == paged(Order(descending=True))
        assert [3, 4] == [count_events(connection, SUPPLIER, EventFilter(), most=most) for most in (3, 9)]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-03-04t11:00:30.123456789+08:00", AT + 123_456),
        ("0001-01-01T00:00:00+14:00", -62_135_596_800_000_000 - 14 * 3_600_000_000),
        ("9999-12-31T23:59:59-12:00", 253_402_300_799_000_000 + 12 * 3_600_000_000),
    ],
)
def test_a_time_is_counted_in_microseconds(moment: str, expected: int) -> None:
    assert expected == microseconds(moment)


@pytest.mark.parametrize(
    "changed",
    [
        {"eventTime": "soon"},
        {"type": 7},
        {"action": "GUESS"},
        {"quantityList": "many"},
        {"readPoint": "here"},
        {"eventTimeZoneOffset": None},
    ],
)
def test_what_epcis_does_not_allow_is_no_event(changed: dict[str, Any]) -> None:
    context = {"@context": [CONTEXT, {"example": "https://example.com/"}]}
    assert told(context | epcis()) is not None
    assert told(context | epcis(**changed)) is None


def test_nesting_without_end_is_no_event_and_stops_nothing() -> None:
    context = {"@context": [CONTEXT, {"example": "https://example.com/"}]}
    for levels, is_told in ((DEEPEST - 2, True), (DEEPEST - 1, False), (100_000, False)):
        nested: Any = "x"
        for _ in range(levels):
            nested = {"example:in": nested}
        assert is_told == (told(context | epcis(**{"example:note": nested})) is not None)
