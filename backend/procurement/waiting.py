"""What waits for an actor's organisation: what others have asked of it, what quality has to judge, what of its own has
lapsed; each with the action that would answer, as far as that follows from the state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Select, and_, cast, null, or_, select, true

from backend import clock
from backend.identity.actor import Actor
from backend.procurement.milestones import last_report
from backend.procurement.schemas import ToDoItemOut, ToDoOut, UnsignedOut
from contracts.action_json import to_json
from contracts.typed_data import STRUCTS
from indexer import schema as mirror

MOST = 100
"""Of each kind, at once."""

_DAY = 86_400
_TERMS, _TRANSIT, _MILESTONE, _CONSIGNMENT = (
    mirror.purchase_order_latest,
    mirror.transit_latest,
    mirror.milestone_latest,
    mirror.consignment_latest,
)
_ISSUED = mirror.EVENT_TABLES["OrderIssued"]

# contracts/src/types/Record.sol: packed, disputed, closed. Disputed in quarantine is what quality has failed already.
_PACKED, _DISPUTED, _CLOSED = 1 << 0, 1 << 4, 1 << 6

_NEVER = cast(null(), BigInteger)


@dataclass(frozen=True, slots=True)
class _Noun:
    """A kind of thing that one side gives and the other answers until it lapses."""

    asked: Callable[[], Select[Any]]
    is_given_by: Callable[[int], ColumnElement[bool]]
    is_answered_by: Callable[[int], ColumnElement[bool]]
    lapses_at: ColumnElement[int]
    answer: Callable[[Row[Any]], tuple[str, str, Mapping[str, Any]]]
    """What waits, the action that answers, and the fields of it that are known."""
    end: Callable[[Row[Any]], tuple[str, str, Mapping[str, Any]]]


def to_do(connection: Connection, actor: Actor, *, within_days: int) -> ToDoOut:
    """What waits for the actor's organisation now.

    Args:
        within_days: of one's own offers, those that lapse so soon are told too.
    """
    ours, now = actor.organisation, clock.now()
    items: list[ToDoItemOut] = []
    lapsing: list[ToDoItemOut] = []
    cut: set[str] = set()

    def take(into: list[ToDoItemOut], asked: Select[Any], told: Callable[[Row[Any]], Any]) -> None:
        rows = connection.execute(asked.limit(MOST + 1)).all()
        found = [_item(row, ours, *told(row)) for row in rows[:MOST]]
        into += found
        if len(rows) > MOST:
            cut.update(item.what for item in found)

    for noun in _NOUNS:
        asked = noun.asked().order_by(noun.lapses_at)
        take(items, asked.where(noun.is_answered_by(ours), noun.lapses_at >= now), noun.answer)
        take(items, asked.where(noun.is_given_by(ours), noun.lapses_at < now), noun.end)
        soon = noun.lapses_at.between(now, now + within_days * _DAY)
        take(lapsing, asked.where(noun.is_given_by(ours), soon), noun.end)
    take(items, _disputed(ours), _settlement)
    take(items, _unjudged(ours), _judgement)
    return ToDoOut(items=_most_urgent_first(items), lapsing=_most_urgent_first(lapsing), cut=tuple(sorted(cut)))


def _most_urgent_first(items: Sequence[ToDoItemOut]) -> list[ToDoItemOut]:
    return sorted(items, key=lambda item: (item.lapses_at is None, item.lapses_at or item.since))


def _item(row: Row[Any], ours: int, what: str, action: str, fields: Mapping[str, Any]) -> ToDoItemOut:
    return ToDoItemOut(
        what=what,
        subject=row.subject,
        other=next((party for party in (row.giver, row.receiver) if party not in (None, ours)), None),
        since=row.recorded_at,
        lapses_at=row.lapses_at,
        unsigned=UnsignedOut(
            action=action,
            fields=to_json(fields),
            to_fill=tuple(field.name for field in STRUCTS[action] if field.name not in fields),
        ),
    )


def _since(number: ColumnElement[int]) -> ColumnElement[bool]:
    return mirror.block.c.number == mirror.block_of(number)


# --- orders ---------------------------------------------------------------------------------------------------


def _orders() -> Select[Any]:
    return (
        select(
            _TERMS.c.id.label("subject"),
            *_TERMS.c["buyer", "supplier", "proposer", "lapses_at"],
            _TERMS.c.buyer.label("giver"),
            _TERMS.c.supplier.label("receiver"),
            _ISSUED.c.order_handle,
            *mirror.record.c["head", "seq"],
            mirror.block.c.recorded_at,
        )
        .select_from(_TERMS)
        .join(_ISSUED, _ISSUED.c.id == _TERMS.c.id)
        .join(mirror.record, mirror.record.c.number == _TERMS.c.number)
        .join(mirror.block, _since(_TERMS.c.number))
        .where(mirror.AWAITS_ANSWER)
    )


def _is_party(organisation: int) -> ColumnElement[bool]:
    return or_(_TERMS.c.buyer == organisation, _TERMS.c.supplier == organisation)


def _proposes(organisation: int) -> ColumnElement[bool]:
    """Whether an offer (nobody is named as its proposer: the buyer is) or a change is the organisation's own."""
    offer = and_(_TERMS.c.proposer == 0, _TERMS.c.buyer == organisation)
    return and_(_is_party(organisation), or_(offer, _TERMS.c.proposer == organisation))


def _is_asked(organisation: int) -> ColumnElement[bool]:
    offer = and_(_TERMS.c.proposer == 0, _TERMS.c.supplier == organisation)
    change = _TERMS.c.proposer.not_in((0, organisation))
    return and_(_is_party(organisation), or_(offer, change))


def _order_key(row: Row[Any]) -> dict[str, Any]:
    return {"buyer": row.buyer, "supplier": row.supplier, "handle": row.order_handle}


def _order_answer(row: Row[Any]) -> tuple[str, str, Mapping[str, Any]]:
    fields = {"order": _order_key(row), "agreesTo": row.head}
    return ("agree_change", "AgreeChange", fields) if row.proposer else ("confirm_order", "ConfirmOrder", fields)


def _order_end(row: Row[Any]) -> tuple[str, str, Mapping[str, Any]]:
    return "end_proposal", "EndProposal", {"order": _order_key(row), "seq": row.seq}


# --- dispatches -----------------------------------------------------------------------------------------------


def _dispatches() -> Select[Any]:
    return (
        select(
            _TRANSIT.c.holding_id.label("subject"),
            _TRANSIT.c.lapses_at,
            _TRANSIT.c.sender.label("giver"),
            _TRANSIT.c.receiver,
            *mirror.holding.c["maker", "handle", "creator", "serial"],
            _CONSIGNMENT.c.handle.label("consignment_handle"),
            *mirror.record_latest.c["head", "seq"],
            mirror.block.c.recorded_at,
        )
        .select_from(_TRANSIT)
        .join(mirror.holding, mirror.holding.c.id == _TRANSIT.c.holding_id)
        .join(_CONSIGNMENT, _CONSIGNMENT.c.id == _TRANSIT.c.consignment_id)
        # Holds may have been placed on it since: its head is the latest.
        .join(mirror.record_latest, mirror.record_latest.c.id == _TRANSIT.c.holding_id)
        .join(mirror.block, _since(_TRANSIT.c.number))
        .where(_TRANSIT.c.lapses_at.is_not(None))
    )


def _line_fields(row: Row[Any]) -> dict[str, Any]:
    consignment = {"from": row.giver, "to": row.receiver, "handle": row.consignment_handle}
    return {"holding": _holding_key(row), "consignment": consignment}


def _holding_key(row: Row[Any]) -> dict[str, Any]:
    return {"maker": row.maker, "handle": row.handle, "creator": row.creator, "serial": row.serial}


def _dispatch_answer(row: Row[Any]) -> tuple[str, str, Mapping[str, Any]]:
    return "receive_goods", "ReceiveGoods", {**_line_fields(row), "agreesTo": row.head}


def _dispatch_end(row: Row[Any]) -> tuple[str, str, Mapping[str, Any]]:
    return "end_dispatch", "EndDispatch", {**_line_fields(row), "seq": row.seq}


# --- reports of milestones ------------------------------------------------------------------------------------


def _reports() -> Select[Any]:
    report = last_report()
    return (
        select(
            _MILESTONE.c.id.label("subject"),
            *_MILESTONE.c["buyer", "supplier", "line", "ordinal", "lapses_at"],
            _MILESTONE.c.supplier.label("giver"),
            _MILESTONE.c.buyer.label("receiver"),
            report.c.milestone_order_handle.label("order_handle"),
            report.c.report,
            *mirror.record.c["head", "seq"],
            mirror.block.c.recorded_at,
        )
        .select_from(_MILESTONE)
        .join(report, true())
        .join(mirror.record, mirror.record.c.number == _MILESTONE.c.number)
        .join(mirror.block, _since(_MILESTONE.c.number))
        .where(_MILESTONE.c.lapses_at.is_not(None))
    )


def _milestone_key(row: Row[Any]) -> dict[str, Any]:
    return {"order": _order_key(row), "line": row.line, "number": row.ordinal}


def _report_answer(row: Row[Any]) -> tuple[str, str, Mapping[str, Any]]:
    fields = {"milestone": _milestone_key(row), "agreesTo": row.head, "report": row.report}
    return "accept_milestone", "AcceptMilestone", fields


def _report_end(row: Row[Any]) -> tuple[str, str, Mapping[str, Any]]:
    return "end_report", "EndReport", {"milestone": _milestone_key(row), "seq": row.seq}


_NOUNS = (
    _Noun(_orders, _proposes, _is_asked, _TERMS.c.lapses_at, _order_answer, _order_end),
    _Noun(
        _dispatches,
        lambda organisation: _TRANSIT.c.sender == organisation,
        lambda organisation: _TRANSIT.c.receiver == organisation,
        _TRANSIT.c.lapses_at,
        _dispatch_answer,
        _dispatch_end,
    ),
    _Noun(
        _reports,
        lambda organisation: _MILESTONE.c.supplier == organisation,
        lambda organisation: _MILESTONE.c.buyer == organisation,
        _MILESTONE.c.lapses_at,
        _report_answer,
        _report_end,
    ),
)


# --- what waits without end -----------------------------------------------------------------------------------


def _disputed(sender: int) -> Select[Any]:
    """Consignments whose receiver found too little or too much: the sender may agree."""
    return (
        select(
            _CONSIGNMENT.c.id.label("subject"),
            _CONSIGNMENT.c.sender.label("giver"),
            *_CONSIGNMENT.c["receiver", "handle", "head"],
            _NEVER.label("lapses_at"),
            mirror.block.c.recorded_at,
        )
        .select_from(_CONSIGNMENT)
        .join(mirror.block, _since(_CONSIGNMENT.c.number))
        .where(_CONSIGNMENT.c.sender == sender, mirror.IN_DISPUTE)
        .order_by(_CONSIGNMENT.c.number)
    )


def _settlement(row: Row[Any]) -> tuple[str, str, Mapping[str, Any]]:
    consignment = {"from": row.giver, "to": row.receiver, "handle": row.handle}
    return "settle_discrepancy", "SettleDiscrepancy", {"consignment": consignment, "agreesTo": row.head}


def _unjudged(custodian: int) -> Select[Any]:
    """What lies with its custodian on hold or in quarantine, loose, and was not failed."""
    latest = mirror.record_latest.c
    return (
        select(
            latest.id.label("subject"),
            latest.holder.label("giver"),
            latest.holder.label("receiver"),
            *mirror.holding.c["maker", "handle", "creator", "serial"],
            latest.seq,
            _NEVER.label("lapses_at"),
            mirror.block.c.recorded_at,
        )
        .select_from(mirror.record_latest)
        .join(mirror.holding, mirror.holding.c.id == latest.id)
        .join(mirror.block, _since(latest.number))
        .where(
            latest.holder == custodian,
            mirror.WAITS_FOR_QUALITY,
            latest.flags.bitwise_and(_PACKED | _DISPUTED | _CLOSED) == 0,
        )
        .order_by(latest.number)
    )


def _judgement(row: Row[Any]) -> tuple[str, str, Mapping[str, Any]]:
    return "judge_holding", "JudgeHolding", {"holding": _holding_key(row), "seq": row.seq}
