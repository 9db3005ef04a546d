"""Placing orders: when the ledger has one for good, its lines are ordered; until then it can be dropped.

Which order an event is, its action hash says. The mirror is asked for final rows alone: what is remembered here must
not rest on a block that may still go.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine, RowMapping, Select, bindparam, or_, select, update

from backend import clock
from backend.db import among
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.requisitions.orders.models import ORDER, OrderState
from backend.requisitions.requests.models import REQUEST, REQUEST_LINE, Act, State
from backend.requisitions.requests.transitions import record
from backend.submissions.models import OPEN_STATES, SUBMISSION, SUBMISSION_ITEM
from indexer import schema as mirror

_AT_ONCE = 100


def settle_orders(engine: Engine) -> int:
    """Place the prepared orders that the ledger has for good; returns how many. Safe to repeat, and at once."""
    with engine.begin() as connection:
        orders = connection.execute(
            select(ORDER.c.organisation, ORDER.c.id)
            .where(ORDER.c.state == OrderState.PREPARED, ORDER.c.action_hash.in_(_final_orders()))
            .order_by(ORDER.c.number)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for organisation, order in orders:
            conclude(connection, organisation, order, person=None)
    return len(orders)


def conclude(connection: Connection, organisation: int, order: UUID, *, person: str | None) -> None:
    """Count an order as placed, and each request of which it was the last line as ordered.

    Args:
        person: who placed it; None if it appeared on the ledger.
    """
    connection.execute(
        update(ORDER)
        .where(ORDER.c.organisation == organisation, ORDER.c.id == order)
        .values(state=OrderState.PLACED, changed_at=clock.now())
    )
    whole = connection.scalars(
        select(REQUEST_LINE.c.request)
        .distinct()
        .where(REQUEST_LINE.c.organisation == organisation, REQUEST_LINE.c.order_id == order)
    ).all()
    # Locked in one order, so that of two orders that share requests the second sees what the first did.
    states = connection.execute(
        select(REQUEST.c.id, REQUEST.c.state)
        .where(REQUEST.c.organisation == organisation, among(REQUEST.c.id, whole))
        .order_by(REQUEST.c.number)
        .with_for_update()
    ).all()
    for request, state in states:
        if state == State.APPROVED and not _is_open(connection, organisation, request):
            record(connection, organisation, request, Act.ORDER, to=State.ORDERED, person=person)


def take_lines(connection: Connection, actor: Actor, order: UUID, lines: Sequence[RowMapping]) -> None:
    """Put lines of requests into an order, in this order; the caller has locked their requests."""
    line = REQUEST_LINE.c
    connection.execute(
        update(REQUEST_LINE)
        .where(
            line.organisation == actor.organisation,
            line.request == bindparam("of_request"),
            line.line == bindparam("at_line"),
        )
        .values(order_id=order, place=bindparam("at_place")),
        [
            {"of_request": each["request"], "at_line": each["line"], "at_place": place}
            for place, each in enumerate(lines)
        ],
    )


def drop(connection: Connection, actor: Actor, order: UUID) -> None:
    """Give up an order before anybody signed it; its lines wait again. Again, it stays dropped.

    Raises:
        ServiceError: `not_found`, `order_state`, `order_signed`.
    """
    row = connection.execute(
        select(ORDER.c.state, ORDER.c.action_hash)
        .where(ORDER.c.organisation == actor.organisation, ORDER.c.id == order)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    if row.state == OrderState.DROPPED:
        return
    if row.state != OrderState.PREPARED:
        raise ServiceError("order_state", state=row.state)
    if _is_signed(connection, row.action_hash):
        raise ServiceError("order_signed", action_hash="0x" + row.action_hash.hex())
    connection.execute(
        update(REQUEST_LINE)
        .where(REQUEST_LINE.c.organisation == actor.organisation, REQUEST_LINE.c.order_id == order)
        .values(order_id=None, place=None)
    )
    connection.execute(
        update(ORDER)
        .where(ORDER.c.organisation == actor.organisation, ORDER.c.id == order)
        .values(state=OrderState.DROPPED, changed_at=clock.now())
    )


def _final_orders() -> Select[tuple[bytes]]:
    """The action hashes of orders that the ledger has for good."""
    final = select(mirror.cursor.c.finalised).scalar_subquery()
    return select(mirror.event.c.action_hash).where(
        mirror.event.c.kind == "OrderIssued", mirror.block_of(mirror.event.c.number) <= final
    )


def is_final(connection: Connection, action_hash: bytes) -> bool:
    """Whether the ledger has an order for good."""
    found = _final_orders().where(mirror.event.c.action_hash == action_hash)
    return connection.scalar(select(found.exists())) is True


def _is_open(connection: Connection, organisation: int, request: UUID) -> bool:
    """Whether a request has a line that is not ordered yet."""
    line = REQUEST_LINE.c
    open_line = (
        select(line.line)
        .outerjoin(ORDER, (ORDER.c.organisation == line.organisation) & (ORDER.c.id == line.order_id))
        .where(
            line.organisation == organisation,
            line.request == request,
            ORDER.c.state.is_distinct_from(OrderState.PLACED),
        )
    )
    return connection.scalar(select(open_line.exists())) is True


def _is_signed(connection: Connection, action_hash: bytes) -> bool:
    """Whether an order is on its way to the ledger, or there."""
    on_its_way = (
        select(SUBMISSION.c.digest)
        .join(SUBMISSION_ITEM, SUBMISSION_ITEM.c.digest == SUBMISSION.c.digest)
        .where(SUBMISSION_ITEM.c.action_hash == action_hash, SUBMISSION.c.state.in_(OPEN_STATES))
    )
    there = select(mirror.event.c.number).where(mirror.event.c.action_hash == action_hash)
    return connection.scalar(select(or_(on_its_way.exists(), there.exists()))) is True
