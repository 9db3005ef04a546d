"""Draws acts on orders and milestones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from contracts.signatures import keccak
from contracts.typed_data import milestone_id
from tests.properties.life.choices import Draw, Drawer, lapse, mostly, seldom
from tests.properties.life.members import NOBODY, SUPPLIERS, TENANTS, TRADERS
from tests.properties.life.nouns import Milestone, Order
from tests.properties.life.ordering import bits_of
from tests.properties.life.park import Park
from tests.properties.life.words import OrderStatus

_MANY = 6
_ASKED = (OrderStatus.OFFERED, OrderStatus.CHANGING)


def _buyers(park: Park) -> tuple[list[int], list[int]]:
    return [buyer for buyer in TENANTS if len(park.orders) < _MANY], list(TRADERS)


def _in(*statuses: OrderStatus) -> Any:
    def pools(park: Park) -> tuple[list[Order], list[Order]]:
        orders = list(park.orders.values())
        return [order for order in orders if order.status in statuses], orders

    return pools


def _services(park: Park) -> tuple[list[tuple[Order, int]], list[tuple[Order, int]]]:
    lines = [(order, line) for order in park.orders.values() for line in range(min(len(order.lines), 3))]
    running = (OrderStatus.CONFIRMED, OrderStatus.CHANGING)
    wanted = [
        (order, line) for order, line in lines if order.status in running and line in order.open_lines & order.services
    ]
    return wanted, lines


def _reported(park: Park) -> tuple[list[Milestone], list[Milestone]]:
    milestones = list(park.milestones.values())
    return [each for each in milestones if each.is_reported], milestones


def _issue(draw: Draw, park: Park, buyer: int, _: int, nth: int) -> dict[str, Any]:
    supplier = mostly(draw, [each for each in SUPPLIERS if each != buyer], (*TRADERS, NOBODY))
    lines = draw(st.sampled_from((2, 1, 3, 3, 2, 256)))
    bits = st.integers(0, (1 << min(lines, 3)) - 1)
    handle = keccak(b"order%d" % (len(park.orders) + nth - seldom(draw)))
    return {
        "order": {"buyer": buyer, "supplier": supplier, "handle": handle},
        "lines": lines,
        "services": draw(bits),
        "quarantines": draw(bits),
        "lapsesAt": lapse(draw, park),
    }


def _confirm(draw: Draw, park: Park, order: Order, _: int, __: int) -> dict[str, Any]:
    return {**_answer(order), "promisedAt": lapse(draw, park)}


def _propose(draw: Draw, park: Park, order: Order, _: int, __: int) -> dict[str, Any]:
    cancelled = bits_of(_open_lines(draw, order))
    return {**_next(order), "cancelled": cancelled, "promisedAt": lapse(draw, park), "lapsesAt": lapse(draw, park)}


def _close(draw: Draw, park: Park, order: Order, _: int, __: int) -> dict[str, Any]:
    return {**_next(order), "lines": bits_of(_open_lines(draw, order))}


def _report(draw: Draw, park: Park, service: tuple[Order, int], _: int, nth: int) -> dict[str, Any]:
    order, line = service
    key = {"order": order.key, "line": line, "number": draw(st.integers(0, 1))}
    reported = park.milestones.get(milestone_id(key))
    return {
        "milestone": key,
        "seq": reported.record.seq if reported else 0,
        "last": draw(st.booleans()),
        "report": keccak(b"report%d" % nth),
        "lapsesAt": lapse(draw, park),
    }


def _accept(draw: Draw, park: Park, milestone: Milestone, _: int, __: int) -> dict[str, Any]:
    return {"milestone": milestone.key, "agreesTo": milestone.record.head, "report": milestone.report}


def _end_report(draw: Draw, park: Park, milestone: Milestone, _: int, __: int) -> dict[str, Any]:
    return {"milestone": milestone.key, "seq": milestone.record.seq}


def _next(order: Order) -> dict[str, Any]:
    return {"order": order.key, "seq": order.record.seq}


def _answer(order: Order) -> dict[str, Any]:
    return {"order": order.key, "agreesTo": order.record.head}


def _open_lines(draw: Draw, order: Order) -> frozenset[int]:
    """All of the open lines, one of them, or none."""
    lines = sorted(order.open_lines)
    few = draw(st.sampled_from((lines, lines[:1], lines[-1:], [])))
    return frozenset(few)


def _other_party(order: Order) -> tuple[int, ...]:
    return tuple(each for each in order.parties if order.change is None or each != order.change.proposer)


ORDERS: Final[Mapping[str, Drawer]] = {
    "IssueOrder": Drawer(_buyers, lambda park, buyer: (buyer,), _issue),
    "ConfirmOrder": Drawer(_in(OrderStatus.OFFERED), lambda park, order: (order.supplier,), _confirm),
    "ProposeChange": Drawer(_in(OrderStatus.CONFIRMED), lambda park, order: order.parties, _propose),
    "AgreeChange": Drawer(
        _in(OrderStatus.CHANGING), lambda park, order: _other_party(order), lambda draw, park, order, *_: _answer(order)
    ),
    "EndProposal": Drawer(
        _in(*_ASKED),
        lambda park, order: TRADERS if park.now > order.answer_by else order.parties,
        lambda draw, park, order, *_: _next(order),
    ),
    "CloseLines": Drawer(_in(OrderStatus.CONFIRMED), lambda park, order: (order.buyer,), _close),
    "ReportMilestone": Drawer(_services, lambda park, service: (service[0].supplier,), _report),
    "AcceptMilestone": Drawer(_reported, lambda park, milestone: (milestone.key["order"]["buyer"],), _accept),
    "EndReport": Drawer(
        _reported,
        lambda park, milestone: (milestone.key["order"]["buyer"], milestone.key["order"]["supplier"]),
        _end_report,
    ),
}
