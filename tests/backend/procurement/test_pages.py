"""Lists while records flow: nothing skipped, nothing twice; and who is shown what of them."""

from __future__ import annotations

from typing import Any

import pytest

from backend.member.signer import OVER
from backend.procurement import consignments, direct_receipts, orders, pages
from tests.backend.park import ORGANISATIONS
from tests.backend.procurement.trade import Trade, to_hex


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (consignments, direct_receipts, orders, pages):
        monkeypatch.setattr(module, "PAGE", 2)


def page(trade: Trade, path: str, since: str = "0", name: str = "supplier") -> dict[str, Any]:
    return trade.get(name, path, changed_since=since)


def all_of(trade: Trade, name: str, what: str, **query: str | int) -> set[str]:
    """The ids on all pages."""
    found: set[str] = set()
    since, is_last = "0", False
    while not is_last:
        next_page = trade.get(name, f"/v1/{what}", changed_since=since, **query)
        found |= {each["id"] for each in next_page[what]}
        since, is_last = next_page["next_changed_since"], next_page["is_last"]
    return found


def test_pages_neither_skip_nor_repeat_while_records_flow(trade: Trade) -> None:
    made = [trade.issue(lines=1, services=0) for _ in range(6)]
    first = page(trade, "/v1/orders")
    assert [to_hex(order.id) for order in made[:2]] == [order["id"] for order in first["orders"]]
    # One that was shown changes, one that was not yet shown does too, and a new one comes.
    trade.do(trade.confirming(made[0]))
    trade.do(trade.confirming(made[3]))
    made.append(trade.issue(lines=1, services=0))
    shown, since = [], first["next_changed_since"]
    while True:
        next_page = page(trade, "/v1/orders", since)
        shown += [(order["id"], order["status"]) for order in next_page["orders"]]
        since = next_page["next_changed_since"]
        if next_page["is_last"]:
            break
    expected = [(2, "offered"), (4, "offered"), (5, "offered"), (0, "confirmed"), (3, "confirmed"), (6, "offered")]
    assert [(to_hex(made[index].id), status) for index, status in expected] == shown
    assert [] == page(trade, "/v1/orders", since)["orders"]
    # Goods that move are a change of their order.
    sent = trade.dispatch(made[3])
    (changed,) = page(trade, "/v1/orders", since)["orders"]
    assert (to_hex(made[3].id), ["on_its_way"]) == (changed["id"], changed["lines"])
    since = changed["number"]
    trade.receive(sent)
    (changed,) = page(trade, "/v1/orders", since)["orders"]
    assert (["received"], True) == (changed["lines"], changed["finalised"])


def test_consignments_come_in_the_order_of_their_last_changes(trade: Trade) -> None:
    sent = [trade.dispatch() for _ in range(3)]
    first = page(trade, "/v1/consignments", name="tenant")
    trade.receive(sent[0], OVER, 1)
    rest = page(trade, "/v1/consignments", first["next_changed_since"], "tenant")
    ids = [to_hex(each.consignment_id) for each in sent]
    assert ids == [each["id"] for each in first["consignments"]] + [rest["consignments"][0]["id"]]
    assert [ids[2], ids[0]] == [each["id"] for each in rest["consignments"]]
    assert rest["is_last"]
    trade.do(trade.settling(sent[0], "supplier"))
    (settled,) = page(trade, "/v1/consignments", rest["next_changed_since"], "tenant")["consignments"]
    assert (ids[0], "agreed") == (settled["id"], settled["discrepancy"])


def test_consignments_are_told_apart_by_direction_standing_and_counterparty(trade: Trade) -> None:
    done = trade.receive(trade.dispatch())
    waiting = trade.dispatch()
    disputed = trade.receive(trade.dispatch(), OVER, 1)
    back = trade.send("tenant", "supplier", done.holding)
    number = {name: organisation for name, (organisation, _) in ORGANISATIONS.items()}

    def listed(name: str, **query: str | int) -> set[str]:
        return all_of(trade, name, "consignments", **query)

    sent = {"done": done, "waiting": waiting, "disputed": disputed, "back": back}
    ids = {name: to_hex(each.consignment_id) for name, each in sent.items()}
    assert set(ids.values()) == listed("tenant") == listed("supplier") == listed("operator")
    assert set() == listed("rival")
    assert {ids["back"]} == listed("tenant", direction="sent") == listed("supplier", direction="received")
    assert {ids["done"]} == listed("tenant", standing="settled")
    assert {ids["waiting"], ids["disputed"], ids["back"]} == listed("tenant", standing="open")
    assert {ids["waiting"], ids["disputed"]} == listed("supplier", standing="open", direction="sent")
    assert set(ids.values()) == listed("tenant", counterparty=number["supplier"])
    assert set() == listed("tenant", counterparty=number["rival"])


def test_one_sided_receipts_come_again_when_they_are_countersigned(trade: Trade) -> None:
    secrets = [b"%032d" % index for index in range(3)]
    order = trade.confirmed(lines=1, services=0)
    receipts = [trade.do(trade.receiving_direct(order, secret=secret)) for secret in secrets]
    first = page(trade, "/v1/receipts/direct", name="tenant")
    assert [("one_sided", True, to_hex(order.id), 0)] * 2 == [
        (each["grade"], each["can_be_countersigned"], each["order"], each["line"]) for each in first["receipts"]
    ]
    assert [] == page(trade, "/v1/receipts/direct")["receipts"]
    for by, secret, code in (
        ("supplier", b"a guess".ljust(32), "wrong_agrees_to"),
        ("tenant", secrets[0], "wrong_actor"),
    ):
        trade.refuse(trade.countersigning(receipts[0], by, secret), code)
    trade.do(trade.countersigning(receipts[0], "supplier", secrets[0]))
    trade.refuse(trade.countersigning(receipts[0], "supplier", secrets[0]), "already_exists")
    trade.refuse(trade.countersigning(bytes(32), "supplier", secrets[0]), "subject_not_found")
    rest = page(trade, "/v1/receipts/direct", first["next_changed_since"], "tenant")
    assert [(to_hex(receipts[2]), "one_sided", None), (to_hex(receipts[0]), "countersigned", 3)] == [
        (each["receipt"], each["grade"], each["countersigned_by"]) for each in rest["receipts"]
    ]
    # Its sender has shown itself, and sees what it countersigned; the order shows the goods to both.
    assert [to_hex(receipts[0])] == [each["receipt"] for each in page(trade, "/v1/receipts/direct")["receipts"]]
    assert 3 == len({each["holding"] for each in trade.order(order, "supplier")["details"][0]["goods"]})
    assert [] == page(trade, "/v1/receipts/direct", name="rival")["receipts"]
    assert [2, False] == [
        len(page(trade, "/v1/receipts/direct", name="regulator")["receipts"]),
        page(trade, "/v1/receipts/direct", name="regulator")["is_last"],
    ]


def test_lists_are_told_apart_by_role_status_and_counterparty(trade: Trade) -> None:
    ours, changing = trade.issue(), trade.confirmed()
    trade.do(trade.proposing(changing, "tenant"))
    theirs = trade.issue("rival", "supplier")
    upstream = trade.issue("supplier", "upstream")
    number = {name: organisation for name, (organisation, _) in ORGANISATIONS.items()}

    def listed(name: str, **query: str | int) -> set[bytes]:
        return {bytes.fromhex(shown[2:]) for shown in all_of(trade, name, "orders", **query)}

    assert {ours.id, changing.id} == listed("tenant") == listed("tenant", role="buyer")
    assert set() == listed("tenant", role="supplier") == listed("stranger")
    assert {ours.id, changing.id, theirs.id, upstream.id} == listed("supplier") == listed("regulator")
    assert {upstream.id} == listed("supplier", role="buyer")
    assert {theirs.id} == listed("supplier", counterparty=number["rival"])
    assert {changing.id} == listed("supplier", status="changing")
    assert {ours.id, theirs.id} == listed("supplier", role="supplier", status="offered")
    assert {upstream.id} == listed("operator", counterparty=number["upstream"])
    assert 422 == trade.park.get("tenant", "/v1/orders", colour="red").status_code
