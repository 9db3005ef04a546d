"""All kinds of acts with their rules, and what becomes of a batch of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from backend.identity.actor import Right
from contracts.signatures import keccak
from contracts.typed_data import MODE_ALL, MODE_EACH, action_hash
from tests.properties.life import claiming, lot_events, milestones, ordering, quality, shipping
from tests.properties.life.nouns import Act, Signer, Value
from tests.properties.life.park import Park
from tests.properties.life.words import CLOCK_SKEW, Reason


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the rights a key must have; what speaks against an act, first things first; its effect."""

    rights: Right
    objections: Callable[[Park, Act], Iterator[Reason]]
    effect: Callable[[Park, Act], None]


_ROOT: Final = keccak(b"details")
_OF_PARTIES: Final = Right.ORDER | Right.RECEIVE

KINDS: Final[Mapping[str, Kind]] = {
    "IssueOrder": Kind(Right.ORDER, ordering.issue_objections, ordering.issue),
    "ConfirmOrder": Kind(Right.ORDER, ordering.confirm_objections, ordering.confirm),
    "ProposeChange": Kind(Right.ORDER, ordering.propose_objections, ordering.propose),
    "AgreeChange": Kind(Right.ORDER, ordering.agree_objections, ordering.agree),
    "EndProposal": Kind(Right.ORDER, ordering.end_objections, ordering.end),
    "CloseLines": Kind(Right.ORDER, ordering.close_objections, ordering.close),
    "ReportMilestone": Kind(Right.ORDER, milestones.report_objections, milestones.report),
    "AcceptMilestone": Kind(Right.RECEIVE, milestones.accept_objections, milestones.accept),
    "EndReport": Kind(_OF_PARTIES, milestones.end_objections, milestones.end),
    "RecordLotEvent": Kind(Right.STOCK, lot_events.objections, lot_events.record),
    "DispatchGoods": Kind(Right.STOCK, shipping.dispatch_objections, shipping.dispatch),
    "ReceiveGoods": Kind(Right.RECEIVE, shipping.receive_objections, shipping.receive),
    "EndDispatch": Kind(Right.STOCK | Right.RECEIVE, shipping.end_objections, shipping.end),
    "ReceiveDirect": Kind(Right.RECEIVE, shipping.receive_direct_objections, shipping.receive_direct),
    "PlaceHold": Kind(Right.QUALITY, quality.hold_objections, quality.hold),
    "JudgeHolding": Kind(Right.QUALITY, quality.judge_objections, quality.judge),
    "RecallLot": Kind(Right.QUALITY, quality.recall_objections, quality.recall),
    "EndRecall": Kind(Right.QUALITY, quality.end_recall_objections, quality.end_recall),
    "SettleDiscrepancy": Kind(_OF_PARTIES, claiming.settle_objections, claiming.settle),
    "CountersignReceipt": Kind(Right.STOCK | Right.ORDER, claiming.countersign_objections, claiming.countersign),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Actions of one kind that a signer signs at once."""

    kind: str
    signer: Signer
    values: tuple[Value, ...]
    mode: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a batch: a reason for each action, `NONE` if recorded; or the whole of it reverts.

    `reverted` is the index of the action that reverts an `all` batch, -1 if nothing was to be recorded.
    """

    reasons: tuple[Reason, ...]
    reverted: int | None = None


def objection(park: Park, act: Act) -> Reason:
    """The first thing that speaks against an act; `NONE` if nothing does."""
    kind = KINDS[act.kind]
    if not act.signer.rights & kind.rights:
        return Reason.RIGHT_MISSING
    # Of a lot event the form is judged first.
    if act.kind != "RecordLotEvent" and act.value["occurredAt"] > act.now + CLOCK_SKEW:
        return Reason.FROM_THE_FUTURE
    return next(kind.objections(park, act), Reason.NONE)


def signed(park: Park, kind: str, signer: Signer, *fields: Value, mode: int = MODE_EACH) -> Deed:
    """A deed of the moment: each action's own fields, when it happened, and a commitment to details."""
    statement = {"occurredAt": park.now, "schema": 1, "root": _ROOT}
    return Deed(kind, signer, tuple({**statement, **each} for each in fields), mode)


def act_of(park: Park, deed: Deed, value: Value) -> Act:
    """One action of a deed, tried in the next block."""
    return Act(deed.kind, value, action_hash(deed.kind, value), deed.signer, park.now)


def after(park: Park, deed: Deed, watch: Callable[[Park, Park, Act], None]) -> tuple[Park, Outcome]:
    """The park one block later, and what became of the batch. `park` itself stays as it is.

    `watch` sees the park before and after each act that is recorded.
    """
    trial = park.copy()
    reasons: list[Reason] = []
    for index, value in enumerate(deed.values):
        act = act_of(trial, deed, value)
        reasons.append(objection(trial, act))
        if reasons[-1] is Reason.NONE:
            before = trial.copy()
            KINDS[deed.kind].effect(trial, act)
            watch(before, trial, act)
        elif deed.mode == MODE_ALL:
            return _a_block_later(park), Outcome((reasons[-1],), index)
    if all(reasons):
        return _a_block_later(park), Outcome((reasons[0],), -1)
    return _a_block_later(trial), Outcome(tuple(reasons))


def _a_block_later(park: Park) -> Park:
    """Blocks are a second apart."""
    later = park.copy()
    later.now += 1
    return later
