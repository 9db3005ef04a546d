"""Reading consignments, as far as an actor may see them: its organisation sends or receives, or it oversees."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from backend.db import among
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.procurement.pages import PAGE, final_block, first_of, is_final, rest_of_page
from backend.procurement.records import CAUSE, DISCREPANCY, QUARANTINED, RECEIPT_OUTCOME
from backend.procurement.schemas import (
    ConsignmentDetailOut,
    ConsignmentFilter,
    ConsignmentLineOut,
    ConsignmentOut,
    ConsignmentPageOut,
    Direction,
    HistoryOut,
    Standing,
)
from backend.procurement.steps import history
from indexer import schema as mirror

LINES = 500
"""On a page of one consignment."""

NO_ORDER = bytes(32)

_LATEST = mirror.consignment_latest
_DISPATCHED, _RECEIVED, _ENDED = (
    mirror.EVENT_TABLES[name] for name in ("GoodsDispatched", "GoodsReceived", "DispatchEnded")
)
_OPEN = DISCREPANCY.index("open")
_KEPT = ("accepted", "short", "over")
_PARTY = {Direction.SENT: _LATEST.c.sender, Direction.RECEIVED: _LATEST.c.receiver}


def consignments(connection: Connection, actor: Actor, asked: ConsignmentFilter) -> ConsignmentPageOut:
    """A page of consignments, by their last changes."""
    party = asked.counterparty
    wanted = (
        _consignments()
        .where(_LATEST.c.number > asked.changed_since)
        .where(or_(_LATEST.c.sender == party, _LATEST.c.receiver == party) if party else true())
        .where(_stands(asked.standing) if asked.standing is not None else true())
    )
    if asked.direction is None:
        found = first_of(wanted, actor, tuple(_PARTY.values()), _LATEST.c.number, PAGE + 1)
    else:
        found = wanted.where(_PARTY[asked.direction] == actor.organisation).order_by(_LATEST.c.number).limit(PAGE + 1)
    page = connection.execute(found).all()
    final = final_block(connection)
    return ConsignmentPageOut(
        consignments=[ConsignmentOut(**_fields(row, final)) for row in page[:PAGE]],
        **rest_of_page(page, asked.changed_since, final),
    )


def consignment(connection: Connection, actor: Actor, consignment_id: bytes, *, after: int) -> ConsignmentDetailOut:
    """One consignment with a page of its lines.

    Raises:
        ServiceError: `not_found`, if there is none or the actor may not see it.
    """
    row = _seen(connection, actor, consignment_id)
    sent = connection.execute(
        select(*_DISPATCHED.c["number", "id", "order", "line", "lapses_at"])
        .where(_DISPATCHED.c.consignment_id == consignment_id, _DISPATCHED.c.number > after)
        .order_by(_DISPATCHED.c.number)
        .limit(LINES + 1)
    ).all()
    answers = _answers(connection, consignment_id, {line.id for line in sent})
    return ConsignmentDetailOut(
        **_fields(row, final_block(connection)),
        contents=[
            _line(line, next((answer for answer in answers[line.id] if answer.number > line.number), None))
            for line in sent[:LINES]
        ],
        next_after=sent[LINES - 1].number if len(sent) > LINES else None,
    )


def consignment_history(connection: Connection, actor: Actor, consignment_id: bytes, *, after: int) -> HistoryOut:
    """A page of what happened to a consignment, oldest first.

    Raises:
        ServiceError: `not_found`.
    """
    _seen(connection, actor, consignment_id)
    change, transit = mirror.consignment.c, mirror.transit.c
    number = mirror.event_of(change.number)
    asked = (
        select(number.label("number"), literal(None).label("line"), transit.holding_id)
        .select_from(mirror.consignment)
        # A line's holding stands first in what its act touched, its consignment second.
        .outerjoin(mirror.transit, transit.number == change.number - 1)
        .where(change.id == consignment_id, number > after)
        .order_by(change.number)
        .limit(PAGE + 1)
    )
    steps = history(connection, asked, final_block(connection))
    return HistoryOut(steps=steps[:PAGE], next_after=steps[PAGE - 1].number if len(steps) > PAGE else None)


def _seen(connection: Connection, actor: Actor, consignment_id: bytes) -> Row[Any]:
    row = connection.execute(_consignments().where(_LATEST.c.id == consignment_id)).one_or_none()
    if row is None or not (actor.is_overseer or actor.organisation in (row.sender, row.receiver)):
        raise ServiceError("not_found")
    return row


def _consignments() -> Select[Any]:
    lines = select(func.count()).where(_DISPATCHED.c.consignment_id == _LATEST.c.id).scalar_subquery()
    return select(_LATEST, lines.label("lines"), _on_its_way(func.count()).scalar_subquery().label("on_its_way"))


def _on_its_way(what: ColumnElement[Any]) -> Select[Any]:
    transit = mirror.transit_latest.c
    return select(what).where(transit.consignment_id == _LATEST.c.id, transit.lapses_at.is_not(None))


def _stands(standing: Standing) -> ColumnElement[bool]:
    is_open = or_(_LATEST.c.discrepancy == _OPEN, exists(_on_its_way(literal(1))))
    return is_open if standing is Standing.OPEN else not_(is_open)


def _fields(row: Row[Any], final: int) -> dict[str, Any]:
    return {
        "number": row.number,
        "finalised": is_final(row.number, final),
        "id": row.id,
        "sender": row.sender,
        "receiver": row.receiver,
        "handle": row.handle,
        "lines": row.lines,
        "on_its_way": row.on_its_way,
        "discrepancy": DISCREPANCY[row.discrepancy],
        "head": row.head,
    }


def _answers(connection: Connection, consignment_id: bytes, holdings: Collection[bytes]) -> dict[bytes, list[Row[Any]]]:
    """What was said of each holding in a consignment, oldest first."""
    received = (
        select(
            *_RECEIVED.c["number", "id", "outcome", "cause"],
            mirror.record.c.flags,
            mirror.event.c.occurred_at,
        )
        .select_from(_RECEIVED)
        .join(mirror.record, mirror.record.c.number == _RECEIVED.c.number + 1)
        .join(mirror.event, mirror.event.c.number == _RECEIVED.c.number)
        .where(_RECEIVED.c.consignment_id == consignment_id, among(_RECEIVED.c.id, holdings))
    )
    nothing = literal(0)
    ended = (
        select(_ENDED.c.number, _ENDED.c.id, nothing, nothing, nothing, mirror.event.c.occurred_at)
        .select_from(_ENDED)
        .join(mirror.event, mirror.event.c.number == _ENDED.c.number)
        .where(_ENDED.c.consignment_id == consignment_id, among(_ENDED.c.id, holdings))
    )
    said: CompoundSelect[Any] = received.union_all(ended).order_by("number")
    answers: dict[bytes, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(said):
        answers[row.id].append(row)
    return answers


def _state(answer: Row[Any] | None) -> str:
    if answer is None:
        return "on_its_way"
    return RECEIPT_OUTCOME[answer.outcome] if answer.outcome else "ended"


def _line(sent: Row[Any], answer: Row[Any] | None) -> ConsignmentLineOut:
    state = _state(answer)
    return ConsignmentLineOut(
        number=sent.number,
        holding=sent.id,
        order=None if sent.order == NO_ORDER else sent.order,
        line=None if sent.order == NO_ORDER else sent.line,
        state=state,
        cause=CAUSE[answer.cause if answer else 0],
        quarantine=answer is not None and state in _KEPT and bool(answer.flags & QUARANTINED),
        lapses_at=sent.lapses_at,
        answered_at=answer.occurred_at if answer else None,
    )
