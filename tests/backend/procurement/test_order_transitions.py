"""Every act on an order, in every state an order can be in: what becomes of it, or why not. All through the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.procurement.records import ORDER_STATUS
from tests.backend.procurement.trade import Act, Order, Sent, Trade

ALL_LINES = 0b111


def _never_issued(trade: Trade) -> Order:
    members = trade.park.members
    key = {"buyer": members["tenant"].organisation, "supplier": members["supplier"].organisation}
    return Order("tenant", "supplier", {**key, "handle": members["tenant"].salt()})


def _changing(trade: Trade, cancelled: int = 0b010) -> Order:
    order = trade.confirmed()
    trade.do(trade.proposing(order, "tenant", cancelled=cancelled))
    return order


def _closed(trade: Trade) -> Order:
    order = trade.confirmed()
    trade.do(trade.closing(order, ALL_LINES))
    return order


def _ended(trade: Trade) -> Order:
    order = trade.issue()
    trade.do(trade.ending(order, "supplier"))
    return order


def _cancelled(trade: Trade) -> Order:
    order = _changing(trade, ALL_LINES)
    trade.do(trade.agreeing(order, "supplier"))
    return order


STATES: dict[str, Callable[[Trade], Order]] = {
    "none": _never_issued,
    "offered": Trade.issue,
    "confirmed": Trade.confirmed,
    "changing": _changing,
    "closed": _closed,
    "ended": _ended,
    "cancelled": _cancelled,
}


def _by(act: Act, name: str) -> Act:
    return replace(act, by=name)


def _sending(trade: Trade, order: Order, line: int = 0) -> Act:
    made = trade.park.make("supplier")
    consignment = trade.park.members["supplier"].consignment(trade.park.members["tenant"])
    return trade.dispatching(Sent("supplier", "tenant", made, consignment), order, line)


ACTS: dict[str, Callable[[Trade, Order], Act]] = {
    "issue": Trade.issuing,
    "confirm": Trade.confirming,
    "confirm, by the buyer": lambda trade, order: _by(trade.confirming(order), "tenant"),
    "propose, by the buyer": lambda trade, order: trade.proposing(order, "tenant"),
    "propose, by the supplier": lambda trade, order: trade.proposing(order, "supplier"),
    "propose, by another": lambda trade, order: trade.proposing(order, "rival"),
    "agree": lambda trade, order: trade.agreeing(order, "supplier"),
    "agree, by whoever proposed": lambda trade, order: trade.agreeing(order, "tenant"),
    "agree, by another": lambda trade, order: trade.agreeing(order, "rival"),
    "end, by the giver": lambda trade, order: trade.ending(order, "tenant"),
    "end, by the receiver": lambda trade, order: trade.ending(order, "supplier"),
    "end, by another": lambda trade, order: trade.ending(order, "rival"),
    "close one line": lambda trade, order: trade.closing(order, 0b001),
    "close every line": lambda trade, order: trade.closing(order, ALL_LINES),
    "close, by the supplier": lambda trade, order: _by(trade.closing(order, 0b001), "supplier"),
    "report a milestone": Trade.reporting,
    "dispatch on it": _sending,
    "receive directly on it": lambda trade, order: trade.receiving_direct(order),
}


_NOT_THERE = dict.fromkeys(ACTS, "subject_not_found")
_WRONG_STATE = {**dict.fromkeys(ACTS, "wrong_state"), "issue": "already_exists"}

OPEN = ("open", "open", "open")
FIRST_ON_ITS_WAY = ("on_its_way", "open", "open")
FIRST_RECEIVED = ("received", "open", "open")
REPORTED = ("open", "open", "reported")

# state -> act -> the order's status and its lines afterwards.
ACCEPTED: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "none": {"issue": ("offered", ("offered",) * 3)},
    "offered": {
        "confirm": ("confirmed", OPEN),
        "end, by the giver": ("ended", ("ended",) * 3),
        "end, by the receiver": ("ended", ("ended",) * 3),
    },
    "confirmed": {
        "propose, by the buyer": ("changing", OPEN),
        "propose, by the supplier": ("changing", OPEN),
        "close one line": ("confirmed", ("closed", "open", "open")),
        "close every line": ("closed", ("closed",) * 3),
        "report a milestone": ("confirmed", REPORTED),
        "dispatch on it": ("confirmed", FIRST_ON_ITS_WAY),
        "receive directly on it": ("confirmed", FIRST_RECEIVED),
    },
    "changing": {
        "agree": ("confirmed", ("open", "cancelled", "open")),
        "end, by the giver": ("confirmed", OPEN),
        "end, by the receiver": ("confirmed", OPEN),
        "report a milestone": ("changing", REPORTED),
        "dispatch on it": ("changing", FIRST_ON_ITS_WAY),
        "receive directly on it": ("changing", FIRST_RECEIVED),
    },
    "closed": {},
    "ended": {},
    "cancelled": {},
}

# state -> act -> why not.
REFUSED: dict[str, dict[str, str]] = {
    "none": _NOT_THERE,
    "offered": {**_WRONG_STATE, "confirm, by the buyer": "wrong_actor", "end, by another": "wrong_actor"},
    "confirmed": {**_WRONG_STATE, "propose, by another": "wrong_actor", "close, by the supplier": "wrong_actor"},
    "changing": {
        **_WRONG_STATE,
        **dict.fromkeys((act for act in ACTS if act.startswith(("propose", "close"))), "proposal_pending"),
        "agree, by whoever proposed": "wrong_actor",
        "agree, by another": "wrong_actor",
        "end, by another": "wrong_actor",
    },
    "closed": _WRONG_STATE,
    "ended": _WRONG_STATE,
    "cancelled": _WRONG_STATE,
}


@pytest.mark.parametrize(
    ("state", "act"), [(state, act) for state, accepted in ACCEPTED.items() for act in accepted], ids=str
)
def test_an_act_that_the_state_allows_leads_where_the_table_says(market: Trade, state: str, act: str) -> None:
    order = STATES[state](market)
    market.do(ACTS[act](market, order))
    shown = market.order(order)
    assert ACCEPTED[state][act] == (shown["status"], tuple(shown["lines"]))


@pytest.mark.parametrize("state", STATES)
def test_every_other_act_is_refused_with_its_reason_and_writes_nothing(market: Trade, state: str) -> None:
    order = STATES[state](market)
    acts = {name: act(market, order) for name, act in ACTS.items() if name not in ACCEPTED[state]}
    expected = {name: REFUSED[state][name] for name in acts}
    assert expected == market.codes_of_refusals(acts)


def test_the_table_knows_every_status_of_the_ledger() -> None:
    assert set(ORDER_STATUS) == set(STATES) == set(ACCEPTED) == set(REFUSED)


def test_an_act_on_a_state_long_past_is_refused(market: Trade) -> None:
    order = market.issue()
    stale = {"confirm": market.confirming(order), "end": market.ending(order, "tenant")}
    market.do(market.confirming(order))
    market.do(market.proposing(order, "tenant"))
    stale["agree"] = replace(market.agreeing(order, "supplier"), fields={**stale["confirm"].fields})
    del stale["agree"].fields["promisedAt"]
    expected = {"confirm": "wrong_agrees_to", "end": "stale_seq", "agree": "wrong_agrees_to"}
    assert expected == market.codes_of_refusals(stale)


def test_what_contradicts_itself_is_refused(market: Trade) -> None:
    new, order = _never_issued(market), market.confirmed()
    acts = {
        "no lines": market.issuing(new, lines=0, services=0),
        "too many lines": market.issuing(new, lines=257),
        "a service that is no line": market.issuing(new, services=0b1000),
        "lapsed before it was offered": market.issuing(new, lapsesAt=1),
        "ordered from oneself": market.issuing(replace(new, key={**new.key, "supplier": new.key["buyer"]})),
        "ordered for another": _by(market.issuing(new), "rival"),
        "ordered from nobody": market.issuing(replace(new, key={**new.key, "supplier": 4_000})),
        "promised for never": market.confirming(market.issue(), promised_at=0),
        "closing no line": market.closing(order, 0),
        "closing a line that is not there": market.closing(order, 0b1000),
        "cancelling a line that is not there": market.proposing(order, "tenant", cancelled=0b1000),
        "delivering a service": _sending(market, order, line=2),
        "delivering on a line that is not there": _sending(market, order, line=3),
        "a milestone of goods": market.reporting(order, line=0),
    }
    expected = {
        **dict.fromkeys(acts, "malformed"),
        "lapsed before it was offered": "lapsed",
        "ordered for another": "wrong_actor",
        "ordered from nobody": "organisation_unknown",
        **dict.fromkeys([name for name in acts if "line" in name and "no lines" not in name], "line_closed"),
        "too many lines": "malformed",
        "delivering a service": "line_closed",
        "a milestone of goods": "line_closed",
        "a service that is no line": "malformed",
    }
    assert expected == market.codes_of_refusals(acts)


def test_a_closed_line_takes_no_goods_no_milestone_and_no_second_closing(market: Trade) -> None:
    order = market.confirmed()
    market.do(market.closing(order, 0b101))
    acts = {
        "dispatch": _sending(market, order),
        "receive directly": market.receiving_direct(order),
        "report": market.reporting(order),
        "close": market.closing(order, 0b001),
        "cancel": market.proposing(order, "supplier", cancelled=0b100),
    }
    assert dict.fromkeys(acts, "line_closed") == market.codes_of_refusals(acts)
    market.do(market.closing(order, 0b010))
    assert "closed" == market.order(order)["status"]


def test_an_offer_and_a_change_that_lapsed_are_ended_by_anybody_and_answered_by_nobody(market: Trade) -> None:
    offer = market.issue(lapsesAt=market.now() + 60)
    order = market.confirmed()
    market.do(market.proposing(order, "supplier", lapses_at=market.now() + 60))
    market.pass_time(90)
    late = {"confirm": market.confirming(offer), "agree": market.agreeing(order, "tenant")}
    assert dict.fromkeys(late, "lapsed") == market.codes_of_refusals(late)
    for each, status in ((offer, "ended"), (order, "confirmed")):
        market.do(market.ending(each, "stranger"))
        assert status == market.order(each)["status"]


def test_cancelling_what_is_left_after_a_delivery_closes_the_order(market: Trade) -> None:
    order = market.confirmed()
    market.do(market.closing(order, 0b001))
    market.do(market.proposing(order, "supplier", cancelled=0b110))
    market.do(market.agreeing(order, "tenant"))
    shown = market.order(order)
    assert ("closed", ["closed", "cancelled", "cancelled"]) == (shown["status"], shown["lines"])
