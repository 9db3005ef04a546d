"""Reading orders, as far as an actor may see them: its organisation buys or supplies, or it oversees."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select, true

from backend import clock
from backend.db import among
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.procurement.lines import Line, OrderLines
from backend.procurement.pages import PAGE, final_block, first_of, is_final, rest_of_page
from backend.procurement.records import CAUSE, ORDER_STATUS
from backend.procurement.schemas import (
    GoodsOut,
    HistoryOut,
    LateOut,
    LineOut,
    OrderDetailOut,
    OrderFilter,
    OrderOut,
    OrderPageOut,
    ProposalOut,
)
from backend.procurement.steps import history, lines_of
from indexer import schema as mirror

_STEP = mirror.order_step_latest
_TERMS = mirror.purchase_order_latest
_ISSUED = mirror.EVENT_TABLES["OrderIssued"]


def orders(connection: Connection, actor: Actor, asked: OrderFilter) -> OrderPageOut:
    """A page of orders, by their last changes."""
    party = asked.counterparty
    wanted = (
        select(_STEP.c.number, _STEP.c.order_id)
        .where(_STEP.c.number > asked.changed_since)
        .where(or_(_STEP.c.buyer == party, _STEP.c.supplier == party) if party else true())
    )
    if asked.status is not None:
        wanted = (
            wanted.join(_TERMS, _TERMS.c.id == _STEP.c.order_id)
            .join(mirror.record, mirror.record.c.number == _TERMS.c.number)
            .where(mirror.record.c.status == ORDER_STATUS.index(asked.status))
        )
    if asked.role is None:
        found = first_of(wanted, actor, (_STEP.c.buyer, _STEP.c.supplier), _STEP.c.number, PAGE + 1)
    else:
        found = wanted.where(_STEP.c[asked.role] == actor.organisation).order_by(_STEP.c.number).limit(PAGE + 1)
    page = connection.execute(found).all()
    final = final_block(connection)
    shown = _read(connection, [row.order_id for row in page[:PAGE]])
    lines = lines_of(connection, [row.id for row in shown])
    return OrderPageOut(
        orders=[OrderOut(**_fields(row, lines[row.id], final)) for row in shown],
        **rest_of_page(page, asked.changed_since, final),
    )


def order(connection: Connection, actor: Actor, order_id: bytes) -> OrderDetailOut:
    """One order with its lines.

    Raises:
        ServiceError: `not_found`, if there is none or the actor may not see it.
    """
    row = seen(connection, actor, order_id)
    lines = lines_of(connection, [order_id])[order_id]
    return OrderDetailOut(
        **_fields(row, lines, final_block(connection)),
        details=[
            _line(index, line, quarantine=bool(row.quarantines >> index & 1)) for index, line in enumerate(lines.lines)
        ],
    )


def order_history(connection: Connection, actor: Actor, order_id: bytes, *, after: int) -> HistoryOut:
    """A page of what happened to an order, to its milestones and to its goods, oldest first.

    Raises:
        ServiceError: `not_found`.
    """
    seen(connection, actor, order_id)
    step = mirror.order_step.c
    asked = (
        select(step.number, step.line, step.holding_id)
        .where(step.order_id == order_id, step.number > after)
        .order_by(step.number)
        .limit(PAGE + 1)
    )
    steps = history(connection, asked, final_block(connection))
    return HistoryOut(steps=steps[:PAGE], next_after=steps[PAGE - 1].number if len(steps) > PAGE else None)


def seen(connection: Connection, actor: Actor, order_id: bytes) -> Row[Any]:
    """The row of an order that the actor may see.

    Raises:
        ServiceError: `not_found`.
    """
    found = _read(connection, [order_id])
    if not found or not (actor.is_overseer or actor.organisation in (found[0].buyer, found[0].supplier)):
        raise ServiceError("not_found")
    return found[0]


def _read(connection: Connection, ids: Sequence[bytes]) -> Sequence[Row[Any]]:
    """Orders by their ids, in the order of their last changes."""
    return connection.execute(_orders().where(among(_STEP.c.order_id, ids)).order_by(_STEP.c.number)).all()


def _orders() -> Select[Any]:
    # The terms' number is that of the record the same act left.
    return (
        select(
            _STEP.c.number,
            _STEP.c.order_id.label("id"),
            _STEP.c.buyer,
            _STEP.c.supplier,
            _ISSUED.c.order_handle,
            _ISSUED.c.quarantines,
            mirror.record.c.status,
            mirror.record.c.seq,
            mirror.record.c.head,
            _TERMS.c.first_promised_at,
            _TERMS.c.promised_at,
            _TERMS.c.lapses_at,
            _TERMS.c.proposer,
            _TERMS.c.next_promised_at,
        )
        .select_from(_STEP)
        .join(_ISSUED, _ISSUED.c.id == _STEP.c.order_id)
        .join(_TERMS, _TERMS.c.id == _STEP.c.order_id)
        .join(mirror.record, mirror.record.c.number == _TERMS.c.number)
    )


def _fields(row: Row[Any], lines: OrderLines, final: int) -> dict[str, Any]:
    return {
        "number": row.number,
        "finalised": is_final(row.number, final),
        "id": row.id,
        "buyer": row.buyer,
        "supplier": row.supplier,
        "handle": row.order_handle,
        "status": ORDER_STATUS[row.status],
        "lines": lines.states,
        "first_promised_at": row.first_promised_at or None,
        "promised_at": row.promised_at or None,
        "late": _late(row, lines),
        "proposal": _proposal(row, lines),
        "seq": row.seq,
        "head": row.head,
    }


def _late(row: Row[Any], lines: OrderLines) -> LateOut | None:
    until = lines.settled_at() if lines.is_settled else clock.now()
    if not row.promised_at or until is None:
        return None
    return LateOut(first=max(0, until - row.first_promised_at), present=max(0, until - row.promised_at))


def _proposal(row: Row[Any], lines: OrderLines) -> ProposalOut | None:
    if not row.lapses_at:
        return None
    cancels = lines.proposed or 0
    return ProposalOut(
        proposer=row.proposer or row.buyer,
        promised_at=row.next_promised_at or None,
        cancels=tuple(index for index in range(len(lines.lines)) if cancels >> index & 1),
        lapses_at=row.lapses_at,
    )


def _line(index: int, line: Line, *, quarantine: bool) -> LineOut:
    return LineOut(
        line=index,
        is_service=line.is_service,
        quarantine=quarantine,
        state=line.state,
        done_at=line.done_at,
        goods=[
            GoodsOut(
                holding=goods.holding,
                consignment=goods.consignment or None,
                state=goods.state,
                cause=CAUSE[goods.cause],
                arrived_at=goods.arrived_at,
            )
            for goods in line.goods.values()
        ],
    )
