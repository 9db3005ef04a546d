"""Regulated chemicals: reserved at approval, released or spent afterwards, never overdrawn."""

from __future__ import annotations

from uuid import uuid4

import pytest

from backend import clock
from tests.backend.chemicals.scene import certificate
from tests.backend.park import Park
from tests.backend.requisitions.scene import DAY, approve, at_once, furnish, line, ok, refusal, submit

PAPERS = "/v1/chemical-certificates"


@pytest.fixture
def shop(park: Park) -> Park:
    """A park whose tenant can buy."""
    furnish(park)
    return park


def register(shop: Park, **fields: str | int) -> str:
    """Register a certificate; its path."""
    paper = certificate(**fields)
    ok(shop, "tenant", "POST", PAPERS, paper)
    return f"{PAPERS}/{paper['id']}"


def balance(shop: Park, path: str) -> tuple[int, int, int]:
    """(remaining, reserved, spent) of a certificate, which add up to what it allows."""
    paper = shop.get("tenant", path).json()
    assert paper["allowed"] == paper["remaining"] + paper["reserved"] + paper["spent"]
    return paper["remaining"], paper["reserved"], paper["spent"]


def bottles(quantity: int, **fields: str) -> dict[str, object]:
    """A line for so many bottles of acetone, 500 g each."""
    return line(item="ACETONE", quantity=quantity, **fields)


def test_a_regulated_line_without_certificate_is_stopped_with_the_remedy_named(shop: Park) -> None:
    path = submit(shop, line(), bottles(4))
    refused = shop.ask("lead@tenant", "POST", f"{path}/approve", {})
    assert (409, "certificate_missing") == refusal(refused)
    assert {
        "line": 1,
        "item": "ACETONE",
        "item_class": "precursor",
        "kinds": "filing, permit",
        "needed": 2_000,
        "unit": "GRM",
    } == refused.json()["params"]
    assert PAPERS in refused.json()["next_step"]
    waiting = shop.get("tenant", path).json()
    assert ("submitted", None) == (waiting["state"], waiting["approvals"][0]["decided_by"])
    paper = register(shop)
    assert "approved" == approve(shop, path)["state"]
    assert (8_000, 2_000, 0) == balance(shop, paper)


@pytest.mark.parametrize(
    "fields",
    [
        {"valid_until": clock.now() - 60},
        {"valid_from": clock.now() + DAY},
        {"item": "ETHER"},
        {"item_class": "explosive_precursor", "kind": "permit"},
        {"unit": "MLT"},
    ],
    ids=["over", "not begun", "another item", "another class", "another unit"],
)
def test_a_certificate_that_does_not_cover_the_line_does_not_help(shop: Park, fields: dict[str, str | int]) -> None:
    paper = register(shop, **fields)
    path = submit(shop, bottles(1))
    assert (409, "certificate_missing") == refusal(shop.ask("lead@tenant", "POST", f"{path}/approve", {}))
    assert (10_000, 0, 0) == balance(shop, paper)


def test_a_certificate_that_was_withdrawn_does_not_help_but_what_it_held_may_come_in(shop: Park) -> None:
    paper = register(shop)
    path = submit(shop, bottles(2))
    approve(shop, path)
    ok(shop, "tenant", "POST", f"{paper}/withdraw")
    late = submit(shop, bottles(1))
    assert (409, "certificate_missing") == refusal(shop.ask("lead@tenant", "POST", f"{late}/approve", {}))
    spend(shop, path, 2)
    assert (9_000, 0, 1_000) == balance(shop, paper)


def test_a_line_that_takes_more_than_is_left_is_refused_and_reserves_nothing(shop: Park) -> None:
    paper = register(shop, allowed=4_000)
    approve(shop, submit(shop, bottles(6)))
    path = submit(shop, bottles(1), bottles(2))
    refused = shop.ask("lead@tenant", "POST", f"{path}/approve", {})
    assert (409, "certificate_exhausted") == refusal(refused)
    assert (1, 1_000, 500) == tuple(refused.json()["params"][name] for name in ("line", "needed", "most_left"))
    assert (1_000, 3_000, 0) == balance(shop, paper)


def test_the_item_s_own_certificate_comes_first_then_the_one_that_ends_first(shop: Park) -> None:
    late = register(shop, valid_until=clock.now() + 90 * DAY)
    soon = register(shop, valid_until=clock.now() + 9 * DAY)
    own = register(shop, item="ACETONE", allowed=1_000, valid_until=clock.now() + 300 * DAY)
    approve(shop, submit(shop, bottles(2), bottles(2)))
    assert [1_000, 1_000, 0] == [balance(shop, paper)[1] for paper in (own, soon, late)]


@pytest.mark.parametrize(
    ("act", "person", "body"), [("withdraw", "bob", None), ("cancel", "ada", {"reason": "not needed"})]
)
def test_what_was_reserved_is_released_when_nothing_comes_of_it(
    shop: Park, act: str, person: str, body: dict[str, str] | None
) -> None:
    paper = register(shop)
    path = submit(shop, bottles(4), bottles(1))
    approve(shop, path)
    assert (7_500, 2_500, 0) == balance(shop, paper)
    spend(shop, path, 1, line=1)
    for _ in range(2):
        ok(shop, f"{person}@tenant", "POST", f"{path}/{act}", body)
    assert (9_500, 0, 500) == balance(shop, paper)
    entries = shop.get("tenant", f"{paper}/entries").json()["entries"]
    assert [
        ("released", 0, 2_000, person),
        ("spent", 1, 500, "eve"),
        ("reserved", 1, 500, "lead"),
        ("reserved", 0, 2_000, "lead"),
    ] == [tuple(each[name] for name in ("move", "line", "quantity", "person")) for each in entries]


def test_what_was_rejected_had_reserved_nothing(shop: Park) -> None:
    paper = register(shop)
    path = submit(shop, bottles(4))
    ok(shop, "lead@tenant", "POST", f"{path}/reject", {"reason": "too much"})
    assert (10_000, 0, 0) == balance(shop, paper)


def test_what_comes_in_is_spent_once_and_never_more_than_was_reserved(shop: Park) -> None:
    paper = register(shop)
    path = submit(shop, bottles(4))
    approve(shop, path)
    spending = spend(shop, path, 3)
    ok(shop, "eve@tenant", "POST", f"{PAPERS}/spendings", spending)
    assert (8_000, 500, 1_500) == balance(shop, paper)
    other = shop.ask("eve@tenant", "POST", f"{PAPERS}/spendings", {**spending, "units": 1})
    assert (409, "id_reused") == refusal(other)
    more = shop.ask("eve@tenant", "POST", f"{PAPERS}/spendings", {**spending, "id": str(uuid4()), "units": 2})
    assert (409, "reservation_exceeded") == refusal(more)
    assert {"units": 2, "left": 1} == more.json()["params"]
    spend(shop, path, 1)
    assert (8_000, 0, 2_000) == balance(shop, paper)


def test_approvals_at_once_never_overdraw_a_certificate(shop: Park) -> None:
    """Twelve approvers, each with two lines of a kilogram, on two certificates with five and six kilograms."""
    papers = [register(shop, allowed=allowed) for allowed in (5_000, 6_000)]
    paths = [submit(shop, bottles(2), bottles(2)) for _ in range(12)]
    answers = at_once(shop, [("lead@tenant", f"{path}/approve", {}) for path in paths])
    assert {(200, "approved"), (409, "certificate_exhausted")} == {
        (answer.status_code, answer.json().get("state") or answer.json()["code"]) for answer in answers
    }
    # Five of them take ten kilograms; the last kilogram is half of what the sixth would need.
    assert 5 == sum(answer.status_code == 200 for answer in answers)
    assert 10_000 == sum(balance(shop, paper)[1] for paper in papers)


def test_two_deliveries_counted_at_once_and_twice_each_count_once(shop: Park) -> None:
    paper = register(shop)
    path = submit(shop, bottles(8))
    approve(shop, path)
    request = path.rsplit("/", 1)[1]
    spendings = [{"id": str(uuid4()), "request": request, "line": 0, "units": units} for units in (3, 4)]
    answers = at_once(shop, [("eve@tenant", f"{PAPERS}/spendings", each) for each in spendings * 3])
    assert [200] * 6 == [answer.status_code for answer in answers]
    assert (6_000, 500, 3_500) == balance(shop, paper)


def spend(shop: Park, path: str, units: int, line: int = 0) -> dict[str, object]:
    """Count units that came in; what was asked."""
    spending = {"id": str(uuid4()), "request": path.rsplit("/", 1)[1], "line": line, "units": units}
    ok(shop, "eve@tenant", "POST", f"{PAPERS}/spendings", spending)
    return spending
