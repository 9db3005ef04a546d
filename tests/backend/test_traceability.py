"""Traces: every level, every input, forwards and backwards, and nobody learns what is not theirs."""

from __future__ import annotations

from typing import Any

from backend.member.signer import ADD, AGGREGATION, CHILD, DELETE, PARENT, Holding
from backend.traceability.lineage import POSITION_BITS
from backend.traceability.schemas import TraceOut
from indexer.decode import LOG_SHIFT
from tests.backend.park import ORGANISATIONS, Park


def number(name: str) -> int:
    return ORGANISATIONS[name][0]


def trace(park: Park, name: str, holding: Holding, direction: str, **reach: int) -> dict[str, Any]:
    answer = park.get(name, f"/v1/holdings/0x{holding.id.hex()}/trace", direction=direction, **reach)
    assert 200 == answer.status_code, answer.text
    # The answer is written without the model that documents it.
    assert TraceOut.model_validate(answer.json()).model_dump(mode="json") == answer.json()
    return dict(answer.json())


def ids(found: dict[str, Any]) -> set[str]:
    return {holding["id"] for holding in found["holdings"]}


def hexes(*holdings: Holding) -> set[str]:
    return {"0x" + holding.id.hex() for holding in holdings}


def custodian(found: dict[str, Any], holding: Holding) -> int | None:
    (node,) = [node for node in found["holdings"] if node["id"] in hexes(holding)]
    assert node["custodian"]["withheld"] is (node["custodian"]["organisation"] is None)
    organisation: int | None = node["custodian"]["organisation"]
    return organisation


def sees(park: Park, name: str, holding: Holding) -> bool:
    status = park.get(name, f"/v1/holdings/0x{holding.id.hex()}").status_code
    assert status in (200, 404)
    return bool(status == 200)


class Chainstore:
    """upstream makes a raw material; supplier makes two lots of it; tenant makes a product; rival has another part."""

    def __init__(self, park: Park) -> None:
        self.raw = park.make("upstream")
        self.raw = park.hand_over("upstream", "supplier", self.raw)
        self.other = park.make("supplier")
        self.bulk, self.side = park.transform("supplier", [self.raw, self.other], outputs=2)
        self.bulk, (self.part, self.rest) = park.split("supplier", self.bulk)
        self.part = park.hand_over("supplier", "tenant", self.part)
        self.rest = park.hand_over("supplier", "rival", self.rest)
        (self.product,) = park.transform("tenant", [self.part])
        (self.rivals,) = park.transform("rival", [self.rest])


def test_a_trace_backwards_has_every_level_and_every_input(park: Park) -> None:
    store = Chainstore(park)
    found = trace(park, "tenant", store.product, "backward")
    assert hexes(store.product, store.part, store.bulk, store.raw, store.other) == ids(found)
    assert not found["truncated"]
    # product <- transformation <- part <- split <- bulk <- transformation <- raw, other <- their making
    assert 5 == len(found["events"])
    assert 9 == len(found["edges"])
    assert {0, 1, 2, 3} == {node["distance"] for node in found["holdings"]}


def test_a_trace_forwards_has_every_level_and_every_output(park: Park) -> None:
    store = Chainstore(park)
    found = trace(park, "operator", store.raw, "forward")
    everything = hexes(store.raw, store.bulk, store.side, store.part, store.rest, store.product, store.rivals)
    assert everything == ids(found)
    assert number("rival") == custodian(found, store.rivals)


def test_a_trace_both_ways_is_what_led_to_it_and_what_became_of_it(park: Park) -> None:
    store = Chainstore(park)
    found = trace(park, "operator", store.bulk, "both")
    everything = hexes(store.raw, store.other, store.bulk, store.part, store.rest, store.product, store.rivals)
    assert everything == ids(found)


def test_a_lot_traces_from_all_its_holdings(park: Park) -> None:
    store = Chainstore(park)
    lot = park.get("operator", f"/v1/holdings/0x{store.part.id.hex()}").json()["lot"]
    assert 3 == len(park.get("operator", f"/v1/lots/{lot}").json()["holdings"])
    found = park.get("operator", f"/v1/lots/{lot}/trace", direction="forward").json()
    assert hexes(store.bulk, store.part, store.rest, store.product, store.rivals) == ids(found)
    assert 3 == len(found["roots"])


def test_paths_that_meet_again_are_walked_once(park: Park) -> None:
    top = park.make("supplier")
    layer = park.transform("supplier", [top], outputs=2)
    for _ in range(4):
        layer = park.transform("supplier", layer, outputs=2)
    (bottom,) = park.transform("supplier", layer)
    found = trace(park, "supplier", bottom, "backward")
    assert 1 + 2 * 5 + 1 == len(found["holdings"])
    assert 7 == len(found["events"])


def test_a_limit_says_that_it_cut_and_how_to_go_on(park: Park) -> None:
    store = Chainstore(park)
    whole = ids(trace(park, "tenant", store.product, "backward"))
    seen: set[str] = set()
    todo = [store.product.id.hex()]
    for _ in range(10):
        answer = park.get("tenant", f"/v1/holdings/0x{todo.pop()}/trace", direction="backward", limit=3).json()
        seen |= ids(answer)
        assert 3 >= len(answer["holdings"]) + len(answer["events"]) or not answer["truncated"]
        assert answer["truncated"] is (answer["cut_by"] is not None)
        todo += [holding[2:] for holding in answer["continue_from"]]
        if not todo:
            break
        assert "limit" == answer["cut_by"]
    # bulk comes of two inputs at once: four nodes with itself and the event, which a limit of three never shows.
    assert whole - hexes(store.raw, store.other) == seen


def test_a_depth_says_that_it_cut_and_how_to_go_on(park: Park) -> None:
    store = Chainstore(park)
    found = trace(park, "tenant", store.product, "backward", depth=1)
    assert hexes(store.product, store.part) == ids(found)
    assert ("depth", list(hexes(store.part))) == (found["cut_by"], found["continue_from"])
    assert trace(park, "tenant", store.raw, "backward", depth=1)["truncated"] is False


def test_those_upstream_and_the_parties_see_and_others_find_nothing(park: Park) -> None:
    store = Chainstore(park)
    assert [True, True, True, True] == [
        sees(park, "tenant", holding) for holding in (store.product, store.part, store.bulk, store.raw)
    ]
    assert [False, False, False] == [
        sees(park, "tenant", holding) for holding in (store.rest, store.rivals, store.side)
    ]
    assert [True, False, False] == [sees(park, "upstream", h) for h in (store.raw, store.bulk, store.product)]
    assert [False] * 5 == [
        sees(park, "stranger", h) for h in (store.raw, store.bulk, store.part, store.rest, store.product)
    ]
    for name in ("operator", "authority", "regulator"):
        assert sees(park, name, store.rivals)


def test_what_is_hidden_answers_like_what_does_not_exist(park: Park) -> None:
    store = Chainstore(park)
    for path in ("", "/timeline", "/trace"):
        hidden = park.get("stranger", f"/v1/holdings/0x{store.product.id.hex()}{path}")
        unknown = park.get("stranger", f"/v1/holdings/0x{'ab' * 32}{path}")
        for answer in (hidden, unknown):
            assert (404, "not_found") == (answer.status_code, answer.json()["code"])
        bodies = [{**answer.json(), "request_id": ""} for answer in (hidden, unknown)]
        assert bodies[0] == bodies[1]


def test_what_is_only_downstream_stands_in_a_trace_and_cannot_be_asked_for_itself(park: Park) -> None:
    store = Chainstore(park)
    assert hexes(store.product) <= ids(trace(park, "upstream", store.raw, "forward"))
    for path in ("", "/timeline", "/trace?direction=backward", "/trace?direction=forward"):
        assert 404 == park.get("upstream", f"/v1/holdings/0x{store.product.id.hex()}{path}").status_code


def test_a_lot_shows_each_party_its_own_holdings_of_it(park: Park) -> None:
    store = Chainstore(park)
    lot = park.get("operator", f"/v1/holdings/0x{store.part.id.hex()}").json()["lot"]
    seen = {
        name: {holding["id"] for holding in park.get(name, f"/v1/lots/{lot}").json().get("holdings", [])}
        for name in ("supplier", "tenant", "rival", "upstream", "stranger")
    }
    assert {
        "supplier": hexes(store.bulk, store.part, store.rest),
        "tenant": hexes(store.bulk, store.part),
        "rival": hexes(store.bulk, store.rest),
        "upstream": set(),
        "stranger": set(),
    } == seen


def test_forwards_names_end_with_the_one_who_took_over_directly(park: Park) -> None:
    store = Chainstore(park)
    seen_by_upstream = trace(park, "upstream", store.raw, "forward")
    # The supplier took the raw material over itself, and made bulk and side of it, and split; then names end.
    assert number("supplier") == custodian(seen_by_upstream, store.raw)
    assert number("supplier") == custodian(seen_by_upstream, store.bulk)
    assert number("supplier") == custodian(seen_by_upstream, store.side)
    assert [None, None, None, None] == [
        custodian(seen_by_upstream, holding) for holding in (store.part, store.rest, store.product, store.rivals)
    ]
    recorders = [event["recorded_by"]["organisation"] for event in seen_by_upstream["events"]]
    assert [3, 3, None, None] == recorders
    seen_by_supplier = trace(park, "supplier", store.raw, "forward")
    assert number("tenant") == custodian(seen_by_supplier, store.product)
    assert number("rival") == custodian(seen_by_supplier, store.rivals)


def test_a_trace_both_ways_shows_a_customer_nothing_of_the_rest_of_the_suppliers_lot(park: Park) -> None:
    store = Chainstore(park)
    found = trace(park, "tenant", store.bulk, "both")
    assert hexes(store.raw, store.other, store.bulk, store.part, store.product) == ids(found)
    mentioned = {end for edge in found["edges"] for end in edge.values()}
    assert {node["node"] for node in (*found["holdings"], *found["events"])} == mentioned


def test_who_has_the_rest_of_a_lot_now_is_withheld_from_those_it_fed(park: Park) -> None:
    source = park.make("supplier")
    source, (part,) = park.split("supplier", source, parts=1)
    part = park.hand_over("supplier", "tenant", part)
    source = park.hand_over("supplier", "rival", source)
    found = trace(park, "tenant", part, "backward")
    assert None is custodian(found, source)
    steps = park.get("tenant", f"/v1/holdings/0x{source.id.hex()}/timeline").json()["steps"]
    assert [3, 3, 3, None] == [step["custodian"]["organisation"] for step in steps]
    assert [3, 3, 3, None] == [step["recorded_by"]["organisation"] for step in steps]
    assert [False, False, False, True] == [step["transaction"] is None for step in steps]


def test_a_timeline_shows_each_record_once_in_order(park: Park) -> None:
    store = Chainstore(park)
    answer = park.get("tenant", f"/v1/holdings/0x{store.part.id.hex()}/timeline").json()
    assert ["LotEventRecorded", "GoodsDispatched", "GoodsReceived", "LotEventRecorded"] == [
        step["kind"] for step in answer["steps"]
    ]
    assert ["held", "dispatched", "held", "used_up"] == [step["status"] for step in answer["steps"]]
    assert [3, 3, 5, 5] == [step["recorded_by"]["organisation"] for step in answer["steps"]]
    assert [1, 2, 3, 4] == [step["seq"] for step in answer["steps"]]
    assert all(step["finalised"] for step in answer["steps"])


def test_one_who_is_being_sent_a_holding_sees_it_until_the_dispatch_ends(park: Park) -> None:
    sent, consignment = park.dispatch("supplier", "tenant", park.make("supplier"))
    assert sees(park, "tenant", sent)
    supplier = park.members["supplier"]
    end = supplier.state(holding=sent.key, consignment=consignment, seq=sent.seq)
    park.record("supplier", "EndDispatch", end)
    assert not sees(park, "tenant", sent)


def test_a_packed_holding_follows_what_it_is_packed_in(park: Park) -> None:
    supplier, tenant = park.members["supplier"], park.members["tenant"]
    pallet, vial, other = (park.make("supplier") for _ in range(3))
    packing = supplier.lot_event(AGGREGATION, ADD, {pallet: (PARENT, 0), vial: (CHILD, 0), other: (CHILD, 0)})
    park.record("supplier", "RecordLotEvent", packing)
    pallet, vial, other = (h.after("RecordLotEvent", packing, supplier.address) for h in (pallet, vial, other))
    assert not sees(park, "tenant", vial)
    pallet = park.hand_over("supplier", "tenant", pallet)
    inside = park.get("tenant", f"/v1/holdings/0x{vial.id.hex()}").json()
    assert ({"organisation": 5, "withheld": False}, ["packed"]) == (inside["custodian"], inside["flags"])
    assert "0x" + pallet.id.hex() == inside["packed_in"]
    unpacking = tenant.lot_event(AGGREGATION, DELETE, {pallet: (PARENT, 0), vial: (CHILD, 0)})
    park.record("tenant", "RecordLotEvent", unpacking)
    vial = vial.after("RecordLotEvent", unpacking, tenant.address)
    pallet = pallet.after("RecordLotEvent", unpacking, tenant.address)
    park.hand_over("tenant", "rival", pallet)
    loose = park.get("operator", f"/v1/holdings/0x{vial.id.hex()}").json()
    assert (number("tenant"), None) == (loose["custodian"]["organisation"], loose["packed_in"])
    assert not sees(park, "rival", vial)
    # What stayed in the pallet went on to the rival: the supplier knows the tenant, and not the one after.
    assert sees(park, "rival", other)
    assert number("rival") == custodian(trace(park, "operator", other, "both"), other)
    assert None is custodian(trace(park, "supplier", other, "both"), other)


def test_events_and_holdings_are_told_apart_where_the_mirror_puts_their_position() -> None:
    assert LOG_SHIFT == POSITION_BITS


def test_a_recalled_lot_says_so(park: Park) -> None:
    supplier = park.members["supplier"]
    made = park.make("supplier")
    lot = park.get("supplier", f"/v1/holdings/0x{made.id.hex()}").json()["lot"]
    assert False is park.get("supplier", f"/v1/lots/{lot}").json()["recalled"]
    park.record("supplier", "RecallLot", supplier.state(lot=made.lot))
    assert True is park.get("supplier", f"/v1/lots/{lot}").json()["recalled"]
