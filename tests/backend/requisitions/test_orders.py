"""From approved requests to orders on the ledger: one signature, each line ordered once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import rfc8785

from backend.chemicals.models import Move
from backend.member.signer import Member
from backend.requisitions.orders.placement import settle_orders
from contracts import action_json, details
from contracts.details import ORDER, Tag
from contracts.typed_data import action_hash, order_id
from tests.backend.chemicals.scene import certificate
from tests.backend.items.scene import item
from tests.backend.park import ORGANISATIONS, Park
from tests.backend.requisitions.scene import (
    ORDERS,
    agree,
    approve,
    at_once,
    furnish,
    line,
    ok,
    prepare,
    refusal,
    sign,
    signed,
    submit,
    supplier,
)


@pytest.fixture
def shop(park: Park) -> Park:
    """A park whose tenant can buy."""
    furnish(park)
    return park


def approved(shop: Park, *lines: dict[str, Any], by: str = "bob@tenant") -> str:
    """A request that the group leader has approved; its path."""
    path = submit(shop, *lines, by=by)
    approve(shop, path)
    return path


def id_of(path: str) -> str:
    """The id at the end of a path."""
    return path.rsplit("/", 1)[1]


def test_approved_lines_of_several_requests_become_one_order_a_supplier(shop: Park) -> None:
    agree(shop)
    ok(shop, "tenant", "PUT", "/v1/items/REPAIR", item(service=True, unit="HUR"))
    ok(shop, "tenant", "PUT", "/v1/items/SERUM", item(quarantine=True))
    late = approved(shop, line(item="SERUM"), line(item="REPAIR", price_fen=5), by="eve@tenant")
    early = approved(shop, line(), line(supplier="OFF"))
    submit(shop)
    prepared = prepare(shop)
    document, order = prepared["orders"]
    assert [("OFF", 0, "placed"), ("S", 3, "prepared")] == [
        (each["supplier"], each["member"], each["state"]) for each in (document, order)
    ]
    (action,) = prepared["batch"]["actions"]
    # bob before eve: SERUM is the second line, REPAIR the third.
    assert (3, 0b100, 0b010) == (action["lines"], action["services"], action["quarantines"])
    assert (ORGANISATIONS["tenant"][0], 3) == (action["order"]["buyer"], action["order"]["supplier"])
    shown = shop.get("tenant", f"{ORDERS}/{order['id']}").json()
    assert [(id_of(early), 0, "bob"), (id_of(late), 0, "eve"), (id_of(late), 1, "eve")] == [
        (each["request"], each["line"], each["requester"]) for each in shown["lines"]
    ]
    assert [0, 1, 2] == [each["place"] for each in shown["lines"]]
    assert 20_000 + 20_000 + 50 == order["total_fen"]


def test_the_details_open_the_root_the_handle_and_every_price(shop: Park) -> None:
    agree(shop)
    approved(shop, line(), line(item="ETOH", quantity=1, price_fen=2_500, deviation_reason="small bottle"))
    prepared = prepare(shop, deliver_to="2 号楼", note="call first")
    (action,), (opened,) = prepared["batch"]["actions"], prepared["batch"]["details"]
    fields = opened["fields"]
    values = {path: rfc8785.dumps(value) if ORDER.fields[path] is Tag.JSON else value for path, value in fields.items()}
    leaves = details.leaves(ORDER, values, bytes.fromhex(opened["event_key"][2:]))
    assert (8, action["root"]) == (action["schema"], "0x" + details.root(ORDER, leaves).hex())
    name, salt = fields["handle"]
    assert action["order"]["handle"] == "0x" + details.handle(name, bytes.fromhex(salt[2:])).hex()
    assert prepared["orders"][0]["name"] == fields["number"] == name
    assert ("CNY", 22_500, "2 号楼", "call first", "试剂公司") == tuple(
        fields[path] for path in ("currency", "total_fen", "deliver_to", "note", "supplier_name")
    )
    assert ([2_000, 2_500], [["A", 1], ["A", 1]]) == (fields["prices"], fields["agreements"])
    assert [("ETOH", 10, "BO", "bob"), ("ETOH", 1, "BO", "bob")] == [
        tuple(each[field] for field in ("item", "quantity", "unit", "requester")) for each in fields["lines"]
    ]


def test_a_signed_batch_places_its_orders_once_the_mirror_has_it_for_good(shop: Park) -> None:
    path = approved(shop)
    prepared = prepare(shop)
    assert 0 == settle_orders(shop.engine)
    assert "approved" == shop.get("tenant", path).json()["state"]
    sign(shop, prepared)
    assert (1, 0) == (settle_orders(shop.engine), settle_orders(shop.engine))
    request = shop.get("tenant", path).json()
    assert ("ordered", "order", None) == (
        request["state"],
        request["history"][-1]["act"],
        request["history"][-1]["person"],
    )
    order = shop.get("tenant", f"{ORDERS}/{request['lines'][0]['order_id']}").json()
    assert "placed" == order["state"]
    key = action_json.parse("OrderKey", order["action"]["order"])
    shown = shop.get("supplier", f"/v1/orders/0x{order_id(key).hex()}")
    assert 200 == shown.status_code
    again = ok(shop, "ada@tenant", "POST", f"{ORDERS}/prepare", {"id": prepared["id"]})
    assert (None, "placed") == (again["batch"], again["orders"][0]["state"])


def test_a_request_is_ordered_with_its_last_line(shop: Park) -> None:
    path = approved(shop, line(), line(supplier="OFF"))
    prepared = prepare(shop)
    assert "approved" == shop.get("tenant", path).json()["state"]
    sign(shop, prepared)
    settle_orders(shop.engine)
    assert "ordered" == shop.get("tenant", path).json()["state"]


def test_a_supplier_off_the_platform_gets_a_document_and_no_record(shop: Park) -> None:
    path = approved(shop, line(supplier="OFF"))
    prepared = prepare(shop)
    assert prepared["batch"] is None
    (order,) = prepared["orders"]
    assert ("placed", None, 0) == (order["state"], order["action_hash"], order["member"])
    request = shop.get("tenant", path).json()
    assert ("ordered", "ada") == (request["state"], request["history"][-1]["person"])


def test_the_same_preparation_again_is_the_same_and_lines_are_prepared_once(shop: Park) -> None:
    approved(shop)
    prepared = prepare(shop)
    assert prepared == ok(shop, "ada@tenant", "POST", f"{ORDERS}/prepare", {"id": prepared["id"]})
    other = shop.ask("ada@tenant", "POST", f"{ORDERS}/prepare", {"id": prepared["id"], "note": "other"})
    assert (409, "id_reused") == refusal(other)
    assert (409, "nothing_to_order") == refusal(
        shop.ask("ada@tenant", "POST", f"{ORDERS}/prepare", {"id": str(uuid4())})
    )


def test_preparations_at_once_take_each_line_once(shop: Park) -> None:
    paths = [approved(shop) for _ in range(3)]
    answers = at_once(shop, [("ada@tenant", f"{ORDERS}/prepare", {"id": str(uuid4())}) for _ in range(6)])
    assert [200, *[409] * 5] == sorted(answer.status_code for answer in answers)
    (order,) = shop.get("tenant", ORDERS).json()["orders"]
    assert [id_of(path) for path in paths] == [
        each["request"] for each in shop.get("tenant", f"{ORDERS}/{order['id']}").json()["lines"]
    ]


def test_only_chosen_requests_are_prepared(shop: Park) -> None:
    chosen, left = approved(shop), approved(shop)
    prepared = prepare(shop, requests=[id_of(chosen)])
    assert 1 == prepared["batch"]["actions"][0]["lines"]
    assert shop.get("tenant", left).json()["lines"][0]["order_id"] is None


def test_lines_of_a_supplier_that_is_no_longer_fit_are_left_out_and_named(shop: Park) -> None:
    path = approved(shop, line(), line(supplier="OFF"))
    ok(shop, "tenant", "PUT", "/v1/suppliers/OFF", supplier(status="suspended"))
    prepared = prepare(shop)
    assert ["S"] == [each["supplier"] for each in prepared["orders"]]
    expected = {
        "request": id_of(path),
        "line": 1,
        "code": "supplier_not_approved",
        "params": {"supplier": "OFF", "status": "suspended"},
    }
    assert [expected] == prepared["skipped"]
    refused = shop.ask("ada@tenant", "POST", f"{ORDERS}/prepare", {"id": str(uuid4())})
    assert ((409, "nothing_to_order"), [expected]) == (refusal(refused), refused.json()["params"]["skipped"])


def test_an_order_that_was_dropped_sets_its_lines_free(shop: Park) -> None:
    path = approved(shop)
    (order,) = prepare(shop)["orders"]
    for act, body in (("withdraw", None), ("cancel", {"reason": "no"})):
        person = "bob" if act == "withdraw" else "ada"
        assert (409, "request_in_order") == refusal(shop.ask(f"{person}@tenant", "POST", f"{path}/{act}", body))
    for _ in range(2):
        assert "dropped" == ok(shop, "ada@tenant", "POST", f"{ORDERS}/{order['id']}/drop")["state"]
    assert 1 == prepare(shop)["batch"]["actions"][0]["lines"]


def test_an_order_that_is_signed_cannot_be_dropped(shop: Park) -> None:
    approved(shop, line(), line(supplier="OFF"))
    prepared = prepare(shop)
    document, order = prepared["orders"]
    assert 202 == shop.submit("tenant", signed(shop, prepared)).status_code
    assert (409, "order_signed") == refusal(shop.ask("ada@tenant", "POST", f"{ORDERS}/{order['id']}/drop"))
    shop.settle()
    assert (409, "order_signed") == refusal(shop.ask("ada@tenant", "POST", f"{ORDERS}/{order['id']}/drop"))
    assert (409, "order_state") == refusal(shop.ask("ada@tenant", "POST", f"{ORDERS}/{document['id']}/drop"))


def test_an_order_that_was_dropped_and_signed_all_the_same_is_linked_by_hand(shop: Park) -> None:
    path = approved(shop)
    prepared = prepare(shop)
    (order,) = prepared["orders"]
    ok(shop, "ada@tenant", "POST", f"{ORDERS}/{order['id']}/drop")
    asked = {"id": str(uuid4()), "action_hash": order["action_hash"], "supplier": "S", "requests": [id_of(path)]}
    early = shop.ask("ada@tenant", "POST", f"{ORDERS}/link", asked)
    assert (409, "order_not_mirrored") == refusal(early)
    sign(shop, prepared)
    assert 0 == settle_orders(shop.engine)
    for _ in range(2):
        linked = ok(shop, "ada@tenant", "POST", f"{ORDERS}/link", asked)
        assert (order["id"], "placed") == (linked["id"], linked["state"])
    assert "ordered" == shop.get("tenant", path).json()["state"]


def test_an_order_that_was_signed_elsewhere_is_linked_to_the_requests_it_orders(shop: Park) -> None:
    second, first = approved(shop), approved(shop, line(), line(supplier="OFF"))
    member = shop.members["tenant"]
    issued = an_order(member, lines=2)
    shop.record("tenant", "IssueOrder", issued)
    asked: dict[str, Any] = {
        "id": str(uuid4()),
        "action_hash": "0x" + action_hash("IssueOrder", issued).hex(),
        "supplier": "S",
        "requests": [id_of(first)],
    }
    fewer = shop.ask("ada@tenant", "POST", f"{ORDERS}/link", asked)
    assert ((409, "order_lines_differ"), {"ledger": 2, "requests": 1}) == (refusal(fewer), fewer.json()["params"])
    asked["requests"].append(id_of(second))
    wrong = shop.ask("ada@tenant", "POST", f"{ORDERS}/link", {**asked, "supplier": "OFF"})
    assert (409, "order_of_others") == refusal(wrong)
    assert 404 == shop.ask("ada@rival", "POST", f"{ORDERS}/link", asked).status_code
    linked = ok(shop, "ada@tenant", "POST", f"{ORDERS}/link", asked)
    assert ([id_of(first), id_of(second)], None) == ([each["request"] for each in linked["lines"]], linked["name"])
    assert ["ordered", "approved"] == [shop.get("tenant", path).json()["state"] for path in (second, first)]
    assert [linked["id"]] == [each["id"] for each in shop.get("tenant", ORDERS, state="placed").json()["orders"]]


def test_an_order_that_came_to_nothing_is_cancelled_and_gives_back_what_it_held(shop: Park) -> None:
    paper = certificate()
    ok(shop, "tenant", "POST", "/v1/chemical-certificates", paper)
    path = approved(shop, line(item="ACETONE", supplier="OFF"))
    prepare(shop)
    assert "ordered" == shop.get("tenant", path).json()["state"]
    assert (409, "request_state") == refusal(shop.ask("bob@tenant", "POST", f"{path}/withdraw"))
    assert "cancelled" == ok(shop, "ada@tenant", "POST", f"{path}/cancel", {"reason": "never came"})["state"]
    entries = shop.get("tenant", f"/v1/chemical-certificates/{paper['id']}/entries").json()["entries"]
    assert [Move.RELEASED, Move.RESERVED] == [each["move"] for each in entries]


def an_order(member: Member, *, lines: int) -> dict[str, Any]:
    """An `IssueOrder` to the supplier that was not prepared by the service."""
    order = {"buyer": member.organisation, "supplier": ORGANISATIONS["supplier"][0], "handle": member.salt()}
    return member.state(order=order, lines=lines, services=0, quarantines=0, lapsesAt=(1 << 40) - 1)
