"""From an event to the actions that record it, without a ledger: what is brought in, split and packed before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from backend.capture.plan import (
    ADD,
    AGGREGATION,
    BROUGHT_IN,
    DELETE,
    EXISTING,
    MADE,
    MOST_ITEMS,
    OBJECT,
    OBSERVE,
    SPLIT,
    TRANSACTION,
    TRANSFORMATION,
    Planned,
    plan,
)
from backend.capture.shelf import NOBODY, Held, Shelf
from backend.errors import ServiceError
from contracts.details import handle

MEMBER = 3
NAME = "ni:///sha-256;00?ver=CBV2.0"
A, B, CASE = "https://park.example/a", "https://park.example/b", "https://park.example/case"


def planned(shelf: Shelf, kind: str, action: str = "OBSERVE", **fields: Any) -> list[Planned]:
    return plan({"type": kind, "action": action, **fields}, shelf, name=NAME)


def shapes(actions: list[Planned]) -> list[tuple[int, int, list[int]]]:
    """Kind, action, and the origins of the items, of each."""
    return [(each.kind, each.action, sorted(item.origin for item in each.items)) for each in actions]


def amount(of: str, much: float | str) -> list[dict[str, Any]]:
    return [{"epcClass": of, "quantity": Decimal(str(much)), "uom": "LTR"}]


def test_what_is_made_is_made_by_the_member_and_what_was_never_seen_by_nobody_known() -> None:
    shelf = Shelf(MEMBER)
    (made,) = planned(shelf, "ObjectEvent", "ADD", epcList=[A])
    assert (MEMBER, MADE) == (made.items[0].held.key["maker"], made.items[0].origin)
    before, seen = planned(shelf, "ObjectEvent", epcList=[B])
    assert (NOBODY, BROUGHT_IN, None) == (before.items[0].held.key["maker"], before.items[0].origin, before.event)
    assert (OBJECT, OBSERVE, [EXISTING]) == shapes([seen])[0]


def test_each_record_counts_on_from_the_one_before() -> None:
    shelf = Shelf(MEMBER)
    events = [planned(shelf, "ObjectEvent", action, epcList=[A]) for action in ("ADD", "OBSERVE", "OBSERVE", "DELETE")]
    assert [0, 1, 2, 3] == [event.items[0].held.seq for actions in events for event in actions]


def test_of_a_class_what_is_used_is_split_off_unless_it_is_all() -> None:
    shelf = Shelf(MEMBER)
    planned(shelf, "ObjectEvent", "ADD", quantityList=amount(A, 10))
    split, used = planned(shelf, "ObjectEvent", "DELETE", quantityList=amount(A, "2.5"))
    assert [(OBJECT, ADD, [EXISTING, SPLIT]), (OBJECT, DELETE, [EXISTING])] == shapes([split, used])
    assert {item.held.key["handle"] for item in split.items} == {used.items[0].held.key["handle"]}
    assert [(OBJECT, DELETE, [EXISTING])] == shapes(
        planned(shelf, "ObjectEvent", "DELETE", quantityList=amount(A, "7.5"))
    )


def test_a_part_is_of_the_lot_that_it_is_split_from_whoever_salted_that() -> None:
    salt = bytes([7]) * 32
    key = {"maker": 9, "handle": handle(A, salt), "creator": 9, "serial": 4}
    shelf = Shelf(MEMBER)
    shelf.met(A, bytes([8]) * 32, 5)
    shelf.put(Held(A, salt, key, seq=2))
    split, _ = planned(shelf, "ObjectEvent", "DELETE", quantityList=amount(A, 1))
    part = next(item.held for item in split.items if item.origin == SPLIT)
    assert (9, handle(A, salt), MEMBER, 5, salt) == (*part.key.values(), part.salt)


def test_what_was_never_packed_is_packed_before_it_is_unpacked() -> None:
    shelf = Shelf(MEMBER)
    actions = planned(shelf, "AggregationEvent", "DELETE", parentID=CASE, childEPCs=[A, B])
    assert [AGGREGATION, ADD] == [actions[-2].kind, actions[-2].action]
    assert (AGGREGATION, DELETE, [EXISTING] * 3) == shapes(actions)[-1]
    assert [] == shelf.inside(actions[-1].items[0].held.id)


def test_unpacking_without_names_lets_everything_go() -> None:
    shelf = Shelf(MEMBER)
    planned(shelf, "AggregationEvent", "ADD", parentID=CASE, childEPCs=[A, B])
    (emptied,) = planned(shelf, "AggregationEvent", "DELETE", parentID=CASE)
    assert {CASE, A, B} == {item.held.identifier for item in emptied.items}


def test_what_is_packed_is_not_used_another_one_is_brought_in() -> None:
    shelf = Shelf(MEMBER)
    planned(shelf, "AggregationEvent", "ADD", parentID=CASE, childEPCs=[A])
    brought, used = planned(shelf, "TransformationEvent", inputEPCList=[A], outputEPCList=[B])
    assert (OBJECT, ADD, [BROUGHT_IN]) == shapes([brought])[0]
    assert (TRANSFORMATION, [EXISTING, MADE]) == (used.kind, sorted(item.origin for item in used.items))


@pytest.mark.parametrize(
    "fields",
    [
        {"bizTransactionList": [{"bizTransaction": "https://park.example/po/1"}], "epcList": []},
        {"bizTransactionList": [], "epcList": []},
    ],
    ids=["its business document", "itself"],
)
def test_without_an_object_the_record_is_about_something_else(fields: dict[str, Any]) -> None:
    actions = planned(Shelf(MEMBER), "TransactionEvent", **fields)
    about = [transaction["bizTransaction"] for transaction in fields["bizTransactionList"]] or [NAME]
    assert about == [item.held.identifier for item in actions[-1].items]


def test_an_erroneous_event_and_one_of_a_strange_type_are_observations() -> None:
    shelf = Shelf(MEMBER)
    for actions in (
        planned(shelf, "ObjectEvent", "DELETE", epcList=[A], errorDeclaration={}),
        planned(shelf, "park:Cleaning", "DELETE", epcList=[A]),
    ):
        assert (TRANSACTION, OBSERVE, [EXISTING]) == shapes(actions)[-1]
    (held,) = shelf.all_of(A)
    assert (True, True) == (held.is_free, held.is_open)


def test_an_event_about_more_than_a_transaction_carries_is_refused() -> None:
    epcs = [f"{A}/{number}" for number in range(MOST_ITEMS + 1)]
    with pytest.raises(ServiceError, match="event_too_large"):
        planned(Shelf(MEMBER), "ObjectEvent", epcList=epcs)


def test_what_is_tried_on_a_copy_leaves_the_shelf_as_it_is() -> None:
    shelf = Shelf(MEMBER)
    planned(shelf, "ObjectEvent", "ADD", epcList=[A])
    planned(shelf.copy(), "ObjectEvent", "DELETE", epcList=[A, B])
    (held,) = shelf.all_of(A)
    assert (1, True, []) == (held.seq, held.is_open, list(shelf.all_of(B)))
