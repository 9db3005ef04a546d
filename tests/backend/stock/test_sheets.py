"""Daily sheets: one signature over what people tapped, and who rewrites it contradicts the chain."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend import clock
from backend.stock.days import as_number, day_of
from backend.stock.models import STOCK_LOT, STOCK_TAP
from backend.stock.taps import NO_TAP, seal
from backend.stock.verify import Verdict, verify
from contracts import action_json, details
from contracts.details import DAILY_SHEET, LOT_EVENT
from tests.backend.stock.receiving import receive, shelve
from tests.backend.stock.shelf import BO, Shelf

TODAY = day_of(clock.now())


def prepare(shelf: Shelf, **fields: Any) -> Any:
    return shelf.good("POST", "/v1/stock/sheets/prepare", {"day": str(TODAY), **fields})


def sign(shelf: Shelf, kind: str, *unsigned: dict[str, Any]) -> None:
    """The tenant signs what was prepared, as it was prepared."""
    actions = [action_json.parse(kind, each["action"]) for each in unsigned]
    shelf.park.record("tenant", kind, *actions)


def verdict(shelf: Shelf) -> Verdict:
    with shelf.park.engine.connect() as connection:
        return verify(connection, 5)


def rewrite(shelf: Shelf, number: int, **values: Any) -> None:
    """Edit a tap and make every hash, and what the journal says of itself, fit again."""
    with shelf.park.engine.begin() as connection:
        connection.execute(STOCK_TAP.update().where(STOCK_TAP.c.number == number).values(**values))
        lots = {row.lot_id: row._asdict() for row in connection.execute(select(STOCK_LOT))}
        head = NO_TAP
        for row in connection.execute(select(STOCK_TAP).order_by(STOCK_TAP.c.number)).all():
            head = seal(head, row._asdict(), lots[row.lot_id])
            connection.execute(STOCK_TAP.update().where(STOCK_TAP.c.number == row.number).values(hash=head))
        connection.exec_driver_sql("UPDATE service.stock_journal SET head = %s", (head,))


def test_a_sheet_commits_to_the_taps_and_its_details_open_it(shelf: Shelf) -> None:
    shelf.put(10)
    sheet = prepare(shelf)["sheet"]
    last = shelf.good("GET", "/v1/stock/taps")["taps"][-1]
    fields = sheet["details"]["fields"]
    assert {
        "organisation": 5,
        "day": as_number(TODAY),
        "first": 1,
        "last": 2,
        "count": 2,
        "chain_hash": last["hash"],
    } == fields
    event_key = bytes.fromhex(sheet["details"]["event_key"][2:])
    values = {**fields, "chain_hash": bytes.fromhex(fields["chain_hash"][2:])}
    root = details.root(DAILY_SHEET, details.leaves(DAILY_SHEET, values, event_key))
    assert ("0x" + root.hex(), DAILY_SHEET.id) == (sheet["action"]["root"], sheet["action"]["schema"])


def test_what_was_prepared_is_kept_as_details_once_it_is_signed(shelf: Shelf) -> None:
    lot_id = shelve(shelf, receive(shelf.park))
    shelf.tap("consume", lot_id, 10)
    prepared = prepare(shelf)
    sign(shelf, "SignSheet", prepared["sheet"])
    sign(shelf, "RecordLotEvent", *prepared["used_up"])
    presented = [each["details"] for each in (prepared["sheet"], *prepared["used_up"])]
    results = shelf.good("POST", "/v1/details", {"details": presented})["results"]
    assert ["kept", "kept"] == [each["outcome"] for each in results]


def test_a_signed_sheet_is_found_and_the_next_one_begins_after_it(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    prepared = prepare(shelf)
    assert prepared == prepare(shelf)
    assert [False] == [each["is_signed"] for each in shelf.good("GET", "/v1/stock/sheets")["sheets"]]
    sign(shelf, "SignSheet", prepared["sheet"])
    listed = shelf.good("GET", "/v1/stock/sheets")
    assert (0, [(True, 1, 2, "ada")]) == (
        listed["unsigned_taps"],
        [(each["is_signed"], each["first_tap"], each["last_tap"], each["prepared_by"]) for each in listed["sheets"]],
    )
    assert prepare(shelf)["sheet"] is None
    shelf.tap("consume", lot_id, who=BO)
    second = prepare(shelf)["sheet"]
    assert (3, 3, 1) == tuple(second["details"]["fields"][name] for name in ("first", "last", "count"))
    # The same day once more: the sheet's own record has moved on.
    assert 1 == second["action"]["seq"]
    sign(shelf, "SignSheet", second)
    assert Verdict(taps=3, sheets=2, findings=[]) == verdict(shelf)


def test_a_sheet_that_was_never_signed_leaves_its_taps_to_the_next(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    yesterday = prepare(shelf, day=str(TODAY - timedelta(days=1)))["sheet"]
    shelf.tap("consume", lot_id)
    today = prepare(shelf)["sheet"]
    assert [2, 3] == [each["details"]["fields"]["last"] for each in (yesterday, today)]
    assert {1} == {each["details"]["fields"]["first"] for each in (yesterday, today)}
    sign(shelf, "SignSheet", today)
    assert 0 == shelf.good("GET", "/v1/stock/sheets")["unsigned_taps"]


def test_there_is_no_sheet_of_tomorrow(shelf: Shelf) -> None:
    body = {"day": str(TODAY + timedelta(days=2))}
    assert "sheet_day_ahead" == shelf.refused("POST", "/v1/stock/sheets/prepare", body)[0]


def test_who_rewrites_signed_taps_with_all_their_hashes_contradicts_the_sheet(shelf: Shelf) -> None:
    lot_id = shelf.put(10)
    sign(shelf, "SignSheet", prepare(shelf)["sheet"])
    shelf.tap("consume", lot_id)
    shelf.tap("consume", lot_id)
    sign(shelf, "SignSheet", prepare(shelf)["sheet"])
    rewrite(shelf, 3, person="nobody")
    assert [("sheet_differs", 3)] == [(each.code, each.tap) for each in verdict(shelf).findings]


def test_who_removes_a_signed_sheet_contradicts_the_chain(shelf: Shelf) -> None:
    shelf.put(10)
    sign(shelf, "SignSheet", prepare(shelf)["sheet"])
    with shelf.park.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM service.stock_sheet")
    assert [("sheet_missing", 1)] == [(each.code, each.tap) for each in verdict(shelf).findings]


def test_unsigned_taps_rewritten_with_all_their_hashes_cannot_be_told(shelf: Shelf) -> None:
    """Why a sheet is signed each day."""
    shelf.put(10)
    rewrite(shelf, 2, person="nobody")
    assert [] == verdict(shelf).findings


def test_a_holding_of_which_nothing_is_left_is_prepared_to_be_recorded_as_used_up(shelf: Shelf) -> None:
    lot_id, rest = shelve(shelf, receive(shelf.park)), shelve(shelf, receive(shelf.park))
    shelf.tap("consume", rest, 9)
    assert [] == prepare(shelf)["used_up"]
    shelf.tap("consume", lot_id, 10)
    (deletion,) = prepare(shelf)["used_up"]
    assert deletion == prepare(shelf)["used_up"][0]
    event_key = bytes.fromhex(deletion["details"]["event_key"][2:])
    root = details.root(LOT_EVENT, details.leaves(LOT_EVENT, deletion["details"]["fields"], event_key))
    assert "0x" + root.hex() == deletion["action"]["root"]
    sign(shelf, "RecordLotEvent", deletion)
    assert [] == prepare(shelf)["used_up"]
    holding_id = shelf.good("GET", f"/v1/stock/lots/{lot_id}")["holding_id"]
    assert "used_up" == shelf.park.get("tenant", f"/v1/holdings/{holding_id}").json()["status"]


@pytest.mark.parametrize("who", ["eve@rival", "reg@regulator"])
def test_sheets_are_an_organisation_s_own(shelf: Shelf, who: str) -> None:
    shelf.put(10)
    prepare(shelf)
    assert {"sheets": [], "unsigned_taps": 0} == shelf.good("GET", "/v1/stock/sheets", who=who)
