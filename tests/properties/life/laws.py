"""The laws of a park: what must be true of it at any moment, and of every act whatever the rules say."""

from __future__ import annotations

from backend.member.signer import PASS, REJECTED, TRANSFORMATION
from contracts.typed_data import holding_id
from tests.properties.life.nouns import Act, Holding
from tests.properties.life.park import Park
from tests.properties.life.words import HELD_BACK, PLAIN, Flag, HoldingStatus, OrderStatus


def check(park: Park) -> None:
    """Each holding is in exactly one place, and each order is the sum of its lines' states."""
    for holding in park.holdings.values():
        _is_in_one_place(park, holding)
    live = sum(holding.is_live for holding in park.holdings.values())
    assert park.created == len(park.holdings), "a holding is created once"
    assert park.created == live + park.used_up, "what was created is there, or was used up once"
    for order in park.orders.values():
        is_final = order.status in (OrderStatus.CLOSED, OrderStatus.ENDED, OrderStatus.CANCELLED)
        assert order.record.status == order.status, "an order is the sum of its lines' states"
        assert order.record.flags == (Flag.CLOSED if is_final else PLAIN)


def _is_in_one_place(park: Park, holding: Holding) -> None:
    assert park.custodian(holding) in park.roles, "somebody answers for it"
    assert bool(holding.flags & Flag.PACKED) == (holding.parent is not None)
    assert holding.is_on_its_way == (holding.journey is not None)
    assert not (holding.is_on_its_way and holding.parent), "it is packed or on its way, not both"
    assert bool(holding.flags & Flag.CLOSED) == (holding.record.status == HoldingStatus.USED_UP)


def watch(before: Park, after: Park, act: Act) -> None:
    """What no act may do; and what the park remembers of arrivals, so that it can be told."""
    for holding in after.holdings.values():
        earlier = before.holdings.get(holding.id)
        if earlier is None:
            _comes_to_be(after, act, holding)
        elif earlier.is_live:
            _nothing_leaves_quarantine_unreleased(before, after, act, holding)
            _what_is_held_back_is_used_with_a_breach(act, earlier, holding)
            _quarantined_goods_only_go_back(before, earlier, holding)
    if act.kind == "ReceiveGoods" and act.value["outcome"] != REJECTED:
        _arrives(before, after, act)
    for id_, order in before.orders.items():
        assert order.first_promise in (0, after.orders[id_].first_promise), "the first promise is kept"


def _comes_to_be(after: Park, act: Act, holding: Holding) -> None:
    """A part came with the whole and stays in its quarantine; what is received without a sender may begin in one."""
    if act.kind == "ReceiveDirect":
        if holding.flags & Flag.QUARANTINED:
            after.barred[holding.id] = act.signer.address
        return
    whole = holding_id(act.value["items"][0]["holding"])
    if whole == holding.id or act.value["kind"] == TRANSFORMATION:
        return
    if after.is_in_quarantine(after.holdings[whole]):
        assert holding.flags & Flag.QUARANTINED, "splitting is no way out of quarantine"
    if whole in after.barred:
        after.barred[holding.id] = after.barred[whole]
    if whole in after.came_from:
        after.came_from[holding.id] = after.came_from[whole]


def _nothing_leaves_quarantine_unreleased(before: Park, after: Park, act: Act, holding: Holding) -> None:
    if before.is_in_quarantine(before.holdings[holding.id]) and not after.is_in_quarantine(holding):
        assert (act.kind, act.value["verdict"]) == ("JudgeHolding", PASS), "only a release ends a quarantine"
        assert act.signer.address != before.barred.get(holding.id), "whoever received goods does not release them"
        after.barred.pop(holding.id, None)


def _what_is_held_back_is_used_with_a_breach(act: Act, earlier: Holding, holding: Holding) -> None:
    if holding.is_live or not earlier.flags & HELD_BACK:
        return
    destroyed = earlier.flags & Flag.DISPUTED and act.value["kind"] != TRANSFORMATION
    only_quarantined = earlier.flags & HELD_BACK == Flag.QUARANTINED
    assert holding.flags & Flag.BREACH or (destroyed and only_quarantined), "a use under a hold is a breach"


def _quarantined_goods_only_go_back(before: Park, earlier: Holding, holding: Holding) -> None:
    """To whoever sent them or made them. What fails inside a packing goes where that goes, and stays in quarantine."""
    to = holding.record.holder
    if earlier.flags & Flag.QUARANTINED and not earlier.parent and to != earlier.record.holder:
        assert to in (earlier.maker, before.came_from.get(earlier.id)), "goods in quarantine are passed on to nobody"


def _arrives(before: Park, after: Park, act: Act) -> None:
    """All that is packed in what was received came with it."""
    arrived = after.holdings[holding_id(act.value["holding"])]
    for holding in after.contents(arrived):
        after.came_from[holding.id] = before.custodian(before.holdings[holding.id])
        if after.is_in_quarantine(holding):
            after.barred[holding.id] = act.signer.address
