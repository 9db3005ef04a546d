"""A purchasing department as tests furnish it: items, suppliers, an agreement, cost centres with their approvers."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import httpx

from backend import clock
from contracts import action_json
from tests.backend.chemicals.scene import certificate
from tests.backend.items.scene import item
from tests.backend.park import ORGANISATIONS, Park

DAY = 86_400
REQUESTS = "/v1/requisitions/requests"
ORDERS = "/v1/requisitions/orders"

# Companies off the platform: made up, with right check digits.
CREDIT_CODE = "91310115MA1K35XX01"
OTHER_CREDIT_CODE = "91310115MA1K35XY15"

LEVELS = ({"up_to_fen": 500_000, "approver": "lead"}, {"up_to_fen": 5_000_000, "approver": "head"})


def supplier(member: int = 0, **fields: Any) -> dict[str, Any]:
    """An approved supplier with a licence for a year, except for what is said otherwise."""
    return {
        "member": member,
        "name": "试剂公司",
        "credit_code": None if member else CREDIT_CODE,
        "status": "approved",
        "licences": [{"kind": "business", "number": "L-1", "valid_until": clock.now() + 365 * DAY}],
        **fields,
    }


def line(**fields: Any) -> dict[str, Any]:
    """Ten bottles of ethanol at 20 yuan from the supplier on the platform, except for what is said otherwise."""
    return {
        "item": "ETOH",
        "supplier": "S",
        "quantity": 10,
        "price_fen": 2_000,
        "cost_object": {"kind": "cost_centre", "code": "CC-1"},
        "needed_by": clock.now() + 30 * DAY,
        **fields,
    }


def request(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A request for some lines, or for one."""
    return {"id": str(uuid4()), "lines": list(lines) or [line()], **fields}


def furnish(park: Park, name: str = "tenant") -> None:
    """Two items (ordinary ETOH, precursor ACETONE of 500 g a bottle), suppliers S and OFF, cost centre CC-1."""
    ok(park, name, "PUT", "/v1/items/ETOH", item())
    acetone = item(name_zh="丙酮", name_en="acetone", item_class="precursor", content=500, content_unit="GRM")
    ok(park, name, "PUT", "/v1/items/ACETONE", acetone)
    ok(park, name, "PUT", "/v1/suppliers/S", supplier(ORGANISATIONS["supplier"][0]))
    ok(park, name, "PUT", "/v1/suppliers/OFF", supplier())
    ok(park, name, "PUT", "/v1/stock/cost-objects/cost_centre/CC-1", {"name": "分析室", "is_open": True})
    ok(park, name, "PUT", "/v1/requisitions/rules/cost_centre/CC-1", {"levels": LEVELS})


def agree(park: Park, price_fen: int = 2_000, version: int = 1, **fields: Any) -> None:
    """Publish a version of the agreement A with supplier S on the price of ETOH."""
    listed = {
        "supplier": "S",
        "valid_from": clock.now() - DAY,
        "valid_until": clock.now() + 365 * DAY,
        "lines": [{"item": "ETOH", "price_fen": price_fen, "min_quantity": 1}],
        **fields,
    }
    ok(park, "tenant", "PUT", f"/v1/agreements/A/versions/{version}", listed)


def submit(park: Park, *lines: dict[str, Any], by: str = "bob@tenant") -> str:
    """A request of somebody's; its path."""
    asked = request(*lines)
    ok(park, by, "POST", REQUESTS, asked)
    return f"{REQUESTS}/{asked['id']}"


def approve(park: Park, path: str, *names: str) -> dict[str, Any]:
    """Let people approve a request, the group leader if nobody is named; the request."""
    for name in names or ("lead",):
        approved = ok(park, f"{name}@tenant", "POST", f"{path}/approve", {})
    return approved


def prepare(park: Park, **fields: Any) -> dict[str, Any]:
    """Let ada put what is approved into orders; what is to be signed."""
    return ok(park, "ada@tenant", "POST", f"{ORDERS}/prepare", {"id": str(uuid4()), **fields})


def signed(park: Park, prepared: dict[str, Any]) -> dict[str, Any]:
    """A prepared batch under the tenant's signature, with its details, as POST /v1/submissions takes it."""
    actions = [action_json.parse("IssueOrder", each) for each in prepared["batch"]["actions"]]
    return {**park.members["tenant"].batch("IssueOrder", *actions), "details": prepared["batch"]["details"]}


def sign(park: Park, prepared: dict[str, Any]) -> None:
    """Sign a prepared batch once, and see it through to the mirror."""
    answer = park.submit("tenant", signed(park, prepared))
    assert 202 == answer.status_code, answer.text
    park.settle()
    (result,) = answer.json()["results"]
    assert "mirrored" == park.get("tenant", result["status_url"]).json()["state"]


def at_once(park: Park, asked: list[tuple[str, str, Any]]) -> list[httpx.Response]:
    """POST as (name, path, body) says, everything at the same time; the answers in the order they came."""
    for name, _, _ in asked:
        park.token(name)
    answers: list[httpx.Response] = []
    gate = threading.Barrier(len(asked))

    def ask(name: str, path: str, body: Any) -> None:
        gate.wait()
        answers.append(park.ask(name, "POST", path, body))

    threads = [threading.Thread(target=ask, args=each) for each in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def ok(park: Park, name: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Ask for what has to be granted; the answer."""
    answer = park.ask(name, method, path, body)
    assert 200 == answer.status_code, answer.text
    granted: dict[str, Any] = answer.json()
    return granted


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    return answer.status_code, answer.json()["code"]


def purchasing_of_tenant(park: Park) -> dict[tuple[str, str], tuple[str, Any]]:
    """The requests of the domain, made ready for ada: (method, path) -> (path filled in, body)."""
    level = {"levels": [{"up_to_fen": 10**9, "approver": "ada"}]}
    for name in ("tenant", "rival", "stranger", "regulator", "operator"):
        furnish(park, name)
        ok(park, name, "PUT", "/v1/requisitions/rules/cost_centre/CC-1", level)
        path = submit(park, line(supplier="OFF"), by=f"bob@{name}")
        ok(park, f"ada@{name}", "POST", f"{path}/approve", {})
    agree(park)
    ok(park, "tenant", "PUT", "/v1/suppliers/S2", supplier(credit_code=OTHER_CREDIT_CODE))
    deputy = {
        "id": str(uuid4()),
        "person": "ada",
        "deputy": "eve",
        "valid_from": clock.now(),
        "valid_until": clock.now() + DAY,
        "reason": "holiday",
    }
    ok(park, "ada@tenant", "POST", "/v1/requisitions/deputies", deputy)
    ok(park, "tenant", "POST", "/v1/chemical-certificates", certificate())
    regulated = submit(park, line(item="ACETONE"))
    ok(park, "ada@tenant", "POST", f"{regulated}/approve", {})
    orders = []
    for _ in range(2):
        ordered = submit(park)
        ok(park, "ada@tenant", "POST", f"{ordered}/approve", {})
        prepared = prepare(park, requests=[ordered.rsplit("/", 1)[1]])
        orders += prepared["orders"]
    sign(park, prepared)
    link = {"id": str(uuid4()), "action_hash": orders[1]["action_hash"], "supplier": "S", "requests": [str(uuid4())]}
    approved = submit(park)
    ok(park, "ada@tenant", "POST", f"{approved}/approve", {})
    spending = {"id": str(uuid4()), "request": regulated.rsplit("/", 1)[1], "line": 0, "units": 1}
    version = {
        "supplier": "OFF",
        "valid_from": 0,
        "valid_until": 1,
        "lines": [{"item": "ETOH", "price_fen": 1}],
    }
    one = f"{REQUESTS}/{{request_id}}"
    return {
        ("POST", "/v1/chemical-certificates/spendings"): ("/v1/chemical-certificates/spendings", spending),
        ("GET", "/v1/suppliers"): ("/v1/suppliers", None),
        ("GET", "/v1/suppliers/{supplier}"): ("/v1/suppliers/S2", None),
        ("PUT", "/v1/suppliers/{supplier}"): ("/v1/suppliers/OFF", supplier()),
        ("GET", "/v1/agreements"): ("/v1/agreements", None),
        ("GET", "/v1/agreements/{agreement}/versions/{version}"): ("/v1/agreements/A/versions/1", None),
        ("PUT", "/v1/agreements/{agreement}/versions/{version}"): ("/v1/agreements/B/versions/1", version),
        ("GET", "/v1/requisitions/rules"): ("/v1/requisitions/rules", None),
        ("PUT", "/v1/requisitions/rules/{kind}/{cost_object}"): (
            "/v1/requisitions/rules/project/P-1",
            {"levels": LEVELS},
        ),
        ("GET", "/v1/requisitions/deputies"): ("/v1/requisitions/deputies", None),
        ("POST", "/v1/requisitions/deputies"): ("/v1/requisitions/deputies", {**deputy, "id": str(uuid4())}),
        ("POST", "/v1/requisitions/deputies/{deputy_id}/end"): (
            f"/v1/requisitions/deputies/{deputy['id']}/end",
            None,
        ),
        ("GET", REQUESTS): (REQUESTS, None),
        ("POST", REQUESTS): (REQUESTS, request()),
        ("GET", one): (approved, None),
        ("POST", f"{one}/approve"): (f"{submit(park)}/approve", {}),
        ("POST", f"{one}/reject"): (f"{submit(park)}/reject", {"reason": "too dear"}),
        ("POST", f"{one}/withdraw"): (f"{submit(park, by='ada@tenant')}/withdraw", None),
        ("GET", ORDERS): (ORDERS, None),
        ("POST", f"{ORDERS}/prepare"): (f"{ORDERS}/prepare", {"id": str(uuid4())}),
        ("POST", f"{ORDERS}/link"): (f"{ORDERS}/link", link),
        ("GET", f"{ORDERS}/{{order_id}}"): (f"{ORDERS}/{orders[0]['id']}", None),
        ("POST", f"{ORDERS}/{{order_id}}/drop"): (f"{ORDERS}/{orders[0]['id']}/drop", None),
        ("POST", f"{one}/cancel"): (f"{approved}/cancel", {"reason": "not needed"}),
    }
