"""What orders show: their lines, promises and lateness, proposals, histories; and to whom."""

from __future__ import annotations

import pytest

from backend import clock
from backend.member.signer import OVER, REJECTED, SHORT
from tests.backend.park import ORGANISATIONS
from tests.backend.procurement.trade import DAY, Trade, to_hex

QUANTITY, DAMAGED = 1, 2


def test_lines_follow_their_goods_there_and_back(market: Trade) -> None:
    order = market.confirmed(lines=6, services=0, quarantines=0b10)
    sent = [market.dispatch(order, line) for line in range(5)]
    assert ["on_its_way"] * 5 + ["open"] == market.order(order)["lines"]
    market.receive(sent[0])
    market.receive(sent[1], SHORT, QUANTITY)
    market.receive(sent[2], OVER, QUANTITY)
    market.receive(sent[3], REJECTED, DAMAGED)
    market.do(market.ending_dispatch(sent[4], "supplier"))
    assert ["received", "short", "over", "rejected", "open", "open"] == market.order(order)["lines"]
    kept = market.seen(sent[0])
    back = market.send("tenant", "supplier", kept.holding)
    returning = market.order(order)["details"][0]
    assert ("received", "returning") == (returning["state"], returning["goods"][0]["state"])
    market.receive(back, REJECTED, DAMAGED)
    assert "accepted" == market.order(order)["details"][0]["goods"][0]["state"]
    again = market.send("tenant", "supplier", market.seen(kept).holding)
    market.receive(again)
    assert "returned" == market.order(order)["lines"][0]
    more = market.dispatch(order, 0)
    assert "on_its_way" == market.order(order)["lines"][0]
    market.receive(more)
    market.dispatch(order, 0)
    shown = market.order(order)
    assert "partly_received" == shown["lines"][0]
    assert ["returned", "accepted", "on_its_way"] == [goods["state"] for goods in shown["details"][0]["goods"]]
    assert [False, True] + [False] * 4 == [line["quarantine"] for line in shown["details"]]
    assert ["none", "quantity", "quantity", "damaged"] == [line["goods"][0]["cause"] for line in shown["details"][:4]]


def test_goods_sold_on_or_sent_on_no_order_are_no_step_of_the_order(market: Trade) -> None:
    order = market.confirmed()
    bought = market.receive(market.dispatch(order))
    withdrawn = market.dispatch(order, 1)
    market.do(market.ending_dispatch(withdrawn, "supplier"))
    before = market.order(order)
    market.receive(market.send("tenant", "rival", bought.holding))
    market.receive(market.send("supplier", "tenant", market.seen(withdrawn).holding))
    assert before == market.order(order)


def test_a_service_line_is_reported_accepted_and_closed_by_its_last_milestone(market: Trade) -> None:
    order = market.confirmed()
    market.do(market.reporting(order))
    assert "reported" == market.order(order)["lines"][2]
    market.do(market.ending_report(order, "tenant"))
    assert "open" == market.order(order)["lines"][2]
    market.do(market.reporting(order))
    market.do(market.accepting(order))
    assert "accepted" == market.order(order)["lines"][2]
    market.do(market.reporting(order, number=1, last=True))
    assert "reported" == market.order(order)["lines"][2]
    market.do(market.accepting(order, number=1))
    shown = market.order(order)
    assert ("confirmed", ["open", "open", "closed"]) == (shown["status"], shown["lines"])
    assert [(0, "accepted", False), (1, "accepted", True)] == [
        (each["milestone"], each["state"], each["last"]) for each in market.milestones(order)
    ]
    kinds = [step["kind"] for step in market.get("tenant", f"/v1/orders/{shown['id']}/history")["steps"]]
    assert "MilestoneAccepted" == kinds[-1]
    assert 2 == kinds.count("MilestoneAccepted")


def test_the_first_promise_stays_beside_the_present_one_and_lateness_is_told_by_both(market: Trade) -> None:
    order = market.issue(lines=1, services=0)
    first = clock.now() - 3 * DAY
    offered = market.order(order)
    assert (None, None, None) == (offered["promised_at"], offered["late"], offered["proposal"]["promised_at"])
    market.do(market.confirming(order, first))
    late = market.order(order)
    assert 3 * DAY <= late["late"]["first"] == late["late"]["present"]
    present = clock.now() + DAY
    market.do(market.proposing(order, "supplier", promisedAt=present))
    proposal = market.order(order)["proposal"]
    assert (ORGANISATIONS["supplier"][0], present, []) == (
        proposal["proposer"],
        proposal["promised_at"],
        proposal["cancels"],
    )
    market.do(market.agreeing(order, "tenant"))
    market.receive(market.dispatch(order))
    shown = market.order(order)
    assert (first, present, None) == (shown["first_promised_at"], shown["promised_at"], shown["proposal"])
    # From now on it is later by nothing: the last line has come.
    arrived = shown["details"][0]["done_at"]
    assert {"first": arrived - first, "present": 0} == shown["late"]


def test_a_proposal_shows_what_it_would_cancel(market: Trade) -> None:
    order = market.confirmed()
    market.do(market.proposing(order, "tenant", cancelled=0b101))
    assert [0, 2] == market.order(order)["proposal"]["cancels"]


def test_a_history_has_every_step_once_in_order_page_by_page(market: Trade) -> None:
    order = market.confirmed()
    for _ in range(25):
        market.do(market.ending_dispatch(market.dispatch(order), "supplier"))
    path = f"/v1/orders/{to_hex(order.id)}/history"
    first = market.get("supplier", path)
    rest = market.get("supplier", path, after=first["next_after"])
    kinds = [step["kind"] for step in (*first["steps"], *rest["steps"])]
    assert ["OrderIssued", "OrderConfirmed", *["GoodsDispatched", "DispatchEnded"] * 25] == kinds
    assert (50, None) == (len(first["steps"]), rest["next_after"])
    assert {3, 5} == {step["recorded_by"] for step in first["steps"]}


@pytest.mark.parametrize("path", ["", "/history"])
def test_others_find_no_order(market: Trade, path: str) -> None:
    order = market.confirmed()
    shown = {
        name: market.park.get(name, f"/v1/orders/{to_hex(order.id)}{path}").status_code
        for name in ("tenant", "supplier", "rival", "stranger", "upstream", "regulator", "operator", "authority")
    }
    unseen = dict.fromkeys(("rival", "stranger", "upstream"), 404)
    assert {**dict.fromkeys(shown, 200), **unseen} == shown
    assert 404 == market.park.get("rival", "/v1/milestones", order=to_hex(order.id)).status_code
