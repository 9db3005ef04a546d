"""Stock-takes: two people count the same room, neither with the other's figures."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.backend.stock.shelf import ADA, BO, CY, Shelf, count


def begin(shelf: Shelf, **fields: Any) -> str:
    take_id = str(uuid4())
    shelf.good("POST", "/v1/stock/takes", {"take_id": take_id, "room": "STORE", **fields})
    return f"/v1/stock/takes/{take_id}"


def hand_in(shelf: Shelf, take: str, who: str, *lines: tuple[str, int]) -> Any:
    return shelf.good("POST", f"{take}/counts", count(*lines), who=who)


def test_two_equal_counts_bring_the_books_to_what_was_found(shelf: Shelf) -> None:
    less, more, gone = shelf.put(10), shelf.put(5), shelf.put(3)
    take = begin(shelf)
    hand_in(shelf, take, ADA, (less, 8), (more, 6))
    agreed = hand_in(shelf, take, BO, (less, 8), (more, 6))
    assert ("agreed", {less: -2, more: 1, gone: -3}) == (
        agreed["state"],
        {line["lot_id"]: line["difference"] for line in agreed["lines"]},
    )
    settled = shelf.good("POST", f"{take}/settle", who=CY)
    assert ("settled", "cy") == (settled["state"], settled["settled_by"])
    assert [{("STORE", False): 8}, {("STORE", False): 6}, {}] == [shelf.lies(each) for each in (less, more, gone)]
    assert agreed["lines"] == settled["lines"]


def test_figures_stay_hidden_until_both_have_counted(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    take = begin(shelf)
    after_first = hand_in(shelf, take, ADA, (lot_id, 8))
    assert [None, None, None, None] == [
        after_first["lines"][0][name] for name in ("first", "second", "book", "difference")
    ]
    (tap,) = [each for each in shelf.good("GET", "/v1/stock/taps")["taps"] if each["kind"] == "count"]
    assert tap["quantity"] is None
    hand_in(shelf, take, BO, (lot_id, 8))
    assert {8} == {each["quantity"] for each in shelf.good("GET", "/v1/stock/taps")["taps"] if each["kind"] == "count"}


def test_the_second_count_is_another_person_s(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    take = begin(shelf)
    hand_in(shelf, take, ADA, (lot_id, 10))
    assert "stock_take_same_person" == shelf.refused("POST", f"{take}/counts", count((lot_id, 10)))[0]


def test_unequal_counts_are_shown_and_counted_again(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    take = begin(shelf)
    hand_in(shelf, take, ADA, (lot_id, 9))
    differing = hand_in(shelf, take, BO, (lot_id, 8))
    line = {name: differing["lines"][0][name] for name in ("first", "second", "book", "difference")}
    assert ("differing", {"first": 9, "second": 8, "book": 10, "difference": None}) == (differing["state"], line)
    assert "stock_take_state" == shelf.refused("POST", f"{take}/settle")[0]
    for _ in range(2):
        again = shelf.good("POST", f"{take}/recount", {"round": 1})
        assert ("open", 2) == (again["state"], again["round"])
    hand_in(shelf, take, BO, (lot_id, 9))
    assert "agreed" == hand_in(shelf, take, CY, (lot_id, 9))["state"]


def test_what_is_moved_between_the_counts_makes_them_differ(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    take = begin(shelf)
    hand_in(shelf, take, ADA, (lot_id, 10))
    shelf.tap("transfer", lot_id, 1, to="FRIDGE")
    shelf.tap("transfer", lot_id, 1, room="FRIDGE", to="STORE")
    disturbed = hand_in(shelf, take, BO, (lot_id, 10))
    assert ("differing", True) == (disturbed["state"], disturbed["is_disturbed"])


def test_what_is_taken_after_the_counts_stays_taken(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    take = begin(shelf)
    for who in (ADA, BO):
        hand_in(shelf, take, who, (lot_id, 8))
    shelf.tap("consume", lot_id, 3)
    shelf.good("POST", f"{take}/settle")
    assert {("STORE", False): 5} == shelf.lies(lot_id)


def test_what_is_missing_cannot_be_settled_once_somebody_has_taken_it(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    take = begin(shelf)
    for who in (ADA, BO):
        hand_in(shelf, take, who, (lot_id, 4))
    shelf.tap("consume", lot_id, 7)
    assert "stock_not_enough" == shelf.refused("POST", f"{take}/settle")[0]
    assert "open" == shelf.good("POST", f"{take}/recount", {"round": 1})["state"]


def test_opened_and_unopened_parts_are_counted_apart(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    opened_at = shelf.tap("open", lot_id, 2)["at"]
    take = begin(shelf)
    lines = [{"lot_id": lot_id, "quantity": 8}, {"lot_id": lot_id, "opened_at": opened_at, "quantity": 1}]
    for who in (ADA, BO):
        shelf.good("POST", f"{take}/counts", {"count_id": str(uuid4()), "lines": lines}, who=who)
    shelf.good("POST", f"{take}/settle")
    assert {("STORE", False): 8, ("STORE", True): 1} == shelf.lies(lot_id)


def test_a_stock_take_of_one_item_leaves_the_others_alone(shelf: Shelf) -> None:
    counted, other = shelf.put(10), shelf.put(10, item="SERUM")
    take = begin(shelf, item="ETOH")
    assert [counted] == [line["lot_id"] for line in shelf.good("GET", take)["lines"]]
    assert "not_found" == shelf.refused("POST", f"{take}/counts", count((other, 10)))[0]
    for who in (ADA, BO):
        hand_in(shelf, take, who)
    shelf.good("POST", f"{take}/settle")
    assert [{}, {("STORE", False): 10}] == [shelf.lies(counted), shelf.lies(other)]


def test_a_part_nobody_ever_opened_cannot_be_found(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    take = begin(shelf)
    body = {"count_id": str(uuid4()), "lines": [{"lot_id": lot_id, "opened_at": 1 << 39, "quantity": 1}]}
    assert "not_found" == shelf.refused("POST", f"{take}/counts", body)[0]


def test_everything_sent_twice_is_done_once(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    take = begin(shelf)
    shelf.good("POST", "/v1/stock/takes", {"take_id": take.rpartition("/")[2], "room": "STORE"})
    for who in (ADA, BO):
        body = count((lot_id, 8))
        assert shelf.good("POST", f"{take}/counts", body, who=who) == shelf.good(
            "POST", f"{take}/counts", body, who=who
        )
    for _ in range(2):
        shelf.good("POST", f"{take}/settle")
    kinds = [each["kind"] for each in shelf.good("GET", "/v1/stock/taps")["taps"]]
    assert ["book_in", "put_away", "count", "count", "adjust"] == kinds


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        ("open", ("settle", "recount")),
        ("counted", ("settle", "recount")),
        ("agreed", ("counts",)),
        ("differing", ("settle", "counts")),
        ("settled", ("counts", "recount", "cancel")),
        ("cancelled", ("counts", "recount", "settle")),
    ],
)
def test_each_state_refuses_what_does_not_start_from_it(shelf: Shelf, state: str, refused: tuple[str, ...]) -> None:
    lot_id = shelf.put(10)
    take = begin(shelf)
    steps = {
        "open": (),
        "counted": ((ADA, 8),),
        "agreed": ((ADA, 8), (BO, 8)),
        "differing": ((ADA, 8), (BO, 9)),
        "settled": ((ADA, 8), (BO, 8)),
        "cancelled": (),
    }[state]
    for who, found in steps:
        hand_in(shelf, take, who, (lot_id, found))
    if state in ("settled", "cancelled"):
        shelf.good("POST", f"{take}/{'settle' if state == 'settled' else 'cancel'}")
    assert state == shelf.good("GET", take)["state"]
    for act in refused:
        body = {"counts": count((lot_id, 8)), "recount": {"round": 1}}.get(act)
        assert "stock_take_state" == shelf.refused("POST", f"{take}/{act}", body, who=CY)[0]
    assert state == shelf.good("GET", take)["state"]


def test_a_room_that_is_not_there_cannot_be_counted(shelf: Shelf) -> None:
    body = {"take_id": str(uuid4()), "room": "ATTIC"}
    assert "not_found" == shelf.refused("POST", "/v1/stock/takes", body)[0]


def test_stock_takes_are_listed_page_by_page_by_when_they_changed(shelf: Shelf) -> None:
    take_ids = [begin(shelf).rpartition("/")[2] for _ in range(3)]
    with shelf.park.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO service.stock_take (organisation, take_id, room, state, round, opened_by, is_disturbed,"
            " changed_at) SELECT 5, gen_random_uuid(), 'STORE', 'cancelled', 1, 'ada', false, 1000 + n"
            " FROM generate_series(1, 99) AS n"
        )
    first = shelf.good("GET", "/v1/stock/takes")
    second = shelf.good("GET", f"/v1/stock/takes?after={first['next_after']}")
    assert (100, 2, None) == (len(first["takes"]), len(second["takes"]), second["next_after"])
    since = shelf.good("GET", "/v1/stock/takes?changed_since=1100")["takes"]
    assert set(take_ids) == {take["take_id"] for take in since}


@pytest.mark.parametrize(
    "path", ["takes?after=1/x", "takes?after=1/------------------------------------", "?after=a/b/c"]
)
def test_a_cursor_nobody_gave_is_refused(shelf: Shelf, path: str) -> None:
    assert "request_invalid" == shelf.refused("GET", f"/v1/stock{'/' if path[0] != '?' else ''}{path}")[0]
