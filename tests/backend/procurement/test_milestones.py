"""Every act on a milestone in every state, and what a last one does to its order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.procurement.records import MILESTONE_STATUS
from contracts.signatures import keccak
from tests.backend.procurement.trade import Act, Order, Trade, to_hex

SERVICE = 0b100


def _reported(trade: Trade) -> Order:
    order = trade.confirmed()
    trade.do(trade.reporting(order))
    return order


def _accepted(trade: Trade) -> Order:
    order = _reported(trade)
    trade.do(trade.accepting(order))
    return order


def _ended(trade: Trade) -> Order:
    order = _reported(trade)
    trade.do(trade.ending_report(order, "supplier"))
    return order


def _by(act: Act, name: str) -> Act:
    return replace(act, by=name)


STATES: dict[str, Callable[[Trade], Order]] = {
    "none": Trade.confirmed,
    "reported": _reported,
    "accepted": _accepted,
    "ended": _ended,
}

ACTS: dict[str, Callable[[Trade, Order], Act]] = {
    "report": Trade.reporting,
    "report, by the buyer": lambda trade, order: _by(trade.reporting(order), "tenant"),
    "accept": Trade.accepting,
    "accept, by the supplier": lambda trade, order: _by(trade.accepting(order), "supplier"),
    "accept another report": lambda trade, order: _with(trade.accepting(order), report=keccak(b"another")),
    "end, by the supplier": lambda trade, order: trade.ending_report(order, "supplier"),
    "end, by the buyer": lambda trade, order: trade.ending_report(order, "tenant"),
    "end, by another": lambda trade, order: trade.ending_report(order, "rival"),
}


def _with(act: Act, **fields: bytes) -> Act:
    return replace(act, fields={**act.fields, **fields})


_ANSWERS = [act for act in ACTS if act.startswith(("accept", "end"))]
_UNANSWERABLE = dict.fromkeys(_ANSWERS, "wrong_state")

# state -> act -> the milestone's state afterwards, or why not.
TABLE: dict[str, dict[str, str]] = {
    "none": {
        "report": "reported",
        "report, by the buyer": "wrong_actor",
        **dict.fromkeys(_ANSWERS, "subject_not_found"),
    },
    "reported": {
        "report": "proposal_pending",
        "report, by the buyer": "proposal_pending",
        "accept": "accepted",
        "accept, by the supplier": "wrong_actor",
        "accept another report": "wrong_agrees_to",
        "end, by the supplier": "ended",
        "end, by the buyer": "ended",
        "end, by another": "wrong_actor",
    },
    "accepted": {"report": "closed", "report, by the buyer": "closed", **_UNANSWERABLE},
    "ended": {"report": "reported", "report, by the buyer": "wrong_actor", **_UNANSWERABLE},
}


@pytest.mark.parametrize(
    ("state", "act"),
    [(state, act) for state, acts in TABLE.items() for act, after in acts.items() if after in MILESTONE_STATUS],
    ids=str,
)
def test_an_act_that_the_state_allows_leads_where_the_table_says(market: Trade, state: str, act: str) -> None:
    order = STATES[state](market)
    market.do(ACTS[act](market, order))
    assert [TABLE[state][act]] == [each["state"] for each in market.milestones(order)]


@pytest.mark.parametrize("state", STATES)
def test_every_other_act_is_refused_with_its_reason_and_writes_nothing(market: Trade, state: str) -> None:
    order = STATES[state](market)
    expected = {act: after for act, after in TABLE[state].items() if after not in MILESTONE_STATUS}
    assert expected == market.codes_of_refusals({act: ACTS[act](market, order) for act in expected})


def test_a_report_that_lapsed_is_accepted_by_nobody_and_ended_by_anybody(market: Trade) -> None:
    order = market.confirmed()
    market.do(market.reporting(order, lapses_at=market.now() + 60))
    market.pass_time(90)
    market.refuse(market.accepting(order), "lapsed")
    market.do(market.ending_report(order, "stranger"))
    assert ["ended"] == [each["state"] for each in market.milestones(order)]


def test_a_last_milestone_waits_for_the_change_that_waits(market: Trade) -> None:
    order = market.confirmed(lines=3, services=SERVICE)
    market.do(market.reporting(order, last=True))
    market.do(market.proposing(order, "supplier"))
    market.refuse(market.accepting(order), "proposal_pending")
    market.do(market.agreeing(order, "tenant"))
    market.do(market.accepting(order))
    assert "closed" == market.order(order)["lines"][2]


def test_work_on_a_line_closed_meanwhile_is_accepted_and_leaves_the_order_as_it_is(market: Trade) -> None:
    order = market.confirmed()
    market.do(market.reporting(order, last=True))
    market.do(market.closing(order, SERVICE))
    before = market.order(order)
    market.do(market.accepting(order))
    after = market.order(order)
    assert (before["seq"], before["lines"], "confirmed") == (after["seq"], after["lines"], after["status"])
    (milestone,) = market.milestones(order)
    assert ("accepted", to_hex(keccak(b"report"))) == (milestone["state"], milestone["report"])
