"""The rules of consignments: dispatch, receipt line by line, the three exits, and receipts without a sender."""

from __future__ import annotations

from collections.abc import Iterator

from backend.member.signer import ACCEPTED, NO_ORDER, OVER, REJECTED, SHORT
from contracts.typed_data import consignment_id, holding_id
from tests.properties.life.nouns import Act, Claim, Consignment, Holding, Journey, Receipt
from tests.properties.life.ordering import unless_delivery, unless_lasting
from tests.properties.life.park import Park, unless_custodian, unless_head, unless_seq
from tests.properties.life.words import KNOWN, ON_HOLD, PLAIN, Flag, HoldingStatus, Reason

_LAST_CAUSE = 9  # `Other`


def dispatch_objections(park: Park, act: Act) -> Iterator[Reason]:
    value, to = act.value, act.value["consignment"]["to"]
    holding = holding_of(park, act)
    yield from unless_seq(holding.record, value["seq"])
    yield from unless_custodian(park, act, holding)
    yield from _leaving_objections(holding)
    yield from _quarantine_objections(holding, to)
    yield from unless_lasting(act)
    if value["consignment"]["from"] != act.organisation or to == act.organisation:
        yield Reason.WRONG_ACTOR
    if to not in park.roles:
        yield Reason.ORGANISATION_UNKNOWN
    yield from _recall_objections(park, holding, to)
    if value["order"] != NO_ORDER:
        yield from unless_delivery(park, value["order"], act.organisation, to, value["line"])


def _leaving_objections(holding: Holding) -> Iterator[Reason]:
    """What leaves lies there, loose, free of holds."""
    if holding.flags & Flag.CLOSED:
        yield Reason.CLOSED
    if holding.flags & Flag.PACKED:
        yield Reason.PACKED
    if holding.record.status != HoldingStatus.HELD:
        yield Reason.WRONG_STATE
    if holding.flags & ON_HOLD:
        yield Reason.HELD


def _quarantine_objections(holding: Holding, to: int) -> Iterator[Reason]:
    """Out of quarantine goods only go back: to whoever sent them, or made them."""
    sender = holding.receipt.sender if holding.receipt else 0
    if holding.flags & Flag.QUARANTINED and to not in (holding.maker, sender):
        yield Reason.QUARANTINED


def _recall_objections(park: Park, holding: Holding, to: int) -> Iterator[Reason]:
    """Recalled goods travel back to whoever made them."""
    if park.is_recalled(holding) and to != holding.maker:
        yield Reason.RECALLED


def dispatch(park: Park, act: Act) -> None:
    value, holding = act.value, holding_of(park, act)
    order = park.orders.get(value["order"])
    quarantine = order is not None and value["line"] in order.quarantines
    holding.journey = Journey(value["consignment"]["to"], value["lapsesAt"], quarantine, value["consignment"])
    holding.record.advance(act, act.organisation, HoldingStatus.DISPATCHED, holding.flags)
    _write_consignment(park, act, act.organisation)


def receive_objections(park: Park, act: Act) -> Iterator[Reason]:
    value, holding = act.value, holding_of(park, act)
    yield from unless_head(holding.record, value["agreesTo"])
    yield from _line_objections(holding, act)
    assert holding.journey is not None
    if holding.journey.to != act.organisation:
        yield Reason.WRONG_ACTOR
    if not ACCEPTED <= value["outcome"] <= REJECTED or value["cause"] > _LAST_CAUSE:
        yield Reason.MALFORMED
    if value["outcome"] != ACCEPTED and value["cause"] == 0:
        yield Reason.MALFORMED
    if value["outcome"] == REJECTED:
        return
    if act.now > holding.journey.lapses_at:
        yield Reason.LAPSED
    if holding.flags & ON_HOLD:
        yield Reason.HELD
    yield from _recall_objections(park, holding, act.organisation)
    yield from _quarantine_objections(holding, act.organisation)


def receive(park: Park, act: Act) -> None:
    value, holding = act.value, holding_of(park, act)
    journey, sender = holding.journey, holding.record.holder
    assert journey is not None
    holding.journey = None
    if value["outcome"] == REJECTED:
        holding.record.advance(act, sender, HoldingStatus.HELD, holding.flags)
    else:
        judged_first = Flag.QUARANTINED if journey.quarantine or value["quarantine"] else PLAIN
        park.receive(holding, Receipt(act.signer.address, sender))
        holding.record.advance(act, journey.to, HoldingStatus.HELD, holding.flags & ~Flag.DISPUTED | judged_first)
    _write_consignment(park, act, sender, disputed=value["outcome"] in (SHORT, OVER))


def end_objections(park: Park, act: Act) -> Iterator[Reason]:
    holding = holding_of(park, act)
    yield from unless_seq(holding.record, act.value["seq"])
    yield from _line_objections(holding, act)
    assert holding.journey is not None
    if act.now <= holding.journey.lapses_at and act.organisation not in (holding.record.holder, holding.journey.to):
        yield Reason.WRONG_ACTOR


def end(park: Park, act: Act) -> None:
    holding = holding_of(park, act)
    holding.journey = None
    holding.record.advance(act, holding.record.holder, HoldingStatus.HELD, holding.flags)
    _write_consignment(park, act, holding.record.holder)


def receive_direct_objections(park: Park, act: Act) -> Iterator[Reason]:
    value = act.value
    if value["holding"]["creator"] != act.organisation:
        yield Reason.WRONG_ACTOR
    if holding_id(value["holding"]) in park.holdings:
        yield Reason.ALREADY_EXISTS
    if value["order"] != NO_ORDER:
        yield from unless_delivery(park, value["order"], None, act.organisation, value["line"])


def receive_direct(park: Park, act: Act) -> None:
    value, holding = act.value, holding_of(park, act)
    order = park.orders.get(value["order"])
    judged_first = value["quarantine"] or (order is not None and value["line"] in order.quarantines)
    holding.receipt = Receipt(act.signer.address, 0)
    holding.record.advance(act, act.organisation, HoldingStatus.HELD, Flag.QUARANTINED if judged_first else PLAIN)
    park.holdings[holding.id] = holding
    park.created += 1
    if value["claim"] != bytes(32):
        park.claims[act.hash] = Claim(value["claim"], act.organisation)


def holding_of(park: Park, act: Act) -> Holding:
    """The holding an act is about; a blank one if there is none."""
    key = act.value["holding"]
    id_ = holding_id(key)
    return park.holdings.get(id_) or Holding(key, id_, park.records["Traceability", id_])


def _line_objections(holding: Holding, act: Act) -> Iterator[Reason]:
    """A line is answered in the consignment it was dispatched in."""
    if holding.journey is None:
        yield Reason.WRONG_STATE
        return
    if holding.journey.consignment != act.value["consignment"]:
        yield Reason.MALFORMED


def _write_consignment(park: Park, act: Act, sender: int, *, disputed: bool = False) -> None:
    key = act.value["consignment"]
    id_ = consignment_id(key)
    consignment = park.consignments.setdefault(id_, Consignment(key, park.records["Traceability", id_]))
    flags = consignment.record.flags | (Flag.DISPUTED if disputed else PLAIN)
    consignment.record.advance(act, sender, KNOWN, flags)
