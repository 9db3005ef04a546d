"""What to take from where, what is to be used soon, and what lies where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from backend import clock
from backend.stock.days import day_of
from tests.backend.stock.receiving import receive, shelve
from tests.backend.stock.shelf import Shelf

TODAY = day_of(clock.now())


def in_days(days: int) -> str:
    return str(TODAY + timedelta(days=days))


def suggest(shelf: Shelf, quantity: int, item: str = "ETOH") -> Any:
    return shelf.good("GET", f"/v1/stock/suggestion?item={item}&quantity={quantity}")


def test_the_first_to_expire_goes_first_and_what_keeps_goes_last(shelf: Shelf) -> None:
    keeps, late, soon = shelf.put(5), shelf.put(5, expires_on=in_days(90)), shelf.put(5, expires_on=in_days(9))
    found = suggest(shelf, 12)
    assert [(soon, 5), (late, 5), (keeps, 2)] == [(pick["lot_id"], pick["quantity"]) for pick in found["picks"]]
    assert 0 == found["missing"]


def test_what_is_open_goes_before_what_is_not(shelf: Shelf) -> None:
    shelf.good("PUT", "/v1/items/SALT", {"name_zh": "盐", "name_en": "salt", "unit": "BO"})
    first, second = shelf.put(5, item="SALT", lot_number="1"), shelf.put(5, item="SALT", lot_number="2")
    opened_at = shelf.tap("open", second)["at"]
    found = suggest(shelf, 3, "SALT")
    assert [(second, opened_at, 1), (first, None, 2)] == [
        (pick["lot_id"], pick["opened_at"], pick["quantity"]) for pick in found["picks"]
    ]


def test_an_opened_bottle_that_keeps_shorter_goes_first(shelf: Shelf) -> None:
    lot_id = shelf.put(5, expires_on=in_days(40))
    earlier = shelf.put(5, expires_on=in_days(35))
    shelf.tap("open", lot_id)
    assert [(lot_id, in_days(30)), (earlier, in_days(35))] == [
        (pick["lot_id"], pick["use_by"]) for pick in suggest(shelf, 2)["picks"]
    ]


def test_what_may_not_be_used_is_skipped_and_the_reason_said(shelf: Shelf) -> None:
    park = shelf.park
    expired = shelf.put(5, expires_on=in_days(-1))
    opened = shelf.put(5)
    shelf.tap("open", opened, 5)
    shelf.move_time("stock_balance.opened_at", 31 * 86_400)
    quarantined = shelve(shelf, receive(park, quarantine=True))
    holding = receive(park)
    held = shelve(shelf, holding)
    park.record("tenant", "PlaceHold", park.members["tenant"].state(holding=holding.key))
    at_the_dock = shelf.book_in(5)
    good = shelf.put(5)
    found = suggest(shelf, 7)
    assert ([good], 2) == ([pick["lot_id"] for pick in found["picks"]], found["missing"])
    assert {
        expired: "stock_expired",
        opened: "stock_opened_expired",
        quarantined: "stock_quarantined",
        held: "stock_on_hold",
    } == {skipped["lot_id"]: skipped["code"] for skipped in found["skipped"]}
    assert at_the_dock not in {skipped["lot_id"] for skipped in found["skipped"]}


def test_what_expires_soon_is_listed_by_its_own_day_or_by_its_opening(shelf: Shelf) -> None:
    soon, later = shelf.put(5, expires_on=in_days(9)), shelf.put(5, expires_on=in_days(50))
    shelf.tap("open", later, 2)
    gone = shelf.put(5, expires_on=in_days(-3))
    keeps = shelf.put(5)

    def listed(days: int) -> list[tuple[str, str]]:
        parts = shelf.good("GET", f"/v1/stock/expiring?within_days={days}")["parts"]
        return [(part["lot_id"], part["use_by"]) for part in parts]

    assert [(gone, in_days(-3)), (soon, in_days(9)), (later, in_days(30))] == listed(30)
    assert [(gone, in_days(-3))] == listed(0)
    assert (later, in_days(50)) in listed(60)
    assert keeps not in {lot_id for lot_id, _ in listed(3_660)}


def test_stock_is_listed_by_item_and_by_room_with_what_stands_in_it(shelf: Shelf) -> None:
    in_store, in_fridge = shelf.put(5), shelf.put(5, room="FRIDGE", item="SERUM")

    def lots(query: str) -> set[str]:
        return {part["lot_id"] for part in shelf.good("GET", f"/v1/stock?{query}")["parts"]}

    assert {in_store, in_fridge} == lots("room=STORE")
    assert {in_fridge} == lots("room=FRIDGE")
    assert {in_store} == lots("item=ETOH")
    assert set() == lots("item=ETOH&room=FRIDGE")


def test_a_list_goes_on_where_the_page_before_ended(shelf: Shelf) -> None:
    header = "item,name_zh,unit,lot,quantity,room"
    rows = [f"MANY,很多,BO,L-{i},1,STORE" for i in range(150)]
    assert 200 == shelf.ask("POST", "/v1/stock/import", "\n".join((header, *rows)).encode()).status_code
    first = shelf.good("GET", "/v1/stock")
    second = shelf.good("GET", f"/v1/stock?after={first['next_after']}")
    assert (100, 50, None) == (len(first["parts"]), len(second["parts"]), second["next_after"])
    lots = {part["lot_number"] for page in (first, second) for part in page["parts"]}
    assert {f"L-{i}" for i in range(150)} == lots


def test_what_changed_since_includes_what_has_become_nothing(shelf: Shelf) -> None:
    shelf.put(5)
    lot_id = shelf.put(5)
    with shelf.park.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE service.stock_balance SET changed_at = 1000")
    shelf.tap("consume", lot_id, 5)
    (changed,) = shelf.good("GET", "/v1/stock?changed_since=1001")["parts"]
    assert (lot_id, "STORE", 0) == (changed["lot_id"], changed["room"], changed["quantity"])
