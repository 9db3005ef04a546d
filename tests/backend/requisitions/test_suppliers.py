"""Approved suppliers: listed, listed once, and stopped at approval when something stands against them."""

from __future__ import annotations

from typing import Any

import pytest

from backend import clock
from backend.identity.actor import Right
from tests.backend.park import ORGANISATIONS, Park
from tests.backend.requisitions.scene import (
    CREDIT_CODE,
    DAY,
    OTHER_CREDIT_CODE,
    approve,
    furnish,
    line,
    ok,
    refusal,
    submit,
    supplier,
)

MEMBER = ORGANISATIONS["supplier"][0]


def licence(days: int, number: str = "L-1") -> dict[str, Any]:
    """A licence that ends so many days from now."""
    return {"kind": "business", "number": number, "valid_until": clock.now() + days * DAY}


def test_a_supplier_comes_back_as_it_was_described_its_licences_by_their_ends(park: Park) -> None:
    described = supplier(licences=[licence(30, "late"), licence(3, "soon")])
    got = ok(park, "ada@tenant", "PUT", "/v1/suppliers/OFF", described)
    assert got == park.get("tenant", "/v1/suppliers/OFF").json()
    assert ["soon", "late"] == [each["number"] for each in got["licences"]]
    assert ("OFF", 0, CREDIT_CODE, "approved", "ada") == tuple(
        got[name] for name in ("code", "member", "credit_code", "status", "changed_by")
    )


def test_the_same_description_again_changes_nothing_and_another_replaces_the_licences(park: Park) -> None:
    described = supplier(licences=[licence(30, "b"), licence(3, "a")])
    first = ok(park, "ada@tenant", "PUT", "/v1/suppliers/OFF", described)
    assert first == ok(park, "eve@tenant", "PUT", "/v1/suppliers/OFF", described)
    changed = ok(park, "eve@tenant", "PUT", "/v1/suppliers/OFF", {**described, "licences": [licence(9, "c")]})
    assert (["c"], "eve") == ([each["number"] for each in changed["licences"]], changed["changed_by"])


def test_a_company_stands_on_the_list_once(park: Park) -> None:
    ok(park, "tenant", "PUT", "/v1/suppliers/OFF", supplier())
    ok(park, "tenant", "PUT", "/v1/suppliers/S", supplier(MEMBER))
    for twin in (supplier(), supplier(MEMBER), supplier(MEMBER, credit_code=OTHER_CREDIT_CODE)):
        refused = park.ask("tenant", "PUT", "/v1/suppliers/TWIN", twin)
        assert (409, "supplier_listed") == refusal(refused)
        assert {"supplier": "S" if twin["member"] else "OFF"} == refused.json()["params"]
    assert ["OFF", "S"] == [each["code"] for each in park.get("tenant", "/v1/suppliers").json()["suppliers"]]
    ok(park, "rival", "PUT", "/v1/suppliers/TWIN", supplier())


def test_a_supplier_that_joins_the_platform_stays_the_same_supplier(park: Park) -> None:
    ok(park, "tenant", "PUT", "/v1/suppliers/OFF", supplier())
    joined = ok(park, "tenant", "PUT", "/v1/suppliers/OFF", supplier(MEMBER, credit_code=CREDIT_CODE))
    assert (MEMBER, CREDIT_CODE) == (joined["member"], joined["credit_code"])


@pytest.mark.parametrize("number", [ORGANISATIONS["tenant"][0], ORGANISATIONS["rival"][0], 4_000])
def test_a_number_that_is_no_supplier_s_is_refused(park: Park, number: int) -> None:
    refused = park.ask("tenant", "PUT", "/v1/suppliers/S", supplier(number))
    assert (409, "supplier_unknown") == refusal(refused)


@pytest.mark.parametrize(
    "fields",
    [
        {"credit_code": None},
        {"credit_code": CREDIT_CODE[:-1] + "2"},
        {"credit_code": CREDIT_CODE.replace("M", "I")},
        {"status": "liked"},
        {"licences": [licence(1), licence(2)]},
        {"member": -1},
        {"member": 1 << 24},
    ],
)
def test_what_is_no_supplier_is_refused(park: Park, fields: dict[str, Any]) -> None:
    refused = park.ask("tenant", "PUT", "/v1/suppliers/OFF", supplier(**{"member": 0, **fields}))
    assert (422, "request_invalid") == refusal(refused)


def test_licences_that_end_soon_are_listed(park: Park) -> None:
    ok(park, "tenant", "PUT", "/v1/suppliers/OFF", supplier(licences=[licence(5), licence(50, "L-2")]))
    ok(park, "tenant", "PUT", "/v1/suppliers/S", supplier(MEMBER, licences=[licence(50)]))
    listed = {
        days: [
            each["code"] for each in park.get("tenant", "/v1/suppliers", expiring_within_days=days).json()["suppliers"]
        ]
        for days in (4, 6, 60)
    }
    assert {4: [], 6: ["OFF"], 60: ["OFF", "S"]} == listed


def test_who_may_not_order_keeps_no_list(park: Park) -> None:
    park.token("bob@tenant", rights=Right.RECEIVE)
    assert (403, "not_permitted") == refusal(park.ask("bob@tenant", "PUT", "/v1/suppliers/OFF", supplier()))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "candidate"}, "supplier_not_approved"),
        ({"status": "suspended"}, "supplier_not_approved"),
        ({"licences": [licence(30), licence(-1, "L-2")]}, "supplier_licence_expired"),
    ],
)
def test_nothing_is_approved_from_a_supplier_that_something_stands_against(
    park: Park, fields: dict[str, Any], code: str
) -> None:
    furnish(park)
    path = submit(park, line(), line(supplier="OFF"))
    ok(park, "tenant", "PUT", "/v1/suppliers/OFF", supplier(**fields))
    refused = park.ask("lead@tenant", "POST", f"{path}/approve", {})
    assert (409, code) == refusal(refused)
    assert "OFF" == refused.json()["params"]["supplier"]
    assert "/v1/suppliers" in refused.json()["next_step"]
    waiting = park.get("tenant", path).json()
    assert ("submitted", None) == (waiting["state"], waiting["approvals"][0]["decided_by"])
    ok(park, "tenant", "PUT", "/v1/suppliers/OFF", supplier())
    assert "approved" == approve(park, path)["state"]
