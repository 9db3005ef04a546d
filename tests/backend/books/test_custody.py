"""What is in custody by its identifiers: the chain's word on where it is, the details' on what it is called."""

from __future__ import annotations

from typing import Any

import pytest

from backend.member.signer import ADD, AGGREGATION, CHILD, NONE, PARENT
from tests.backend.books.scene import LOT, LOT_LINK, epcis, kept, salt_of, tell
from tests.backend.park import Park

BOX = "https://id.gs1.org/00/340123453111111115"


def resolve(park: Park, name: str, *identifiers: str) -> Any:
    answer = park.ask(name, "POST", "/v1/books/resolve", {"identifiers": identifiers})
    assert 200 == answer.status_code, answer.text
    return answer.json()


def ids(answer: Any) -> list[str]:
    return [holding["id"] for holding in answer["holdings"]]


def test_what_was_made_is_there_with_key_salt_and_amount(park: Park) -> None:
    (made,) = tell(park, "supplier").holdings
    kept(park)
    answer = resolve(park, "supplier", LOT, "urn:never:seen")
    salt = "0x" + salt_of(LOT_LINK).hex()
    assert [{"identifier": LOT_LINK, "salt": salt, "next_serial": made.serial + 1}] == answer["identifiers"]
    assert [
        {
            "identifier": LOT_LINK,
            "salt": salt,
            "id": "0x" + made.id.hex(),
            "holding": {"maker": 3, "handle": "0x" + made.handle.hex(), "creator": 3, "serial": made.serial},
            "seq": 1,
            "status": "held",
            "flags": [],
            "packed_in": None,
            "amount": "200",
        }
    ] == answer["holdings"]
    assert answer["is_complete"]


def test_what_was_split_is_there_in_parts_and_nobody_knows_how_much_is_which(park: Park) -> None:
    (made,) = tell(park, "supplier").holdings
    source, parts = park.split("supplier", made)
    kept(park)
    answer = resolve(park, "supplier", LOT)
    assert ["0x" + each.id.hex() for each in (source, *parts)] == ids(answer)
    assert [None] * 3 == [holding["amount"] for holding in answer["holdings"]]
    assert [parts[-1].serial + 1] == [each["next_serial"] for each in answer["identifiers"]]


def test_what_was_used_up_or_handed_on_is_not_there_and_its_serial_stays_taken(park: Park) -> None:
    one, two = (tell(park, "supplier", seed=seed).holdings[0] for seed in (1, 2))
    park.transform("supplier", [one])
    park.hand_over("supplier", "tenant", two)
    kept(park)
    answer = resolve(park, "supplier", LOT)
    assert [] == answer["holdings"]
    assert [max(one.serial, two.serial) + 1] == [each["next_serial"] for each in answer["identifiers"]]


def test_the_receiver_finds_it_once_it_may_read_what_it_is_called(park: Park) -> None:
    told = tell(park, "supplier")
    received = park.hand_over("supplier", "tenant", told.holdings[0])
    kept(park)
    assert [] == ids(resolve(park, "tenant", LOT))
    root = "0x" + told.details.root.hex()
    park.ask("supplier", "POST", f"/v1/details/{root}/readers", {"organisation": 5})
    kept(park)
    answer = resolve(park, "tenant", LOT)
    assert ["0x" + received.id.hex()] == ids(answer)
    assert ["0x" + salt_of(LOT_LINK).hex()] == [each["salt"] for each in answer["identifiers"]]
    assert [] == ids(resolve(park, "supplier", LOT))


def test_a_salt_that_another_shows_is_no_salt_for_lots_of_ones_own(park: Park) -> None:
    told = tell(park, "supplier")
    root = "0x" + told.details.root.hex()
    park.ask("supplier", "POST", f"/v1/details/{root}/readers", {"organisation": 6})
    kept(park)
    answer = resolve(park, "rival", LOT)
    assert [{"identifier": LOT_LINK, "salt": None, "next_serial": 1}] == answer["identifiers"]
    assert [] == answer["holdings"]


def test_what_is_packed_goes_with_its_box_and_is_shown_with_it(park: Park) -> None:
    (made,) = tell(park, "supplier").holdings
    (box,) = tell(park, "supplier", epcis(quantityList=[], epcList=[BOX]), identifiers=[BOX], seed=1).holdings
    inside = park.make("supplier")
    roles = {box: (PARENT, NONE), made: (CHILD, NONE), inside: (CHILD, NONE)}
    packed, *_ = park._event("supplier", AGGREGATION, ADD, roles)
    kept(park)
    answer = resolve(park, "supplier", BOX)
    box_id = "0x" + box.id.hex()
    expected = {
        box_id: (BOX, None),
        "0x" + made.id.hex(): (LOT_LINK, box_id),
        "0x" + inside.id.hex(): (None, box_id),
    }
    assert expected == {each["id"]: (each["identifier"], each["packed_in"]) for each in answer["holdings"]}
    park.hand_over("supplier", "tenant", packed)
    kept(park)
    assert [] == ids(resolve(park, "supplier", BOX, LOT))


@pytest.mark.parametrize("identifiers", [[], ["x"] * 1_001, [""], ["x" * 2_001], "x", [1]])
def test_what_is_asked_for_has_its_bounds(park: Park, identifiers: Any) -> None:
    answer = park.ask("supplier", "POST", "/v1/books/resolve", {"identifiers": identifiers})
    assert (422, "request_invalid") == (answer.status_code, answer.json()["code"])
