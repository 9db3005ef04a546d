"""The state of every line of an order, derived from what happened to it. The law stands in docs/procurement.md.

Pure: steps in chain order go in, states come out. The list of orders and the page of one use the same function, and the
status of an order follows from its lines; the ledger's own status must agree, which a test asks of random histories.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from backend.procurement.records import RECEIPT_OUTCOME


class LineState(StrEnum):
    """Where a line of an order stands."""

    OFFERED = "offered"
    """The order awaits its supplier's answer."""
    ENDED = "ended"
    """The order was never agreed."""
    OPEN = "open"
    """Nothing is on its way, nothing was kept."""
    ON_ITS_WAY = "on_its_way"
    PARTLY_RECEIVED = "partly_received"
    """Some goods were kept, others are on their way."""
    RECEIVED = "received"
    SHORT = "short"
    OVER = "over"
    REJECTED = "rejected"
    RETURNED = "returned"
    REPORTED = "reported"
    """A milestone of the service awaits its acceptance."""
    ACCEPTED = "accepted"
    """A milestone of the service was accepted, and was not the last."""
    CLOSED = "closed"
    """The buyer is done with it."""
    CANCELLED = "cancelled"
    """Both agreed to give it up."""


class GoodsState(StrEnum):
    """Where a holding stands that was sent on a line."""

    ON_ITS_WAY = "on_its_way"
    ACCEPTED = "accepted"
    SHORT = "short"
    OVER = "over"
    REJECTED = "rejected"
    """Turned away at the dock; custody stayed with the supplier."""
    ENDED = "ended"
    """Its dispatch was withdrawn, declined, or lapsed."""
    RETURNING = "returning"
    """On its way back; still in the buyer's custody."""
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Step:
    """One event in an order's history; the fields its kind does not have keep their defaults."""

    number: int
    kind: str
    """The event's name: `OrderIssued`, `GoodsReceived`, ..."""
    occurred_at: int = 0
    lines: int = 0
    """Of `OrderIssued`: how many."""
    mask: int = 0
    """One bit a line: the services of `OrderIssued`, what `ChangeProposed` would cancel, what `LinesClosed` closes."""
    line: int = 0
    milestone: int = 0
    is_last: bool = False
    holding: bytes = b""
    consignment: bytes = b""
    to_buyer: bool = True
    """Whether goods travel to the buyer; else they go back."""
    outcome: int = 0
    cause: int = 0


@dataclass(slots=True)
class Goods:
    """A holding that was sent on a line."""

    holding: bytes
    consignment: bytes
    """The one it came in; empty for a one-sided receipt."""
    state: GoodsState
    kept_as: GoodsState | None = None
    """What its receipt said, as long as the buyer has it."""
    cause: int = 0
    arrived_at: int | None = None
    """When it was received, by the receiver's account: Unix seconds."""


@dataclass(slots=True)
class Report:
    """What was reported of a milestone."""

    is_last: bool
    """Its acceptance closes the line."""
    is_accepted: bool = False


@dataclass(slots=True)
class Line:
    """A line of an order."""

    is_service: bool
    state: LineState = LineState.OFFERED
    goods: dict[bytes, Goods] = field(default_factory=dict)
    milestones: dict[int, Report] = field(default_factory=dict)
    """Those reported and not ended, by their numbers."""
    closed_at: int | None = None
    is_cancelled: bool = False
    accepted_at: int | None = None

    @property
    def done_at(self) -> int | None:
        """When the last of it was received or accepted, else when it was closed; None while nothing was."""
        arrivals = [goods.arrived_at for goods in self.goods.values() if goods.kept_as and goods.arrived_at is not None]
        return max(arrivals, default=self.accepted_at or self.closed_at)


_WAITS_NO_MORE = frozenset({LineState.RECEIVED, LineState.OVER, LineState.CLOSED, LineState.CANCELLED, LineState.ENDED})


class OrderLines:
    """An order as its history makes it."""

    def __init__(self, steps: Iterable[Step]) -> None:
        """Read a history from its beginning; steps stand in the order of the chain."""
        self.lines: list[Line] = []
        self.proposed: int | None = None
        """What the change that awaits its answer would cancel, one bit a line; None if none awaits one."""
        self._agreed: bool | None = None
        for step in steps:
            self._arrows[step.kind](self, step)
        for line in self.lines:
            line.state = self._state_of(line)

    @property
    def states(self) -> tuple[LineState, ...]:
        """The state of each line."""
        return tuple(line.state for line in self.lines)

    @property
    def status(self) -> str:
        """The order's status, as it follows from its lines and from whether a change awaits its answer."""
        return status_of(self.states, is_changing=self.proposed is not None)

    @property
    def is_settled(self) -> bool:
        """Whether no line waits any more for anything to come."""
        return all(line.state in _WAITS_NO_MORE for line in self.lines)

    def settled_at(self) -> int | None:
        """When the last line was fulfilled, if none waits any more; None for an order that was given up whole."""
        return max((line.done_at for line in self.lines if line.done_at is not None), default=None)

    def _issued(self, step: Step) -> None:
        self.lines = [Line(is_service=bool(step.mask >> index & 1)) for index in range(step.lines)]

    def _confirmed(self, _step: Step) -> None:
        self._agreed = True

    def _change_proposed(self, step: Step) -> None:
        self.proposed = step.mask

    def _change_agreed(self, _step: Step) -> None:
        for line in self._named(self.proposed or 0):
            line.is_cancelled = True
        self.proposed = None

    def _proposal_ended(self, _step: Step) -> None:
        if self._agreed is None:
            self._agreed = False
        self.proposed = None

    def _lines_closed(self, step: Step) -> None:
        for line in self._named(step.mask):
            line.closed_at = step.occurred_at

    def _milestone_reported(self, step: Step) -> None:
        self.lines[step.line].milestones[step.milestone] = Report(is_last=step.is_last)

    def _milestone_accepted(self, step: Step) -> None:
        line = self.lines[step.line]
        report = line.milestones[step.milestone]
        report.is_accepted = True
        line.accepted_at = max(step.occurred_at, line.accepted_at or 0)
        if report.is_last and line.closed_at is None:
            line.closed_at = step.occurred_at

    def _report_ended(self, step: Step) -> None:
        del self.lines[step.line].milestones[step.milestone]

    def _dispatched(self, step: Step) -> None:
        goods = self.lines[step.line].goods
        if step.to_buyer:
            goods[step.holding] = Goods(step.holding, step.consignment, GoodsState.ON_ITS_WAY)
        elif goods[step.holding].kept_as:
            goods[step.holding].state = GoodsState.RETURNING

    def _received(self, step: Step) -> None:
        goods = self.lines[step.line].goods[step.holding]
        said = GoodsState(RECEIPT_OUTCOME[step.outcome])
        stays = said is GoodsState.REJECTED
        if step.to_buyer:
            goods.state, goods.cause = said, step.cause
            goods.kept_as, goods.arrived_at = (None, None) if stays else (said, step.occurred_at)
        elif goods.kept_as:
            goods.state, goods.kept_as = (goods.kept_as, goods.kept_as) if stays else (GoodsState.RETURNED, None)

    def _received_direct(self, step: Step) -> None:
        arrived = Goods(step.holding, b"", GoodsState.ACCEPTED, GoodsState.ACCEPTED, arrived_at=step.occurred_at)
        self.lines[step.line].goods[step.holding] = arrived

    def _dispatch_ended(self, step: Step) -> None:
        goods = self.lines[step.line].goods[step.holding]
        goods.state = goods.kept_as or (GoodsState.ENDED if step.to_buyer else goods.state)

    def _named(self, mask: int) -> list[Line]:
        return [line for index, line in enumerate(self.lines) if mask >> index & 1]

    def _state_of(self, line: Line) -> LineState:
        if self._agreed is None:
            return LineState.OFFERED
        if not self._agreed:
            return LineState.ENDED
        if line.is_cancelled:
            return LineState.CANCELLED
        if line.closed_at is not None:
            return LineState.CLOSED
        return _state_of_service(line) if line.is_service else _state_of_goods(line.goods.values())

    _arrows: ClassVar[Mapping[str, Callable[["OrderLines", Step], None]]] = {
        "OrderIssued": _issued,
        "OrderConfirmed": _confirmed,
        "ChangeProposed": _change_proposed,
        "ChangeAgreed": _change_agreed,
        "ProposalEnded": _proposal_ended,
        "LinesClosed": _lines_closed,
        "MilestoneReported": _milestone_reported,
        "MilestoneAccepted": _milestone_accepted,
        "ReportEnded": _report_ended,
        "GoodsDispatched": _dispatched,
        "GoodsReceived": _received,
        "DispatchEnded": _dispatch_ended,
        "ReceivedDirect": _received_direct,
    }


def status_of(states: Sequence[LineState], *, is_changing: bool) -> str:
    """An order's status by those of its lines: one of `ORDER_STATUS`.

    Args:
        is_changing: whether a proposed change awaits its answer.
    """
    if LineState.OFFERED in states:
        return "offered"
    if LineState.ENDED in states:
        return "ended"
    if any(state not in (LineState.CLOSED, LineState.CANCELLED) for state in states):
        return "changing" if is_changing else "confirmed"
    return "closed" if LineState.CLOSED in states else "cancelled"


def _state_of_service(line: Line) -> LineState:
    if not all(report.is_accepted for report in line.milestones.values()):
        return LineState.REPORTED
    return LineState.ACCEPTED if line.milestones else LineState.OPEN


# What was kept decides over what was not; a discrepancy over its absence.
_BY_KEPT = (
    (GoodsState.SHORT, LineState.SHORT),
    (GoodsState.OVER, LineState.OVER),
    (GoodsState.ACCEPTED, LineState.RECEIVED),
)
_BY_NOT_KEPT = ((GoodsState.RETURNED, LineState.RETURNED), (GoodsState.REJECTED, LineState.REJECTED))


def _state_of_goods(sent: Iterable[Goods]) -> LineState:
    states, kept = set(), set()
    for goods in sent:
        states.add(goods.state)
        kept.add(goods.kept_as)
    if GoodsState.ON_ITS_WAY in states:
        return LineState.PARTLY_RECEIVED if kept - {None} else LineState.ON_ITS_WAY
    for found, state in _BY_KEPT:
        if found in kept:
            return state
    return next((state for found, state in _BY_NOT_KEPT if found in states), LineState.OPEN)
