"""The sample park's year: the same for a seed, of the size asked for, and with all that goes wrong in a year."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from backend.demo.facts import Facts, Mark
from contracts.typed_data import order_id
from tests.backend.demo.years import A_SUNDAY, a_year, told

_DAY = 86_400


def lines_of(seed: int, events: int, now: int = A_SUNDAY) -> list[str]:
    """Every signed batch as it would be sent."""
    year, _ = a_year(seed, events, now)
    return [json.dumps(signed.batch) for signed in year.tell()]


def actions_of(events: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, action) of a year, in the order told."""
    year, _ = a_year(1, events)
    for signed in year.tell():
        for action in signed.batch["actions"]:
            yield signed.batch["action"], action


def test_the_same_seed_signs_the_same_bytes() -> None:
    assert lines_of(1, 1_000) == lines_of(1, 1_000)


def test_another_seed_tells_another_year() -> None:
    assert not set(lines_of(1, 300)) & set(lines_of(2, 300))


@pytest.mark.parametrize("days_later", [1, 5, 200])
def test_on_another_day_it_is_the_same_year_with_the_same_ids(days_later: int) -> None:
    today, facts = a_year(3, 2_000)
    later, other_facts = a_year(3, 2_000, A_SUNDAY + days_later * _DAY)
    ids, other_ids = (
        [[action.get("order", action.get("holding")) for action in signed.batch["actions"]] for signed in year.tell()]
        for year in (today, later)
    )
    assert ids == other_ids
    assert facts.actions == other_facts.actions


@pytest.mark.parametrize("events", [100, 500, 3_000])
def test_it_has_about_as_many_events_as_asked_for_and_never_more(events: int) -> None:
    year, facts = a_year(1, events)
    signed = sum(each.actions for each in year.tell())
    assert 0.9 * events < facts.events <= events
    assert facts.events - signed == 33, "those by which the members came in"


def test_what_is_kept_is_open_business_alone() -> None:
    year, _ = a_year(1, 8_000)
    most = max(year.open_business for _ in year.tell())
    assert most < 500


def test_everything_happens_in_working_hours_of_the_past_year() -> None:
    for kind, action in actions_of(3_000):
        at = action["occurredAt"]
        assert A_SUNDAY - 372 * _DAY < at <= A_SUNDAY
        assert 1 <= at % _DAY / 3_600 <= 10, f"{kind} at night, in Beijing"
        assert (at // _DAY + 3) % 7 < 5, f"{kind} at a weekend"


def test_what_happens_to_an_order_happens_in_the_order_told() -> None:
    last: dict[str, int] = {}
    for kind, action in actions_of(5_000):
        order = action.get("order")
        if isinstance(order, dict) and kind != "AcceptMilestone":
            assert last.get(order["handle"], 0) < action["occurredAt"], kind
            last[order["handle"]] = action["occurredAt"]
    assert len(last) > 50


def test_every_delivery_on_an_order_cites_one_that_was_confirmed() -> None:
    confirmed: set[str] = set()
    cited: set[str] = set()
    for kind, action in actions_of(5_000):
        if kind == "ConfirmOrder":
            key = action["order"] | {"handle": bytes.fromhex(action["order"]["handle"][2:])}
            confirmed.add(f"0x{order_id(key).hex()}")
        if kind == "DispatchGoods" and int(action["order"], 16):
            assert action["order"] in confirmed
            cited.add(action["order"])
    assert len(cited) > 50


@pytest.fixture(scope="module")
def facts() -> Facts:
    """A year large enough for shares to be near what they are drawn with."""
    return told(1, 12_000, story=False)


def test_all_that_goes_wrong_in_a_year_goes_wrong_here(facts: Facts) -> None:
    assert set(Mark) == set(facts.marks)
    kinds = ("CorrectDetails", "AgreeCorrection", "RecallLot", "PlaceHold", "CountersignReceipt", "SettleDiscrepancy")
    assert all(facts.actions[kind] > 5 for kind in kinds)


def test_about_half_of_the_money_goes_off_the_platform(facts: Facts) -> None:
    direct, ordered = facts.marks[Mark.OFF_PLATFORM_FEN], facts.marks[Mark.ORDERED_FEN]
    assert 0.4 < direct / (direct + ordered) < 0.6


def test_a_tenants_goods_are_released_by_another_key_than_received_them() -> None:
    year, _ = a_year(1, 5_000)
    signers: dict[str, set[str]] = {"ReceiveGoods": set(), "JudgeHolding": set()}
    for signed in year.tell():
        if signed.batch["action"] in signers:
            signers[signed.batch["action"]].add(signed.signer.address)
    assert signers["JudgeHolding"]
    assert not signers["ReceiveGoods"] & signers["JudgeHolding"]
