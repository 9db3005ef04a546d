"""What waits for whom, each with an action that, filled in and signed, answers it."""

from __future__ import annotations

from typing import Any

import pytest

from backend import clock
from backend.member.signer import ACCEPTED, PASS, SHORT
from backend.procurement import waiting
from contracts.action_json import parse
from contracts.signatures import keccak
from contracts.typed_data import STRUCTS
from tests.backend.procurement.trade import DAY, Act, Trade, to_hex

HOUR = 3_600


def to_do(trade: Trade, name: str, **query: int) -> dict[str, Any]:
    return trade.get(name, "/v1/to-do", **query)


def waits(trade: Trade, name: str) -> list[str]:
    return sorted(item["what"] for item in to_do(trade, name)["items"])


# What a person decides, by the field that is left to fill in.
DECIDED: dict[str, Any] = {
    "promisedAt": 4_000_000_000,
    "outcome": ACCEPTED,
    "cause": 0,
    "quarantine": False,
    "verdict": PASS,
}


def sign_all(trade: Trade, name: str, by: str | None = None) -> None:
    """Fill in what a person decides, and sign everything that waits for a member."""
    signer = by or name
    for item in to_do(trade, name)["items"]:
        unsigned = item["unsigned"]
        filled = {field: DECIDED[field] for field in unsigned["to_fill"] if field in DECIDED}
        statement = trade.park.members[signer].state()
        value = {**unsigned["fields"], **filled}
        missing = {field.name for field in STRUCTS[unsigned["action"]]} - value.keys()
        assert set(statement) == missing
        whole = parse(unsigned["action"], {**value, **{key: _json(value) for key, value in statement.items()}})
        trade.do(Act(signer, unsigned["action"], whole))


def _json(value: Any) -> Any:
    return to_hex(value) if isinstance(value, bytes) else value


def test_everything_that_waits_can_be_answered_by_the_action_beside_it(trade: Trade) -> None:
    judge = trade.judge()
    order = trade.issue()
    assert ["confirm_order"] == waits(trade, "supplier")
    assert [] == waits(trade, "tenant")
    sign_all(trade, "supplier")
    trade.do(trade.proposing(order, "tenant"))
    assert ["agree_change"] == waits(trade, "supplier")
    sign_all(trade, "supplier")
    trade.do(trade.reporting(order))
    trade.dispatch(order)
    trade.receive(trade.dispatch(order), SHORT, 1, quarantine=True)
    assert ["accept_milestone", "judge_holding", "receive_goods"] == waits(trade, "tenant")
    assert ["settle_discrepancy"] == waits(trade, "supplier")
    sign_all(trade, "supplier")
    (judgement,) = [item for item in to_do(trade, "tenant")["items"] if item["what"] == "judge_holding"]
    value = {**judgement["unsigned"]["fields"], "verdict": PASS}
    statement = {key: _json(each) for key, each in trade.park.members[judge].state().items()}
    trade.do(Act(judge, "JudgeHolding", parse("JudgeHolding", {**value, **statement})))
    sign_all(trade, "tenant")
    assert [] == waits(trade, "supplier") == waits(trade, "tenant")
    assert ["short", "open", "accepted"] == trade.order(order)["lines"]
    for bystander in ("rival", "stranger", "operator"):
        assert [] == waits(trade, bystander)


def test_ones_own_offers_are_told_before_they_lapse_and_are_to_be_ended_after(trade: Trade) -> None:
    soon, later = clock.now() + HOUR, clock.now() + 30 * DAY
    order = trade.confirmed()
    offer = trade.issue(lapsesAt=soon)
    trade.issue(lapsesAt=later)
    trade.do(trade.proposing(order, "supplier", lapses_at=soon))
    trade.do(trade.reporting(order, lapses_at=soon))
    sent = trade.dispatch(lapses_at=soon)
    assert ["end_proposal"] == [item["what"] for item in to_do(trade, "tenant")["lapsing"]]
    assert 2 == len(to_do(trade, "tenant", within_days=31)["lapsing"])
    mine = to_do(trade, "supplier")["lapsing"]
    assert ["end_dispatch", "end_proposal", "end_report"] == sorted(item["what"] for item in mine)
    assert {5} == {item["other"] for item in mine}
    assert [] == to_do(trade, "supplier", within_days=0)["lapsing"]
    trade.pass_time(2 * HOUR)
    with pytest.MonkeyPatch.context() as patch:
        now = clock.now()
        patch.setattr(clock, "now", lambda: now + 2 * HOUR)
        assert ["confirm_order", "end_dispatch", "end_proposal", "end_report"] == waits(trade, "supplier")
        assert ["end_proposal"] == waits(trade, "tenant")
        sign_all(trade, "supplier")
        sign_all(trade, "tenant")
        assert [] == waits(trade, "tenant") == waits(trade, "supplier")
    assert "ended" == trade.order(offer)["status"]
    assert "ended" == trade.consignment(sent)["contents"][0]["state"]


def test_what_quality_failed_waits_no_more(trade: Trade) -> None:
    sent = trade.receive(trade.dispatch(), quarantine=True)
    assert ["judge_holding"] == waits(trade, "tenant")
    trade.do(trade.judging(sent, 2))
    assert [] == waits(trade, "tenant")


def test_the_most_urgent_comes_first_and_what_is_cut_is_said(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST", 2)
    for days in (3, 1, 2):
        trade.issue(lapsesAt=clock.now() + days * DAY)
    shown = to_do(trade, "supplier")
    assert ["confirm_order"] == shown["cut"]
    lapses = [item["lapses_at"] for item in shown["items"]]
    assert (2, sorted(lapses)) == (len(lapses), lapses)
    assert lapses[-1] < clock.now() + 2 * DAY + 60


def test_a_report_shows_the_hash_it_is_accepted_by(trade: Trade) -> None:
    order = trade.confirmed()
    trade.do(trade.reporting(order))
    (item,) = to_do(trade, "tenant")["items"]
    assert to_hex(keccak(b"report")) == item["unsigned"]["fields"]["report"]
