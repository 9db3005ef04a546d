"""The purchasing day of the acceptance list: requests, twenty orders, one signature, one solvent stopped in time."""

from __future__ import annotations

from backend.identity.actor import Role
from backend.member.signer import Member, admission
from backend.requisitions.orders.placement import settle_orders
from contracts.signatures import keccak
from tests.backend.chemicals.scene import certificate
from tests.backend.park import ORGANISATIONS, Park
from tests.backend.requisitions.scene import (
    REQUESTS,
    approve,
    furnish,
    line,
    ok,
    prepare,
    refusal,
    sign,
    submit,
    supplier,
)


def test_a_day_s_requests_become_twenty_orders_under_one_signature(park: Park) -> None:
    furnish(park)
    codes = ["S", *(f"S-{number}" for number in admit_suppliers(park, 19))]
    for code in codes[1:]:
        ok(park, "tenant", "PUT", f"/v1/suppliers/{code}", supplier(int(code[2:]), name=code))

    # Three people make two requests each, from a third of the suppliers and from one off the platform.
    paths = [
        submit(park, *(line(supplier=code, quantity=2) for code in (*codes[at::3], "OFF")), by=f"{person}@tenant")
        for at, person in enumerate(("bob", "eve", "kim"))
        for _ in range(2)
    ]
    solvent = submit(park, line(item="ACETONE", quantity=4), by="kim@tenant")
    for path in paths:
        assert "approved" == approve(park, path)["state"]

    # The solvent is stopped, and the refusal says what to do; that done, it goes with the others.
    refused = park.ask("lead@tenant", "POST", f"{solvent}/approve", {})
    assert (409, "certificate_missing") == refusal(refused)
    assert "filing, permit" == refused.json()["params"]["kinds"]
    assert "/v1/chemical-certificates" in refused.json()["next_step"]
    ok(park, "tenant", "POST", "/v1/chemical-certificates", certificate())
    assert "approved" == approve(park, solvent)["state"]

    prepared = prepare(park)
    to_sign = [each["supplier"] for each in prepared["orders"] if each["state"] == "prepared"]
    assert (sorted(codes), 20) == (sorted(to_sign), len(prepared["batch"]["actions"]))
    sign(park, prepared)
    assert 20 == settle_orders(park.engine)
    assert {"ordered"} == {park.get("tenant", path).json()["state"] for path in (*paths, solvent)}
    assert [] == park.get("tenant", REQUESTS, state="approved").json()["requests"]


def admit_suppliers(park: Park, count: int) -> list[int]:
    """Bring more suppliers into the park; their numbers."""
    first = max(number for number, _ in ORGANISATIONS.values()) + 1
    numbers = list(range(first, first + count))
    newcomers = {
        Member(number, keccak(f"supplier {number}".encode()), park.chain.place, b"journey"): int(Role.SUPPLIER)
        for number in numbers
    }
    proposals, confirmations, enrolments = admission(park.members["operator"], park.members["authority"], newcomers)
    for batches in ([proposals], [confirmations], enrolments):
        assert 202 == park.submit("operator", *batches).status_code
        park.settle()
    return numbers
