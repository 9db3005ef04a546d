"""Price lists: published once and for all, and what a request has to say when it deviates from them."""

from __future__ import annotations

from typing import Any

import pytest

from backend import clock
from tests.backend.items.scene import item
from tests.backend.park import Park
from tests.backend.requisitions.scene import DAY, REQUESTS, agree, furnish, line, ok, refusal, request, submit

FIRST = "/v1/agreements/A/versions/1"


@pytest.fixture
def shop(park: Park) -> Park:
    """A park whose tenant can buy."""
    furnish(park)
    return park


def prices(*steps: tuple[int, int]) -> list[dict[str, Any]]:
    """Prices of ETOH, as (from a quantity on, fen)."""
    return [{"item": "ETOH", "min_quantity": quantity, "price_fen": price} for quantity, price in steps]


def test_a_version_that_was_published_never_changes(shop: Park) -> None:
    agree(shop)
    published = shop.get("tenant", FIRST).json()
    again = {name: published[name] for name in ("supplier", "valid_from", "valid_until", "lines")}
    assert published == ok(shop, "tenant", "PUT", FIRST, again)
    for change in (
        {"valid_until": again["valid_until"] + 1},
        {"lines": prices((1, 1_999))},
        {"lines": prices((2, 2_000))},
    ):
        assert (409, "agreement_version_published") == refusal(shop.ask("tenant", "PUT", FIRST, {**again, **change}))
    assert published == shop.get("tenant", FIRST).json()


def test_versions_follow_one_another_with_one_supplier(shop: Park) -> None:
    listed = {"supplier": "S", "valid_from": 0, "valid_until": 9, "lines": prices((1, 1))}
    gap = shop.ask("tenant", "PUT", "/v1/agreements/A/versions/2", listed)
    assert ((409, "agreement_version_gap"), 1) == (refusal(gap), gap.json()["params"]["next_version"])
    agree(shop)
    agree(shop, 1_900, version=2)
    moved = shop.ask("tenant", "PUT", "/v1/agreements/A/versions/3", {**listed, "supplier": "OFF"})
    assert (409, "agreement_of_another_supplier") == refusal(moved)
    (listing,) = shop.get("tenant", "/v1/agreements").json()["agreements"]
    assert ("A", "S", 2) == (listing["code"], listing["supplier"], listing["latest_version"])
    # Even the agreement is not there after a refusal.
    assert 404 == shop.get("tenant", "/v1/agreements/A/versions/3").status_code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"lines": [{"item": "GOLD", "price_fen": 1}]}, "items_unknown"),
        ({"supplier": "NOBODY"}, "suppliers_unknown"),
        ({"lines": prices((1, 1), (1, 2))}, "request_invalid"),
        ({"lines": []}, "request_invalid"),
        ({"currency": "USD"}, "request_invalid"),
        ({"valid_until": 0}, "request_invalid"),
    ],
)
def test_what_is_no_price_list_is_refused_and_leaves_nothing(shop: Park, fields: dict[str, Any], code: str) -> None:
    listed = {"supplier": "S", "valid_from": 0, "valid_until": 9, "lines": prices((1, 1)), **fields}
    assert code == shop.ask("tenant", "PUT", FIRST, listed).json()["code"]
    assert [] == shop.get("tenant", "/v1/agreements").json()["agreements"]


def test_another_price_needs_a_reason_which_is_kept_beside_the_price_in_force(shop: Park) -> None:
    agree(shop)
    asked = request(line(), line(price_fen=2_100), line(supplier="OFF", price_fen=9))
    refused = shop.ask("bob@tenant", "POST", REQUESTS, asked)
    assert (409, "deviation_reason_missing") == refusal(refused)
    assert [{"line": 1, "item": "ETOH", "price_fen": 2_100, "agreed_fen": 2_000}] == refused.json()["params"]["lines"]
    assert [] == shop.get("tenant", REQUESTS).json()["requests"]
    asked["lines"][1]["deviation_reason"] = "rush delivery"
    lines = ok(shop, "bob@tenant", "POST", REQUESTS, asked)["lines"]
    assert [
        (2_000, "A", 1, None),
        (2_000, "A", 1, "rush delivery"),
        (None, None, None, None),
    ] == [
        tuple(each[name] for name in ("agreed_fen", "agreement", "agreement_version", "deviation_reason"))
        for each in lines
    ]


@pytest.mark.parametrize(("quantity", "price_fen"), [(9, 2_000), (10, 1_800), (99, 1_800), (100, 1_500)])
def test_the_price_is_that_of_the_largest_quantity_reached(shop: Park, quantity: int, price_fen: int) -> None:
    agree(shop, lines=prices((1, 2_000), (10, 1_800), (100, 1_500)))
    assert agreed(shop, quantity=quantity, price_fen=price_fen) == price_fen


def test_a_quantity_below_the_least_has_no_price_in_force(shop: Park) -> None:
    agree(shop, lines=prices((50, 1_800)))
    assert agreed(shop, quantity=49, price_fen=5_000) is None


def test_the_newest_version_in_its_period_is_in_force(shop: Park) -> None:
    now = clock.now()
    agree(shop, 2_000)
    agree(shop, 1_900, version=2)
    agree(shop, 1_700, version=3, valid_from=now + DAY)
    agree(shop, 1_600, version=4, valid_from=now - 9 * DAY, valid_until=now - DAY)
    assert 1_900 == agreed(shop, price_fen=1_900)


def test_of_several_agreements_the_cheapest_counts(shop: Park) -> None:
    agree(shop, 2_000)
    other = {"supplier": "S", "valid_from": 0, "valid_until": clock.now() + DAY, "lines": prices((1, 1_950))}
    ok(shop, "tenant", "PUT", "/v1/agreements/B/versions/1", other)
    assert 1_950 == agreed(shop, price_fen=1_950)


def test_a_request_names_what_there_is(shop: Park) -> None:
    ok(shop, "tenant", "PUT", "/v1/stock/cost-objects/project/OVER", {"name": "over", "is_open": False})
    ok(shop, "rival", "PUT", "/v1/items/THEIRS", item())
    for fields, code in (
        ({"item": "THEIRS"}, "items_unknown"),
        ({"supplier": "NOBODY"}, "suppliers_unknown"),
        ({"cost_object": {"kind": "project", "code": "OVER"}}, "cost_object_unknown"),
        ({"cost_object": {"kind": "project", "code": "CC-1"}}, "cost_object_unknown"),
        ({"quantity": 0}, "request_invalid"),
        ({"quantity": 1 << 62}, "request_invalid"),
        ({"quantity": 10**9, "price_fen": 10**9}, "request_invalid"),
        ({"price_fen": 1.5}, "request_invalid"),
    ):
        assert code == shop.ask("bob@tenant", "POST", REQUESTS, request(line(**fields))).json()["code"]
    many = shop.ask("bob@tenant", "POST", REQUESTS, request(*[line()] * 101))
    assert (422, "request_invalid") == refusal(many)
    assert [] == shop.get("tenant", REQUESTS).json()["requests"]


def agreed(shop: Park, **fields: Any) -> int | None:
    """The price in force that a line was judged by."""
    (judged,) = shop.get("tenant", submit(shop, line(**fields))).json()["lines"]
    price: int | None = judged["agreed_fen"]
    return price
