"""Requests from state to state: who may do what, when, and what is written down of it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from backend import clock
from backend.identity.actor import Right
from backend.requisitions.approval.levels import Level, approvers
from tests.backend.park import Park
from tests.backend.requisitions.scene import (
    DAY,
    REQUESTS,
    approve,
    at_once,
    furnish,
    line,
    ok,
    refusal,
    request,
    submit,
)

ANSWERS = {"approve": {}, "reject": {"reason": "too dear"}, "cancel": {"reason": "not needed"}, "withdraw": None}


@pytest.fixture
def shop(park: Park) -> Park:
    """A park whose tenant can buy."""
    furnish(park)
    return park


def in_state(shop: Park, state: str) -> str:
    """A request of bob's brought into a state; its path."""
    path = submit(shop)
    if state in ("approved", "cancelled"):
        approve(shop, path)
    if state == "cancelled":
        ok(shop, "ada@tenant", "POST", f"{path}/cancel", ANSWERS["cancel"])
    if state == "rejected":
        ok(shop, "lead@tenant", "POST", f"{path}/reject", ANSWERS["reject"])
    if state == "withdrawn":
        ok(shop, "bob@tenant", "POST", f"{path}/withdraw")
    return path


def test_a_request_comes_back_as_it_was_submitted(shop: Park) -> None:
    asked = request(line(), line(supplier="OFF", quantity=3, price_fen=100), note="for the course")
    got = ok(shop, "bob@tenant", "POST", REQUESTS, asked)
    assert got == shop.get("tenant", f"{REQUESTS}/{asked['id']}").json()
    assert ("bob", "submitted", "for the course", 20_300) == (
        got["requester"],
        got["state"],
        got["note"],
        got["total_fen"],
    )
    assert asked["lines"] == [{name: each[name] for name in line()} for each in got["lines"]]
    assert [("submit", "submitted", "bob")] == [(each["act"], each["state"], each["person"]) for each in got["history"]]
    assert [{"approver": "lead", "decided_by": None, "decided_at": None}] == got["approvals"]


def test_the_same_request_again_is_the_same_and_another_under_its_id_is_refused(shop: Park) -> None:
    asked = request()
    first, again = (ok(shop, "bob@tenant", "POST", REQUESTS, asked) for _ in range(2))
    assert first == again
    more = shop.ask("bob@tenant", "POST", REQUESTS, {**asked, "lines": [line(quantity=11)]})
    assert (409, "id_reused") == refusal(more)
    somebody_else = shop.ask("eve@tenant", "POST", REQUESTS, asked)
    assert (409, "id_reused") == refusal(somebody_else)
    assert 1 == len(shop.get("tenant", REQUESTS).json()["requests"])


@pytest.mark.parametrize(
    ("state", "act", "person", "leads_to"),
    [
        ("submitted", "approve", "lead", "approved"),
        ("submitted", "reject", "lead", "rejected"),
        ("submitted", "withdraw", "bob", "withdrawn"),
        ("submitted", "cancel", "ada", None),
        ("approved", "approve", "lead", "approved"),
        ("approved", "reject", "lead", None),
        ("approved", "withdraw", "bob", "withdrawn"),
        ("approved", "cancel", "ada", "cancelled"),
        ("rejected", "approve", "lead", None),
        ("rejected", "reject", "lead", "rejected"),
        ("rejected", "withdraw", "bob", None),
        ("rejected", "cancel", "ada", None),
        ("withdrawn", "approve", "lead", None),
        ("withdrawn", "reject", "lead", None),
        ("withdrawn", "withdraw", "bob", "withdrawn"),
        ("withdrawn", "cancel", "ada", None),
        ("cancelled", "approve", "lead", "cancelled"),
        ("cancelled", "reject", "lead", None),
        ("cancelled", "withdraw", "bob", None),
        ("cancelled", "cancel", "ada", "cancelled"),
    ],
)
def test_every_act_leads_on_or_is_refused(shop: Park, state: str, act: str, person: str, leads_to: str | None) -> None:
    path = in_state(shop, state)
    before = shop.get("tenant", path).json()
    assert state == before["state"]
    answer = shop.ask(f"{person}@tenant", "POST", f"{path}/{act}", ANSWERS[act])
    after = shop.get("tenant", path).json()
    if leads_to is None:
        assert (409, "request_state") == refusal(answer)
        assert state == answer.json()["params"]["state"]
    else:
        assert (200, leads_to) == (answer.status_code, answer.json()["state"])
    # What is refused writes nothing, and neither does what was done before.
    if leads_to in (None, state):
        assert before == after
    else:
        assert (act, leads_to, person) == tuple(after["history"][-1][name] for name in ("act", "state", "person"))


def test_each_level_that_an_amount_reaches_has_to_approve(shop: Park) -> None:
    path = submit(shop, line(quantity=300))  # 6,000 yuan: beyond the group leader's level
    assert "submitted" == approve(shop, path, "head")["state"]
    approved = approve(shop, path, "lead")
    assert "approved" == approved["state"]
    assert [("head", "head"), ("lead", "lead")] == [
        (each["approver"], each["decided_by"]) for each in approved["approvals"]
    ]
    assert ["submitted", "submitted", "approved"] == [each["state"] for each in approved["history"]]


def test_two_who_approve_at_once_approve_it_together(shop: Park) -> None:
    path = submit(shop, line(quantity=300))
    answers = at_once(shop, [(f"{name}@tenant", f"{path}/approve", {}) for name in ("lead", "head") for _ in range(3)])
    assert [200] * 6 == [answer.status_code for answer in answers]
    history = shop.get("tenant", path).json()["history"]
    assert ["submitted", "submitted", "approved"] == [each["state"] for each in history]


def test_lines_of_one_cost_centre_are_judged_together_and_each_cost_centre_has_its_say(shop: Park) -> None:
    ok(shop, "tenant", "PUT", "/v1/stock/cost-objects/project/P-7", {"name": "七", "is_open": True})
    levels = {"levels": [{"up_to_fen": 10**9, "approver": "pi"}]}
    ok(shop, "tenant", "PUT", "/v1/requisitions/rules/project/P-7", levels)
    project = {"kind": "project", "code": "P-7"}
    path = submit(shop, line(quantity=150), line(quantity=150), line(cost_object=project))
    assert ["head", "lead", "pi"] == [each["approver"] for each in shop.get("tenant", path).json()["approvals"]]


@pytest.mark.parametrize(
    ("amount_fen", "expected"),
    [(0, {"a", "b"}), (100, {"a", "b"}), (101, {"a", "b", "c"}), (5_000, {"a", "b", "c"}), (5_001, None)],
)
def test_levels_are_reached_from_below(amount_fen: int, expected: set[str] | None) -> None:
    levels = [Level(5_000, "c"), Level(100, "a"), Level(100, "b")]
    assert expected == approvers(levels, amount_fen)


def test_an_amount_nobody_may_approve_is_refused_at_the_door(shop: Park) -> None:
    refused = shop.ask("bob@tenant", "POST", REQUESTS, request(line(quantity=2_501)))
    assert (409, "approval_rule_missing") == refusal(refused)
    assert {"kind": "cost_centre", "name": "CC-1", "amount_fen": 5_002_000} == refused.json()["params"]
    assert [] == shop.get("tenant", REQUESTS).json()["requests"]


def test_nobody_decides_on_their_own_request_in_whosever_name(shop: Park) -> None:
    path = submit(shop, by="lead@tenant")
    grant(shop, person="head", deputy="lead")
    for act in ("approve", "reject"):
        for acting_for in (None, "head"):
            body = {**(ANSWERS[act] or {}), "acting_for": acting_for}
            assert (403, "own_request") == refusal(shop.ask("lead@tenant", "POST", f"{path}/{act}", body))
    assert "submitted" == shop.get("tenant", path).json()["state"]


def test_a_deputy_acts_for_somebody_and_is_written_down_as_such(shop: Park) -> None:
    path = submit(shop, by="lead@tenant")
    grant(shop, person="lead", deputy="eve")
    approved = ok(shop, "eve@tenant", "POST", f"{path}/approve", {"acting_for": "lead"})
    assert "approved" == approved["state"]
    assert [("lead", "eve")] == [(each["approver"], each["decided_by"]) for each in approved["approvals"]]
    assert ("eve", "lead") == (approved["history"][-1]["person"], approved["history"][-1]["acting_for"])


@pytest.mark.parametrize("begins_in_days", [-10, 1], ids=["over", "not begun"])
def test_a_deputy_acts_only_in_the_time_of_the_grant(shop: Park, begins_in_days: int) -> None:
    path = submit(shop)
    begins = clock.now() + begins_in_days * DAY
    grant(shop, person="lead", deputy="eve", valid_from=begins, valid_until=begins + DAY)
    refused = shop.ask("eve@tenant", "POST", f"{path}/approve", {"acting_for": "lead"})
    assert (403, "not_deputy") == refusal(refused)


def test_a_deputyship_that_was_ended_is_over(shop: Park) -> None:
    path = submit(shop)
    granted = grant(shop, person="lead", deputy="eve")
    first, again = (ok(shop, "lead@tenant", "POST", f"/v1/requisitions/deputies/{granted['id']}/end") for _ in range(2))
    assert first == again
    assert (403, "not_deputy") == refusal(shop.ask("eve@tenant", "POST", f"{path}/approve", {"acting_for": "lead"}))
    (listed,) = shop.get("tenant", "/v1/requisitions/deputies").json()["deputies"]
    assert first == listed


def test_only_the_person_or_purchasing_names_a_deputy(shop: Park) -> None:
    shop.token("eve@tenant", rights=Right.STOCK)
    wanted = deputy(person="lead", deputy="eve")
    refused = shop.ask("eve@tenant", "POST", "/v1/requisitions/deputies", wanted)
    assert (403, "not_permitted") == refusal(refused)
    assert (403, "person_required") == refusal(shop.ask("tenant", "POST", "/v1/requisitions/deputies", wanted))
    assert "ada" == ok(shop, "ada@tenant", "POST", "/v1/requisitions/deputies", wanted)["granted_by"]
    own = deputy(person="eve", deputy="bob")
    assert "eve" == ok(shop, "eve@tenant", "POST", "/v1/requisitions/deputies", own)["granted_by"]


def test_nobody_makes_themselves_a_deputy(shop: Park) -> None:
    refused = shop.ask("ada@tenant", "POST", "/v1/requisitions/deputies", deputy(person="lead", deputy="ada"))
    assert (403, "own_deputyship") == refusal(refused)
    assert [] == shop.get("tenant", "/v1/requisitions/deputies").json()["deputies"]


def test_who_is_not_named_does_not_decide(shop: Park) -> None:
    path = submit(shop)
    refused = shop.ask("head@tenant", "POST", f"{path}/approve", {})
    assert (403, "not_approver") == refusal(refused)
    assert {"approvers": "lead"} == refused.json()["params"]


def test_only_the_requester_withdraws(shop: Park) -> None:
    path = submit(shop)
    assert (403, "not_requester") == refusal(shop.ask("lead@tenant", "POST", f"{path}/withdraw"))


def test_a_machine_asks_for_nothing_and_decides_nothing(shop: Park) -> None:
    path = submit(shop)
    assert (403, "person_required") == refusal(shop.ask("tenant", "POST", REQUESTS, request()))
    for act, body in ANSWERS.items():
        assert (403, "person_required") == refusal(shop.ask("tenant", "POST", f"{path}/{act}", body))


def test_requests_are_found_by_state_by_requester_and_by_whom_they_wait_for(shop: Park) -> None:
    small, big = submit(shop), submit(shop, line(quantity=300), by="eve@tenant")
    approve(shop, small)

    def listed(**query: str | int) -> list[str]:
        found = shop.get("tenant", REQUESTS, **query).json()["requests"]
        return [f"{REQUESTS}/{each['id']}" for each in found]

    assert [big, small] == listed()
    assert [small] == listed(state="approved")
    assert [big] == listed(requester="eve")
    assert [big] == listed(awaiting="lead")
    approve(shop, big, "lead")
    assert [] == listed(awaiting="lead")
    assert [big] == listed(awaiting="head")
    newest = shop.get("tenant", big).json()
    assert [small] == listed(before=newest["number"])
    assert [] == listed(changed_since=clock.now() + 60)


def test_an_approval_rule_that_changes_leaves_requests_under_way_as_they_are(shop: Park) -> None:
    path = submit(shop)
    rule = "/v1/requisitions/rules/cost_centre/CC-1"
    changed = ok(shop, "ada@tenant", "PUT", rule, {"levels": [{"up_to_fen": 10**9, "approver": "new"}]})
    assert changed == ok(shop, "eve@tenant", "PUT", rule, {"levels": changed["levels"]})
    assert [changed] == shop.get("tenant", "/v1/requisitions/rules").json()["rules"]
    assert "approved" == approve(shop, path, "lead")["state"]
    assert ["new"] == [each["approver"] for each in shop.get("tenant", submit(shop)).json()["approvals"]]


def deputy(**fields: str | int) -> dict[str, str | int]:
    """A grant for the day."""
    return {
        "id": str(uuid4()),
        "valid_from": clock.now() - 60,
        "valid_until": clock.now() + DAY,
        "reason": "出差",
        **fields,
    }


def grant(shop: Park, **fields: str | int) -> dict[str, str | int]:
    """Let somebody act for somebody else; the grant."""
    return ok(shop, "ada@tenant", "POST", "/v1/requisitions/deputies", deputy(**fields))
