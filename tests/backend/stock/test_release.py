"""Nothing is usable before another person's release; and what the chain keeps from use stays on the shelf."""

from __future__ import annotations

from uuid import uuid4

from backend.member.signer import ADD, AGGREGATION, CHILD, NONE, PARENT
from tests.backend.quality.papers import log, logger_asked
from tests.backend.stock.receiving import FAIL, hex_of, pass_by, quality_signer, receive, shelve
from tests.backend.stock.shelf import Shelf


def test_what_is_in_quarantine_is_unusable_until_another_person_has_released_it(shelf: Shelf) -> None:
    holding = receive(shelf.park, quarantine=True)
    lot_id = shelve(shelf, holding, item="SERUM")
    for kind in ("open", "consume"):
        assert ("stock_quarantined", {"lot": lot_id}) == shelf.refused_tap(kind, lot_id)
    judge = quality_signer(shelf.park)
    failed = pass_by(shelf.park, judge, holding, FAIL)
    assert "stock_quarantined" == shelf.refused_tap("consume", lot_id)[0]
    pass_by(shelf.park, judge, failed)
    shelf.tap("open", lot_id)
    shelf.tap("consume", lot_id)


def test_what_is_in_quarantine_may_be_stored_and_moved(shelf: Shelf) -> None:
    lot_id = shelve(shelf, receive(shelf.park, quarantine=True), item="SERUM")
    shelf.tap("transfer", lot_id, 10, to="FRIDGE")
    assert {("FRIDGE", False): 10} == shelf.lies(lot_id)


def test_an_item_that_needs_release_is_unusable_if_its_receiver_left_the_quarantine_out(shelf: Shelf) -> None:
    holding = receive(shelf.park, quarantine=False)
    needing, ordinary = shelve(shelf, holding, item="SERUM"), shelve(shelf, receive(shelf.park))
    assert "stock_not_released" == shelf.refused_tap("consume", needing)[0]
    shelf.tap("consume", ordinary)


def test_splitting_goes_around_no_release(shelf: Shelf) -> None:
    park = shelf.park
    _, (unreleased, _) = park.split("tenant", receive(park, quarantine=False))
    lot_id = shelve(shelf, unreleased, item="SERUM")
    assert "stock_not_released" == shelf.refused_tap("consume", lot_id)[0]
    released = pass_by(park, quality_signer(park), receive(park, quarantine=True))
    _, (part, _) = park.split("tenant", released)
    shelf.tap("consume", shelve(shelf, part, item="SERUM"))


def test_what_came_in_a_box_lies_under_the_box_s_quarantine_and_release(shelf: Shelf) -> None:
    park = shelf.park
    supplier = park.members["supplier"]
    child, box = park.make("supplier"), park.make("supplier")
    packing = supplier.lot_event(AGGREGATION, ADD, {box: (PARENT, NONE), child: (CHILD, NONE)})
    park.record("supplier", "RecordLotEvent", packing)
    packed = box.after("RecordLotEvent", packing, supplier.address)
    received = receive(park, quarantine=True, made=packed)
    lot_id = shelve(shelf, child, item="SERUM")
    assert "stock_quarantined" == shelf.refused_tap("consume", lot_id)[0]
    pass_by(park, quality_signer(park), received)
    shelf.tap("consume", lot_id)


def test_what_the_organisation_made_itself_was_never_received(shelf: Shelf) -> None:
    shelf.tap("consume", shelve(shelf, shelf.park.make("tenant"), item="SERUM"))


def test_a_lot_off_the_platform_is_usable_once_its_holding_is_linked_and_released(shelf: Shelf) -> None:
    park = shelf.park
    lot_id = shelf.put(10, item="SERUM")
    assert "stock_not_released" == shelf.refused_tap("consume", lot_id)[0]
    holding = receive(park, quarantine=True)
    link = {"tap_id": str(uuid4()), "holding_id": hex_of(holding)}
    for _ in range(2):
        shelf.good("POST", f"/v1/stock/lots/{lot_id}/holding", link)
    assert "stock_quarantined" == shelf.good("GET", f"/v1/stock/lots/{lot_id}")["blocked_by"]
    pass_by(park, quality_signer(park), holding)
    shelf.tap("consume", lot_id)
    assert ["book_in", "put_away", "link", "consume"] == [
        each["kind"] for each in shelf.good("GET", "/v1/stock/taps")["taps"]
    ]


def test_a_holding_is_one_lot_and_a_lot_one_holding(shelf: Shelf) -> None:
    holding, other = receive(shelf.park), receive(shelf.park)
    lot_id = shelve(shelf, holding)
    again = {"tap_id": str(uuid4()), "holding_id": hex_of(other)}
    assert "holding_linked" == shelf.refused("POST", f"/v1/stock/lots/{lot_id}/holding", again)[0]
    twice = {"tap_id": str(uuid4()), "holding_id": hex_of(holding)}
    assert "holding_linked" == shelf.refused("POST", f"/v1/stock/lots/{shelf.put()}/holding", twice)[0]


def test_what_is_on_hold_is_neither_used_nor_thrown_away(shelf: Shelf) -> None:
    park = shelf.park
    holding = receive(park)
    lot_id = shelve(shelf, holding)
    park.record("tenant", "PlaceHold", park.members["tenant"].state(holding=holding.key))
    for kind in ("open", "consume"):
        assert "stock_on_hold" == shelf.refused_tap(kind, lot_id)[0]
    assert "stock_on_hold" == shelf.refused_tap("discard", lot_id, reason="other")[0]
    shelf.tap("transfer", lot_id, to="FRIDGE")


def test_what_its_maker_has_recalled_is_not_used(shelf: Shelf) -> None:
    park = shelf.park
    holding = receive(park)
    lot_id = shelve(shelf, holding)
    park.record("supplier", "RecallLot", park.members["supplier"].state(lot=holding.lot))
    assert "stock_recalled" == shelf.refused_tap("consume", lot_id)[0]
    assert "stock_recalled" == shelf.good("GET", f"/v1/stock/lots/{lot_id}")["blocked_by"]


def test_what_is_not_in_the_organisation_s_custody_is_not_its_stock(shelf: Shelf) -> None:
    park = shelf.park
    made = park.make("supplier")
    lot = {"lot_id": str(uuid4()), "item": "ETOH", "lot_number": "L", "quantity": 1, "holding_id": hex_of(made)}
    assert "stock_not_in_custody" == shelf.refused("POST", "/v1/stock/lots", lot)[0]
    received = receive(park, made=made)
    lot_id = shelve(shelf, received)
    park.dispatch("tenant", "supplier", received)
    assert "stock_not_in_custody" == shelf.refused_tap("consume", lot_id)[0]
    assert "stock_not_in_custody" == shelf.refused_tap("transfer", lot_id, to="FRIDGE")[0]


def test_a_broken_cold_chain_keeps_goods_from_use_before_anybody_has_signed_a_hold(shelf: Shelf) -> None:
    holding = receive(shelf.park)
    lot_id = shelve(shelf, holding)
    asked = logger_asked(holding, log("4", "20", "21", "22", "4", minutes=60))
    answer = shelf.park.ask("tenant", "POST", "/v1/logger-files", asked)
    (block,) = answer.json()["document"]["blocks"]
    assert "stock_finding_open" == shelf.refused_tap("consume", lot_id)[0]
    closed = shelf.park.ask(
        "bea@tenant", "POST", f"/v1/release-blocks/{block['number']}/close", {"reason": "stable for a day at 25"}
    )
    assert 200 == closed.status_code, closed.text
    shelf.tap("consume", lot_id)
