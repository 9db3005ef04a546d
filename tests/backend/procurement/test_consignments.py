"""Goods that are sent: every act on a line in every state, receipts of many lines at once, discrepancies, quality."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.member.signer import ACCEPTED, FAIL, OVER, REJECTED, SHORT
from tests.backend.park import ORGANISATIONS
from tests.backend.procurement.trade import Act, Sent, Trade, to_hex

QUANTITY, DAMAGED, TEMPERATURE = 1, 2, 3

Made = Callable[[Trade], Sent]


def _lying(trade: Trade) -> Sent:
    consignment = trade.park.members["supplier"].consignment(trade.park.members["tenant"])
    return Sent("supplier", "tenant", trade.park.make("supplier"), consignment)


def _quarantined(trade: Trade) -> Sent:
    return trade.receive(trade.dispatch(), quarantine=True)


def _failed(trade: Trade) -> Sent:
    sent = _quarantined(trade)
    trade.do(trade.judging(sent, FAIL))
    return trade.seen(sent)


def _held(trade: Trade) -> Sent:
    sent = trade.receive(trade.dispatch())
    trade.do(_holding(sent))
    return trade.seen(sent)


def _holding(sent: Sent, by: str = "tenant") -> Act:
    return Act(by, "PlaceHold", {"holding": sent.holding.key})


def _ended(trade: Trade) -> Sent:
    sent = trade.dispatch()
    trade.do(trade.ending_dispatch(sent, "supplier"))
    return trade.seen(sent)


STATES: dict[str, Made] = {
    "never sent": _lying,
    "on its way": Trade.dispatch,
    "accepted": lambda trade: trade.receive(trade.dispatch()),
    "short": lambda trade: trade.receive(trade.dispatch(), SHORT, QUANTITY),
    "rejected": lambda trade: trade.receive(trade.dispatch(), REJECTED, DAMAGED),
    "ended": _ended,
    "quarantined": _quarantined,
    "failed": _failed,
    "held": _held,
}


def _on(trade: Trade, sent: Sent) -> Sent:
    """The same holding, about to go on to somebody who has no part in it yet."""
    members = trade.park.members
    giver = "tenant" if trade.holding("operator", sent.holding)["custodian"]["organisation"] == 5 else "supplier"
    return Sent(giver, "rival", sent.holding, members[giver].consignment(members["rival"]))


def _back(trade: Trade, sent: Sent) -> Sent:
    members = trade.park.members
    return Sent("tenant", "supplier", sent.holding, members["tenant"].consignment(members["supplier"]))


ACTS: dict[str, Callable[[Trade, Sent], Act]] = {
    "dispatch, onwards": lambda trade, sent: trade.dispatching(_on(trade, sent)),
    "send back": lambda trade, sent: trade.dispatching(_back(trade, sent)),
    "accept": lambda trade, sent: trade.receiving(sent),
    "accept, by another": lambda trade, sent: replace(trade.receiving(sent), by="rival"),
    "receive short": lambda trade, sent: trade.receiving(sent, SHORT, QUANTITY),
    "receive over": lambda trade, sent: trade.receiving(sent, OVER, QUANTITY),
    "receive into quarantine": lambda trade, sent: trade.receiving(sent, quarantine=True),
    "reject": lambda trade, sent: trade.receiving(sent, REJECTED, DAMAGED),
    "reject without a cause": lambda trade, sent: trade.receiving(sent, REJECTED),
    "end, by the sender": lambda trade, sent: trade.ending_dispatch(sent, "supplier"),
    "end, by the receiver": lambda trade, sent: trade.ending_dispatch(sent, "tenant"),
    "end, by another": lambda trade, sent: trade.ending_dispatch(sent, "rival"),
    "hold": lambda _trade, sent: _holding(sent),
    "hold, by another": lambda _trade, sent: _holding(sent, "rival"),
    "release": lambda trade, sent: trade.judging(sent),
    "release, by whoever received": lambda trade, sent: trade.judging(sent, by="tenant"),
    "fail": lambda trade, sent: trade.judging(sent, FAIL),
    "settle, by the sender": lambda trade, sent: _settling(trade, sent, "supplier"),
    "settle, by the receiver": lambda trade, sent: _settling(trade, sent, "tenant"),
    "settle, by another": lambda trade, sent: _settling(trade, sent, "rival"),
}


def _settling(trade: Trade, sent: Sent, by: str) -> Act:
    if trade.park.get("supplier", f"/v1/consignments/{to_hex(sent.consignment_id)}").status_code == 404:
        return Act(by, "SettleDiscrepancy", {"consignment": sent.consignment, "agreesTo": bytes(24)})
    return trade.settling(sent, by)


AT_SUPPLIER, AT_TENANT = "supplier", "tenant"
QUARANTINED, FAILED = ("quarantined",), ("disputed", "quarantined")

Outcome = tuple[str, str, tuple[str, ...]]


def _kept(*flags: str) -> Outcome:
    return AT_TENANT, "held", flags


def _sent(by: str, *flags: str) -> Outcome:
    return by, "dispatched", flags


_ONWARDS = {"dispatch, onwards": _sent(AT_SUPPLIER)}

# state -> act -> who has it then, in which status, with which flags.
ACCEPTED_ACTS: dict[str, dict[str, Outcome]] = {
    "never sent": _ONWARDS,
    "on its way": {
        "accept": _kept(),
        "receive short": _kept(),
        "receive over": _kept(),
        "receive into quarantine": _kept(*QUARANTINED),
        "reject": (AT_SUPPLIER, "held", ()),
        "end, by the sender": (AT_SUPPLIER, "held", ()),
        "end, by the receiver": (AT_SUPPLIER, "held", ()),
    },
    "accepted": {
        "dispatch, onwards": _sent(AT_TENANT),
        "send back": _sent(AT_TENANT),
        "hold": _kept("held_by_party"),
    },
    "short": {
        "dispatch, onwards": _sent(AT_TENANT),
        "send back": _sent(AT_TENANT),
        "hold": _kept("held_by_party"),
        "settle, by the sender": _kept(),
        "settle, by the receiver": _kept(),
    },
    "rejected": _ONWARDS,
    "ended": _ONWARDS,
    "quarantined": {
        "send back": _sent(AT_TENANT, *QUARANTINED),
        "hold": _kept("held_by_party", *QUARANTINED),
        "release": _kept(),
        "fail": _kept(*FAILED),
    },
    "failed": {
        "send back": _sent(AT_TENANT, *FAILED),
        "hold": _kept("held_by_party", *FAILED),
        "release": _kept(),
        "fail": _kept(*FAILED),
    },
    "held": {"release": _kept(), "release, by whoever received": _kept(), "fail": _kept(*FAILED)},
}

_LINE_ACTS = [act for act in ACTS if act.startswith(("accept", "receive", "reject", "end"))]
_SETTLING = [act for act in ACTS if act.startswith("settle")]
_NOT_OURS = dict.fromkeys([act for act in ACTS if act.startswith(("send", "hold", "release", "fail"))], "not_custodian")
_AT_REST = {
    **dict.fromkeys((*_LINE_ACTS, *_SETTLING), "wrong_state"),
    **dict.fromkeys(("release", "release, by whoever received", "fail"), "wrong_state"),
    "hold, by another": "not_custodian",
}
_AT_THE_SUPPLIERS = {**_AT_REST, **_NOT_OURS}
_IN_QUARANTINE = {**_AT_REST, "dispatch, onwards": "quarantined", "release, by whoever received": "same_signer"}

# state -> act -> why not.
REFUSED_ACTS: dict[str, dict[str, str]] = {
    "never sent": {**_AT_THE_SUPPLIERS, **dict.fromkeys(_SETTLING, "subject_not_found")},
    "on its way": {
        **_AT_THE_SUPPLIERS,
        "dispatch, onwards": "wrong_state",
        "accept, by another": "wrong_actor",
        "end, by another": "wrong_actor",
        "reject without a cause": "malformed",
    },
    "accepted": _AT_REST,
    "short": {**_AT_REST, "settle, by another": "wrong_actor"},
    "rejected": _AT_THE_SUPPLIERS,
    "ended": _AT_THE_SUPPLIERS,
    "quarantined": _IN_QUARANTINE,
    "failed": _IN_QUARANTINE,
    "held": {**_AT_REST, "dispatch, onwards": "held", "send back": "held", "hold": "held"},
}


def _found(trade: Trade, sent: Sent) -> Outcome:
    shown = trade.holding("operator", sent.holding)
    names = {organisation: name for name, (organisation, _) in ORGANISATIONS.items()}
    return names[shown["custodian"]["organisation"]], shown["status"], tuple(shown["flags"])


@pytest.mark.parametrize(
    ("state", "act"), [(state, act) for state, accepted in ACCEPTED_ACTS.items() for act in accepted], ids=str
)
def test_an_act_that_the_state_allows_leads_where_the_table_says(market: Trade, state: str, act: str) -> None:
    sent = STATES[state](market)
    market.do(ACTS[act](market, sent))
    assert ACCEPTED_ACTS[state][act] == _found(market, sent)


@pytest.mark.parametrize("state", STATES)
def test_every_other_act_is_refused_with_its_reason_and_writes_nothing(market: Trade, state: str) -> None:
    sent = STATES[state](market)
    acts = {name: act(market, sent) for name, act in ACTS.items() if name not in ACCEPTED_ACTS[state]}
    expected = {name: REFUSED_ACTS[state][name] for name in acts}
    assert expected == market.codes_of_refusals(acts)


def test_the_tables_know_every_state() -> None:
    assert set(STATES) == set(ACCEPTED_ACTS) == set(REFUSED_ACTS)


def test_a_line_that_lapsed_is_rejected_or_ended_by_anybody_and_received_by_nobody(market: Trade) -> None:
    late, later = (market.dispatch(lapses_at=market.now() + 60) for _ in range(2))
    market.pass_time(90)
    market.refuse(market.receiving(late), "lapsed")
    market.receive(late, REJECTED, DAMAGED)
    market.do(market.ending_dispatch(later, "stranger"))
    states = [market.consignment(sent)["contents"][0]["state"] for sent in (late, later)]
    assert ["rejected", "ended"] == states


def test_a_line_is_answered_in_its_own_consignment_at_its_own_head(market: Trade) -> None:
    one, other = market.dispatch(), market.dispatch()
    strange = replace(one, consignment=other.consignment)
    old = replace(one, holding=replace(one.holding, head=bytes(24)))
    acts = {
        "another consignment": market.receiving(strange),
        "another head": market.receiving(old),
        "another seq": market.ending_dispatch(replace(one, holding=replace(one.holding, seq=9)), "supplier"),
    }
    expected = {"another consignment": "malformed", "another head": "wrong_agrees_to", "another seq": "stale_seq"}
    assert expected == market.codes_of_refusals(acts)


def test_twelve_lines_short_broken_and_warm_are_received_with_one_signature(market: Trade) -> None:
    order = market.confirmed(lines=12, services=0, quarantines=1 << 11)
    members = market.park.members
    consignment = members["supplier"].consignment(members["tenant"])
    sent = [Sent("supplier", "tenant", market.park.make("supplier"), consignment) for _ in range(12)]
    market.do_at_once(*(market.dispatching(each, order, line) for line, each in enumerate(sent)))
    sent = [market.seen(each) for each in sent]
    said = [(SHORT, QUANTITY, False), (REJECTED, DAMAGED, False), (ACCEPTED, TEMPERATURE, True)]
    said += [(ACCEPTED, 0, False)] * 9
    market.do_at_once(
        *(
            market.receiving(each, outcome, cause, quarantine=quarantine)
            for each, (outcome, cause, quarantine) in zip(sent, said, strict=True)
        )
    )
    shown = market.consignment(sent[0], by="supplier")
    assert (12, 0, "open") == (shown["lines"], shown["on_its_way"], shown["discrepancy"])
    assert [("short", "quantity", False), ("rejected", "damaged", False), ("accepted", "temperature", True)] == [
        (line["state"], line["cause"], line["quarantine"]) for line in shown["contents"][:3]
    ]
    assert ["short", "rejected", *["received"] * 10] == market.order(order)["lines"]
    # What was warm, and what the order said is judged first: nothing of it goes anywhere before another's release.
    for each in (market.seen(sent[2]), market.seen(sent[11])):
        market.refuse(market.dispatching(_on(market, each)), "quarantined")
        market.refuse(market.judging(each, by="tenant"), "same_signer")
        market.do(market.judging(each))
        market.do(market.dispatching(_on(market, market.seen(each))))


def test_a_discrepancy_is_open_until_one_side_gives_in(market: Trade) -> None:
    agreed, withdrawn = (market.receive(market.dispatch(), OVER, QUANTITY) for _ in range(2))
    assert "open" == market.consignment(agreed)["discrepancy"]
    market.do(market.settling(agreed, "supplier"))
    market.do(market.settling(withdrawn, "tenant"))
    shown = [market.consignment(sent, by="supplier")["discrepancy"] for sent in (agreed, withdrawn)]
    assert ["agreed", "withdrawn"] == shown
    market.refuse(market.settling(agreed, "tenant"), "wrong_state")
    path = f"/v1/consignments/{to_hex(agreed.consignment_id)}/history"
    steps = market.get("tenant", path)["steps"]
    kinds = ["GoodsDispatched", "GoodsReceived", "DiscrepancySettled"]
    assert kinds == [step["kind"] for step in steps]
    rest = market.get("tenant", path, after=steps[1]["number"])["steps"]
    assert kinds[2:] == [step["kind"] for step in rest]


def test_a_holding_sent_again_in_a_consignment_is_a_line_of_it_again(market: Trade) -> None:
    first = market.dispatch()
    market.do(market.ending_dispatch(first, "supplier"))
    again = market.seen(first)
    market.do(market.dispatching(again))
    lines = market.consignment(first)["contents"]
    assert ["ended", "on_its_way"] == [line["state"] for line in lines]
    market.receive(market.seen(again))
    assert ["ended", "accepted"] == [line["state"] for line in market.consignment(first)["contents"]]


def test_others_find_no_consignment(market: Trade) -> None:
    sent = market.dispatch()
    path = f"/v1/consignments/{to_hex(sent.consignment_id)}"
    for name, status in {"tenant": 200, "supplier": 200, "regulator": 200, "rival": 404, "stranger": 404}.items():
        assert [status] * 2 == [market.park.get(name, path + end).status_code for end in ("", "/history")]
