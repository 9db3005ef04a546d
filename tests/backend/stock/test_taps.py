"""Taps: what they move, what they refuse, and that the same one twice is one."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from backend import clock
from backend.chemicals.commands import Need, reserve
from backend.identity.actor import ALL_RIGHTS, Actor, Right, Role
from backend.identity.commands import create_token
from backend.items.models import ItemClass
from backend.stock.days import day_of
from tests.backend.chemicals.scene import certificate
from tests.backend.items.scene import item
from tests.backend.stock.shelf import ADA, BO, Shelf, tap

TODAY = day_of(clock.now())
YESTERDAY = str(TODAY - timedelta(days=1))


def test_what_is_booked_in_lies_at_the_dock_until_it_is_put_away(shelf: Shelf) -> None:
    lot_id = shelf.book_in(10)
    assert {(None, False): 10} == shelf.lies(lot_id)
    shelf.tap("put_away", lot_id, 7, room="FRIDGE")
    assert {(None, False): 3, ("FRIDGE", False): 7} == shelf.lies(lot_id)


def test_opening_transferring_consuming_and_discarding_move_what_they_say(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    opened_at = shelf.tap("open", lot_id, 2)["at"]
    shelf.tap("transfer", lot_id, 1, to="FRIDGE", opened_at=opened_at)
    shelf.tap("consume", lot_id, 3)
    shelf.tap("discard", lot_id, 1, room="FRIDGE", opened_at=opened_at, reason="broken")
    assert {("STORE", False): 5, ("STORE", True): 1} == shelf.lies(lot_id)


def test_the_journal_says_who_did_what_in_gapless_numbers(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    shelf.tap("consume", lot_id, 3, who=BO)
    taps = shelf.good("GET", "/v1/stock/taps")["taps"]
    assert [(1, "book_in", "ada"), (2, "put_away", "ada"), (3, "consume", "bo")] == [
        (each["number"], each["kind"], each["person"]) for each in taps
    ]
    assert [3] == [each["number"] for each in shelf.good("GET", f"/v1/stock/taps?after=2&lot_id={lot_id}")["taps"]]


def test_a_tap_sent_twice_is_done_once(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    body = tap("consume", lot_id, 4)
    first = shelf.good("POST", "/v1/stock/taps", body)
    assert first == shelf.good("POST", "/v1/stock/taps", body)
    assert {("STORE", False): 6} == shelf.lies(lot_id)


@pytest.mark.parametrize("change", [{"quantity": 5}, {"room": "FRIDGE"}], ids=str)
def test_another_tap_under_a_used_id_is_refused(shelf: Shelf, change: dict[str, object]) -> None:
    lot_id = shelf.put(10)
    body = tap("consume", lot_id, 4)
    shelf.good("POST", "/v1/stock/taps", body)
    assert ("id_reused", {"id": body["tap_id"]}) == shelf.refused("POST", "/v1/stock/taps", {**body, **change})
    assert "id_reused" == shelf.refused("POST", "/v1/stock/taps", body, who=BO)[0]


def test_a_lot_booked_in_twice_is_booked_in_once_and_never_as_another(shelf: Shelf) -> None:
    lot = {"lot_id": str(uuid4()), "item": "ETOH", "lot_number": "L-7", "quantity": 4}
    for _ in range(2):
        shelf.good("POST", "/v1/stock/lots", lot)
    assert {(None, False): 4} == shelf.lies(str(lot["lot_id"]))
    assert "id_reused" == shelf.refused("POST", "/v1/stock/lots", {**lot, "lot_number": "L-8"})[0]


def test_more_than_there_is_is_refused_and_says_how_much_there_is(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    expected = ("stock_not_enough", {"room": "STORE", "there": 10, "asked": 11})
    assert expected == shelf.refused_tap("consume", lot_id, 11)
    assert expected == shelf.refused_tap("open", lot_id, 11)
    assert 2 == shelf.good("GET", "/v1/stock/taps")["taps"][-1]["number"]


def test_the_wrong_room_is_refused_and_the_right_one_named(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    places = [{"room": "STORE", "opened_at": None, "quantity": 10}]
    assert ("stock_in_another_room", {"room": "FRIDGE", "places": places}) == shelf.refused_tap(
        "consume", lot_id, room="FRIDGE"
    )
    assert "stock_room_unknown" == shelf.refused_tap("transfer", lot_id, to="ATTIC")[0]


@pytest.mark.parametrize("charged", [{"project": "P-2"}, {"project": None, "cost_centre": "P-1"}], ids=str)
def test_consumption_is_charged_to_what_there_is(shelf: Shelf, charged: dict[str, Any]) -> None:
    lot_id = shelf.put(10)
    assert "cost_object_unknown" == shelf.refused_tap("consume", lot_id, **charged)[0]


def test_a_closed_project_takes_no_more_consumption(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    shelf.good("PUT", "/v1/stock/cost-objects/project/P-1", {"name": "done", "is_open": False})
    assert "cost_object_unknown" == shelf.refused_tap("consume", lot_id)[0]


def test_what_is_expired_is_neither_opened_nor_consumed_but_thrown_away(shelf: Shelf) -> None:
    lot_id = shelf.put(10, expires_on=YESTERDAY)
    assert "stock_expired" == shelf.refused_tap("open", lot_id)[0]
    assert "stock_expired" == shelf.refused_tap("consume", lot_id)[0]
    assert "stock_expired" == shelf.good("GET", f"/v1/stock/lots/{lot_id}")["blocked_by"]
    shelf.tap("transfer", lot_id, 10, to="FRIDGE")
    shelf.tap("discard", lot_id, 10, room="FRIDGE", reason="expired")
    assert {} == shelf.lies(lot_id)


def test_the_day_of_expiry_is_still_a_day_of_use(shelf: Shelf) -> None:
    lot_id = shelf.put(10, expires_on=str(TODAY))
    shelf.tap("consume", lot_id)


def test_what_was_opened_too_long_ago_is_not_consumed_and_the_rest_is(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    opened_at = shelf.tap("open", lot_id, 2)["at"] - 31 * 86_400
    shelf.move_time("stock_balance.opened_at", 31 * 86_400)
    assert "stock_opened_expired" == shelf.refused_tap("consume", lot_id, opened_at=opened_at)[0]
    shelf.tap("consume", lot_id)
    shelf.tap("discard", lot_id, 2, opened_at=opened_at, reason="opened_expired")


def test_an_opening_stock_of_what_needs_release_is_unusable_without_one(shelf: Shelf) -> None:
    lot_id = shelf.put(10, item="SERUM")
    assert "stock_not_released" == shelf.refused_tap("consume", lot_id)[0]
    assert "stock_not_released" == shelf.refused_tap("open", lot_id)[0]
    shelf.tap("transfer", lot_id, 10, to="FRIDGE")


def test_a_machine_does_not_tap(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    assert "person_required" == shelf.refused_tap("consume", lot_id, who="tenant")[0]


def test_a_person_without_the_stock_right_does_not_tap(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    with shelf.park.engine.begin() as connection:
        _, token = create_token(connection, organisation=5, rights=Right.ORDER, label="test", days=1, person="di")
    shelf.park._tokens["di@tenant"] = token
    expected = ("not_permitted", {"one_of": "stock"})
    assert expected == shelf.refused_tap("consume", lot_id, who="di@tenant")


def test_another_organisation_s_lot_is_not_there(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    assert "not_found" == shelf.refused_tap("consume", lot_id, who="eve@rival")[0]
    assert "not_found" == shelf.refused("GET", f"/v1/stock/lots/{lot_id}", who="eve@rival")[0]
    assert [] == shelf.good("GET", "/v1/stock", who="eve@rival")["parts"]
    assert [] == shelf.good("GET", "/v1/stock/taps", who="eve@rival")["taps"]


def test_many_who_take_at_once_take_no_more_than_there_is(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    shelf.park.token(ADA)
    codes: list[str] = []

    def take() -> None:
        answer = shelf.ask("POST", "/v1/stock/taps", tap("consume", lot_id, 3))
        codes.append(answer.json().get("code", "done"))

    takers = [threading.Thread(target=take) for _ in range(8)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert ["done"] * 3 + ["stock_not_enough"] * 5 == sorted(codes)
    assert {("STORE", False): 1} == shelf.lies(lot_id)
    assert [1, 2, 3, 4, 5] == [each["number"] for each in shelf.good("GET", "/v1/stock/taps")["taps"]]


def test_a_room_stays_where_it_was_created(shelf: Shelf) -> None:
    renamed = shelf.good("PUT", "/v1/stock/rooms/FRIDGE", {"name": "冷藏柜", "inside": "STORE"})["rooms"]
    assert [("FRIDGE", "冷藏柜", "STORE"), ("STORE", "库房", None)] == [
        (room["code"], room["name"], room["inside"]) for room in renamed
    ]
    assert ("stock_room_fixed", {"room": "FRIDGE", "inside": "STORE"}) == shelf.refused(
        "PUT", "/v1/stock/rooms/FRIDGE", {"name": "冷藏柜"}
    )
    assert "stock_room_unknown" == shelf.refused("PUT", "/v1/stock/rooms/A", {"name": "A", "inside": "B"})[0]


def test_a_regulated_chemical_comes_in_under_the_certificate_it_was_bought_under(shelf: Shelf) -> None:
    shelf.good("PUT", "/v1/items/ACETONE", item(item_class="precursor", content=500, content_unit="MLT"))
    paper = certificate(unit="MLT", allowed=5_000)
    shelf.good("POST", "/v1/chemical-certificates", paper)
    request = uuid4()
    need = Need(line=0, item="ACETONE", item_class=ItemClass.PRECURSOR, units=6, content=500, content_unit="MLT")
    tenant = Actor(organisation=5, roles=Role.TENANT, rights=ALL_RIGHTS, person="ada")
    with shelf.park.engine.begin() as connection:
        reserve(connection, tenant, request, [need], person="ada")
    lot = {"lot_id": str(uuid4()), "item": "ACETONE", "lot_number": "L", "quantity": 4}
    assert ("stock_purchase_unnamed", {"item": "ACETONE"}) == shelf.refused("POST", "/v1/stock/lots", lot)
    named = {**lot, "bought_by": {"request": str(request), "line": 0}}
    for _ in range(2):
        shelf.good("POST", "/v1/stock/lots", named)
    more = {**named, "lot_id": str(uuid4()), "quantity": 3}
    assert ("reservation_exceeded", {"units": 3, "left": 2}) == shelf.refused("POST", "/v1/stock/lots", more)
    assert 2_000 == shelf.good("GET", f"/v1/chemical-certificates/{paper['id']}")["spent"]
