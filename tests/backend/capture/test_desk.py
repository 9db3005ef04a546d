"""A member captures: one signature a document, recorded once, whole or not at all."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from backend.capture import desk as desks
from backend.capture.desk import Desk
from backend.capture.verdicts import Word
from backend.failures import Failure
from tests.backend.capture.benches import ParkClient, captured, desk_of, words
from tests.backend.park import Park

CASE = "urn:epc:id:sscc:4065432.0123456789"
BOTTLE, OTHER = "urn:epc:id:sgtin:4065432.100001.1", "urn:epc:id:sgtin:4065432.100001.2"
LOT = "urn:epc:class:lgtin:4065432.100001.L7"
ORDER = {"type": "po", "bizTransaction": "https://park.example/po/1"}

OBSERVED = {"type": "ObjectEvent", "action": "OBSERVE"}
MADE = {"type": "ObjectEvent", "action": "ADD"}
USED = {"type": "ObjectEvent", "action": "DELETE"}


def litres(much: float, of: str = LOT) -> list[dict[str, Any]]:
    return [{"epcClass": of, "quantity": much, "uom": "LTR"}]


def submissions(park: Park, name: str = "supplier") -> int:
    return len(park.get(name, "/v1/submissions").json()["submissions"])


def held(park: Park, *identifiers: str) -> list[dict[str, Any]]:
    answer = park.ask("supplier", "POST", "/v1/books/resolve", {"identifiers": list(identifiers)})
    found: list[dict[str, Any]] = answer.json()["holdings"]
    return found


def test_a_document_of_every_kind_is_one_signature_in_its_order(park: Park) -> None:
    before = submissions(park)
    verdicts = captured(
        desk_of(park),
        MADE | {"epcList": [BOTTLE, OTHER], "quantityList": litres(10)},
        {"type": "AggregationEvent", "action": "ADD", "parentID": CASE, "childEPCs": [BOTTLE, OTHER]},
        {"type": "TransactionEvent", "action": "ADD", "bizTransactionList": [ORDER], "epcList": [CASE]},
        {"type": "AggregationEvent", "action": "DELETE", "parentID": CASE},
        {"type": "TransformationEvent", "inputEPCList": [BOTTLE], "outputQuantityList": litres(3, f"{LOT}b")},
        {"type": "AssociationEvent", "action": "ADD", "parentID": CASE, "childEPCs": ["urn:epc:id:giai:4065432.A7"]},
        USED | {"epcList": [OTHER], "quantityList": litres(4)},
    )
    assert ["ACCEPTED"] * 7 == words(verdicts)
    assert 1 == submissions(park) - before
    assert [] == held(park, BOTTLE, OTHER)
    assert 1 == len(held(park, LOT))


NEVER_TOLD: list[dict[str, Any]] = [
    OBSERVED | {"epcList": ["urn:epc:id:sgtin:4065432.999999.never-seen"]},
    OBSERVED | {"epcList": [], "quantityList": [{"epcClass": "urn:epc:idpat:sgtin:4065432.100001.*"}]},
    # No object: the record is about the business document.
    {"type": "TransactionEvent", "action": "OBSERVE", "bizTransactionList": [ORDER], "epcList": []},
    # Unpacked, and nobody saw it being packed.
    {"type": "AggregationEvent", "action": "DELETE", "parentID": CASE, "childEPCs": [BOTTLE]},
    {"type": "park:Cleaning", "park:agent": 7},
]


def test_what_was_never_told_before_is_brought_in_first(park: Park) -> None:
    desk = desk_of(park)
    assert [["ACCEPTED"]] * len(NEVER_TOLD) == [words(captured(desk, event)) for event in NEVER_TOLD]


def test_an_event_under_another_name_is_a_duplicate_in_its_document_and_after(park: Park) -> None:
    desk = desk_of(park)
    event = OBSERVED | {"epcList": [BOTTLE]}
    first, second = captured(desk, event, event | {"eventID": "urn:uuid:1"})
    assert [Word.ACCEPTED, Word.DUPLICATE] == [first.word, second.word]
    for later in (desk, desk_of(park)):
        (again,) = captured(later, event | {"eventID": "urn:uuid:2"})
        assert (Word.DUPLICATE, first.action_hash) == (again.word, again.action_hash)


def test_an_event_declared_erroneous_is_recorded_and_moves_nothing(park: Park) -> None:
    desk = desk_of(park)
    event = USED | {"epcList": [BOTTLE]}
    declared = event | {"errorDeclaration": {"declarationTime": "2026-03-05T00:00:00Z", "reason": "did_not_occur"}}
    # The one it takes back may be elsewhere: it is recorded as erroneous from the beginning.
    assert ["ACCEPTED"] == words(captured(desk, declared))
    assert 1 == len(held(park, BOTTLE))
    assert ["DUPLICATE", "ACCEPTED"] == words(captured(desk, declared, event))


def test_another_desk_goes_on_from_the_books(park: Park) -> None:
    assert ["ACCEPTED"] == words(captured(desk_of(park), MADE | {"epcList": [BOTTLE], "quantityList": litres(10)}))
    packed = {"type": "AggregationEvent", "action": "ADD", "parentID": CASE, "childEPCs": [BOTTLE]}
    assert ["ACCEPTED"] == words(captured(desk_of(park), packed))
    assert ["ACCEPTED"] == words(captured(desk_of(park), USED | {"quantityList": litres(4)}))
    emptied = {"type": "AggregationEvent", "action": "DELETE", "parentID": CASE}
    used = USED | {"epcList": [BOTTLE], "quantityList": litres(6)}
    assert ["ACCEPTED", "ACCEPTED"] == words(captured(desk_of(park), emptied, used))
    # The lot keeps what nobody counted down on chain: how much of it is left is not the ledger's to say.
    made = [each for each in held(park, BOTTLE, CASE, LOT) if each["holding"]["maker"] == 3]
    assert {held_of["holding"]["handle"] for held_of in made} == {made[0]["holding"]["handle"]}


def test_one_event_that_cannot_be_refuses_its_document_and_nothing_is_recorded(park: Park) -> None:
    good, early = OBSERVED | {"epcList": [BOTTLE]}, OBSERVED | {"epcList": [OTHER], "eventTime": "1969-01-01T00:00:00Z"}
    future = OBSERVED | {"epcList": [OTHER], "eventTime": "2999-01-01T00:00:00Z"}
    before = submissions(park)
    desk = desk_of(park)
    assert ["document_refused", "action_invalid"] == words(captured(desk, good, early))
    assert ["document_refused", "from_the_future"] == words(captured(desk, good, future))
    assert 0 == submissions(park) - before
    assert ["ACCEPTED", "from_the_future", "action_invalid"] == words(captured(desk, good, future, early, proceed=True))
    assert ["DUPLICATE"] == words(captured(desk, good))


def test_who_is_overtaken_by_a_colleague_looks_again(park: Park) -> None:
    desk, colleague = desk_of(park), desk_of(park)
    assert ["ACCEPTED"] == words(captured(desk, MADE | {"epcList": [BOTTLE]}))
    moment = {"eventTime": "2026-03-05T00:00:00Z"}
    assert ["ACCEPTED"] == words(captured(colleague, OBSERVED | {"epcList": [BOTTLE]}))
    assert ["ACCEPTED"] == words(captured(desk, OBSERVED | {"epcList": [BOTTLE]} | moment))
    assert ["DUPLICATE"] == words(captured(colleague, OBSERVED | {"epcList": [BOTTLE]} | moment))
    assert 3 == held(park, BOTTLE)[0]["seq"]


def test_nothing_is_planned_before_the_books_have_what_was_captured_by_a_call_that_was_killed(
    park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, seen = MADE | {"epcList": [BOTTLE]}, OBSERVED | {"epcList": [BOTTLE], "eventTime": "2026-03-05T00:00:00Z"}
    client = ParkClient(park, "supplier", later=True)
    assert ["ACCEPTED"] == words(captured(Desk(client, park.members["supplier"]), made))
    monkeypatch.setattr(desks, "_WAIT_FOR_BOOKS_SECONDS", 0)
    with pytest.raises(Failure, match="books_behind"):
        captured(desk_of(park), made, seen)
    client.settle()
    assert ["DUPLICATE", "ACCEPTED"] == words(captured(desk_of(park), made, seen))
    assert [2] == [each["seq"] for each in held(park, BOTTLE)]


def test_a_document_larger_than_a_transaction_is_several_signatures_and_ends_at_the_first_that_is_refused(
    park: Park,
) -> None:
    before, desk = submissions(park), desk_of(park)
    events = [OBSERVED | {"epcList": [f"urn:epc:id:sgtin:4065432.100001.{number}"]} for number in range(120)]
    events[70] |= {"eventTime": "2999-01-01T00:00:00Z"}
    # Each event brings in what it speaks of: fifty of them are a signature.
    first = {"ACCEPTED": 50, "from_the_future": 1, "document_refused": 69}
    assert first == Counter(words(captured(desk, *events)))
    assert 1 == submissions(park) - before
    others = {"DUPLICATE": 50, "from_the_future": 1, "ACCEPTED": 69}
    assert others == Counter(words(captured(desk, *events, proceed=True)))
    assert 3 == submissions(park) - before
