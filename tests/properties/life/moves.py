"""The ways out: for each subject that is not at rest, the acts that take it out of the state it is in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from backend.member.signer import (
    ACCEPTED,
    AGGREGATION,
    CHILD,
    DELETE,
    EXISTING,
    OBJECT,
    PARENT,
    PASS,
    REJECTED,
    SHORT,
    SUBJECT,
)
from tests.properties.life.law import KINDS, Deed, act_of, objection, signed
from tests.properties.life.members import REGULATOR, TRADERS, entitled
from tests.properties.life.nouns import Consignment, Holding, Milestone, Order
from tests.properties.life.ordering import bits_of
from tests.properties.life.park import Park
from tests.properties.life.words import HELD_BACK, LAST_MOMENT, OrderStatus, Reason

_DAMAGED = 2


class Move(NamedTuple):
    """What somebody may do about a subject."""

    kind: str
    organisation: int
    fields: dict[str, Any]


def ways_out(park: Park) -> dict[bytes, list[Deed]]:
    """For each subject (by its record's head) that is not at rest: every legal act that moves it on now."""
    ways: dict[bytes, list[Deed]] = {}
    for order in park.orders.values():
        if order.status in (OrderStatus.OFFERED, OrderStatus.CHANGING, OrderStatus.CONFIRMED):
            ways[order.record.head] = _legal(park, _of_order(order))
    for milestone in park.milestones.values():
        if milestone.is_reported:
            ways[milestone.record.head] = _legal(park, _of_milestone(milestone))
    for holding in park.holdings.values():
        if holding.is_live and (holding.parent or holding.is_on_its_way or holding.flags & HELD_BACK):
            # What travels inside another waits for that one to arrive or to be called back.
            moved = park.outermost(holding) if park.is_on_its_way(holding) else holding
            ways[holding.record.head] = _legal(park, _of_holding(park, moved))
    for consignment in park.consignments.values():
        if consignment.is_disputed:
            ways[consignment.record.head] = _legal(park, _of_consignment(consignment))
    return ways


def _of_order(order: Order) -> Iterator[Move]:
    seq, agrees_to = {"order": order.key, "seq": order.record.seq}, {"order": order.key, "agreesTo": order.record.head}
    if order.status is OrderStatus.CONFIRMED:
        everything = bits_of(order.open_lines)
        yield Move("CloseLines", order.buyer, {**seq, "lines": everything})
        change = {**seq, "cancelled": everything, "promisedAt": order.promise, "lapsesAt": LAST_MOMENT}
        yield from (Move("ProposeChange", party, change) for party in order.parties)
        return
    yield Move("ConfirmOrder", order.supplier, {**agrees_to, "promisedAt": LAST_MOMENT})
    yield from (Move("AgreeChange", party, agrees_to) for party in order.parties)
    yield from (Move("EndProposal", organisation, seq) for organisation in TRADERS)


def _of_milestone(milestone: Milestone) -> Iterator[Move]:
    key = {"milestone": milestone.key}
    answer = {**key, "agreesTo": milestone.record.head, "report": milestone.report}
    yield Move("AcceptMilestone", milestone.key["order"]["buyer"], answer)
    yield from (Move("EndReport", each, {**key, "seq": milestone.record.seq}) for each in TRADERS)


def _of_holding(park: Park, holding: Holding) -> Iterator[Move]:
    key = {"holding": holding.key}
    custodian = park.custodian(holding)
    if holding.journey is not None:
        line = {**key, "consignment": holding.journey.consignment}
        for outcome, cause in ((ACCEPTED, 0), (REJECTED, _DAMAGED), (SHORT, _DAMAGED)):
            verdict = {"agreesTo": holding.record.head, "outcome": outcome, "cause": cause, "quarantine": False}
            yield Move("ReceiveGoods", holding.journey.to, line | verdict)
        yield from (Move("EndDispatch", each, {**line, "seq": holding.record.seq}) for each in (*TRADERS, REGULATOR))
        return
    if holding.parent is not None:
        roles = [(park.holdings[holding.parent], PARENT), (holding, CHILD)]
        yield Move("RecordLotEvent", custodian, {"kind": AGGREGATION, "action": DELETE, "items": _items(roles)})
    if holding.flags & HELD_BACK:
        verdict = {**key, "seq": holding.record.seq, "verdict": PASS}
        yield from (Move("JudgeHolding", each, verdict) for each in {custodian, REGULATOR})
        if holding.parent is None:
            use = {"kind": OBJECT, "action": DELETE, "items": _items([(holding, SUBJECT)])}
            yield Move("RecordLotEvent", custodian, use)


def _of_consignment(consignment: Consignment) -> Iterator[Move]:
    answer = {"consignment": consignment.key, "agreesTo": consignment.record.head}
    yield from (Move("SettleDiscrepancy", consignment.key[side], answer) for side in ("from", "to"))


def _items(roles: list[tuple[Holding, int]]) -> list[dict[str, Any]]:
    return [
        {"role": role, "origin": EXISTING, "holding": holding.key, "seq": holding.record.seq} for holding, role in roles
    ]


def _legal(park: Park, moves: Iterator[Move]) -> list[Deed]:
    """Those that nothing speaks against, by every key that may sign them."""
    deeds = [
        signed(park, move.kind, signer, move.fields)
        for move in moves
        for signer in entitled(move.organisation, KINDS[move.kind].rights)
    ]
    return [deed for deed in deeds if objection(park, act_of(park, deed, deed.values[0])) is Reason.NONE]
