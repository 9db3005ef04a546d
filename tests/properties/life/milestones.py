"""The rules of milestones: the supplier of a service line reports, the buyer accepts."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.typed_data import milestone_id, order_id
from tests.properties.life.nouns import Act, Milestone
from tests.properties.life.ordering import close_lines, unless_lasting, unless_settled
from tests.properties.life.park import Park, unless_head, unless_seq
from tests.properties.life.words import Flag, MilestoneStatus, OrderStatus, Reason


def report_objections(park: Park, act: Act) -> Iterator[Reason]:
    milestone, line = _milestone(park, act), act.value["milestone"]["line"]
    order = park.orders.get(order_id(act.value["milestone"]["order"]))
    if milestone.record.seq != act.value["seq"]:
        yield Reason.STALE_SEQ
    if milestone.is_reported:
        yield Reason.PROPOSAL_PENDING
    if milestone.record.flags & Flag.CLOSED:
        yield Reason.CLOSED
    if order is None:
        yield Reason.NOT_FOUND
        return
    if order.supplier != act.organisation:
        yield Reason.WRONG_ACTOR
    if order.status not in (OrderStatus.CONFIRMED, OrderStatus.CHANGING):
        yield Reason.WRONG_STATE
    if line not in order.open_lines & order.services:
        yield Reason.LINE_CLOSED
    yield from unless_lasting(act)


def report(park: Park, act: Act) -> None:
    value, milestone = act.value, _milestone(park, act)
    milestone.report, milestone.last, milestone.lapses_at = value["report"], value["last"], value["lapsesAt"]
    milestone.record.advance(act, value["milestone"]["order"]["supplier"], MilestoneStatus.REPORTED)
    park.milestones[milestone_id(value["milestone"])] = milestone


def accept_objections(park: Park, act: Act) -> Iterator[Reason]:
    milestone = _milestone(park, act)
    yield from unless_head(milestone.record, act.value["agreesTo"])
    if not milestone.is_reported:
        yield Reason.WRONG_STATE
    if milestone.key["order"]["buyer"] != act.organisation:
        yield Reason.WRONG_ACTOR
    if act.now > milestone.lapses_at:
        yield Reason.LAPSED
    if act.value["report"] != milestone.report:
        yield Reason.WRONG_AGREES_TO
    if closes_its_line(park, milestone):
        yield from unless_settled(park.orders[order_id(milestone.key["order"])])


def accept(park: Park, act: Act) -> None:
    milestone = _milestone(park, act)
    closes = closes_its_line(park, milestone)
    milestone.record.advance(act, milestone.record.holder, MilestoneStatus.ACCEPTED, Flag.CLOSED)
    if closes:
        close_lines(park.orders[order_id(milestone.key["order"])], frozenset({milestone.key["line"]}), act)


def end_objections(park: Park, act: Act) -> Iterator[Reason]:
    milestone = _milestone(park, act)
    yield from unless_seq(milestone.record, act.value["seq"])
    if not milestone.is_reported:
        yield Reason.WRONG_STATE
    order = milestone.key["order"]
    if act.now <= milestone.lapses_at and act.organisation not in (order["buyer"], order["supplier"]):
        yield Reason.WRONG_ACTOR


def end(park: Park, act: Act) -> None:
    milestone = _milestone(park, act)
    milestone.record.advance(act, milestone.record.holder, MilestoneStatus.ENDED)


def closes_its_line(park: Park, milestone: Milestone) -> bool:
    """Whether its acceptance closes its line; a line that was closed meanwhile stays as it is."""
    return milestone.last and milestone.key["line"] in park.orders[order_id(milestone.key["order"])].open_lines


def _milestone(park: Park, act: Act) -> Milestone:
    """The milestone an act is about; a blank one if it was never reported."""
    key = act.value["milestone"]
    id_ = milestone_id(key)
    return park.milestones.get(id_) or Milestone(key, park.records["Procurement", id_], bytes(32), False, 0)
