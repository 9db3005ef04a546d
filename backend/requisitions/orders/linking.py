"""Linking by hand: an order that the ledger has, to the requests whose lines it orders.

For orders that were signed elsewhere, and for one that was dropped here and signed all the same. An order that was
prepared here needs no hand: `settle_orders` finds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.db import among
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.requisitions.orders.documents import total_of
from backend.requisitions.orders.models import ORDER, OrderState
from backend.requisitions.orders.placement import conclude, is_final, take_lines
from backend.requisitions.orders.schemas import LinkIn
from backend.requisitions.requests import queries as requests
from backend.requisitions.requests.models import REQUEST, State
from backend.requisitions.suppliers.queries import suppliers_by_code
from indexer import schema as mirror

_ISSUED = mirror.EVENT_TABLES["OrderIssued"]


@dataclass(frozen=True, slots=True)
class _Issued:
    """What the ledger says of an order."""

    supplier: int
    lines: int


def link(connection: Connection, actor: Actor, asked: LinkIn, *, person: str) -> UUID:
    """Count lines of requests as ordered by an order of the ledger; the order's id here. Again, it changes nothing.

    Raises:
        ServiceError: `not_found`, `order_not_mirrored`, `order_of_others`, `order_lines_differ`, `id_reused`.
    """
    known = connection.execute(
        select(ORDER.c.id, ORDER.c.state)
        .where(ORDER.c.organisation == actor.organisation, ORDER.c.action_hash == asked.action_hash)
        .with_for_update()
    ).one_or_none()
    issued = _issued(connection, actor, asked.action_hash)
    if issued is None:
        raise ServiceError("not_found") if known is None else ServiceError("order_not_mirrored")
    order: UUID = asked.id if known is None else known.id
    if known is not None and known.state == OrderState.PLACED:
        return order
    if known is None or known.state == OrderState.DROPPED:
        lines = _lines(connection, actor, asked, issued)
        if known is None:
            _insert(connection, actor, asked, issued, lines, person=person)
        take_lines(connection, actor, order, lines)
    conclude(connection, actor.organisation, order, person=person)
    return order


def _issued(connection: Connection, actor: Actor, action_hash: bytes) -> _Issued | None:
    """An order of the actor's own organisation that the ledger has for good."""
    if not is_final(connection, action_hash):
        return None
    row = connection.execute(
        select(mirror.purchase_order.c.supplier, mirror.purchase_order.c.lines)
        .join(_ISSUED, _ISSUED.c.id == mirror.purchase_order.c.id)
        .join(mirror.event, mirror.event.c.number == _ISSUED.c.number)
        .where(mirror.event.c.action_hash == action_hash, mirror.purchase_order.c.buyer == actor.organisation)
        .limit(1)
    ).one_or_none()
    return None if row is None else _Issued(row.supplier, row.lines)


def _lines(connection: Connection, actor: Actor, asked: LinkIn, issued: _Issued) -> Sequence[RowMapping]:
    """The waiting lines that the order is said to order, in its order."""
    supplier = suppliers_by_code(connection, actor, [asked.supplier]).get(asked.supplier)
    if supplier is None or supplier.member != issued.supplier:
        raise ServiceError("order_of_others", supplier=issued.supplier)
    locked = connection.scalars(
        select(REQUEST.c.id)
        .where(
            REQUEST.c.organisation == actor.organisation,
            REQUEST.c.state == State.APPROVED,
            among(REQUEST.c.id, asked.requests),
        )
        .order_by(REQUEST.c.number)
        .with_for_update()
    ).all()
    lines = [
        line
        for line in requests.lines(connection, actor, locked)
        if line["order_id"] is None and line["supplier"] == asked.supplier
    ]
    if len(lines) != issued.lines:
        raise ServiceError("order_lines_differ", ledger=issued.lines, requests=len(lines))
    return sorted(lines, key=lambda line: (asked.requests.index(line["request"]), line["line"]))


def _insert(
    connection: Connection,
    actor: Actor,
    asked: LinkIn,
    issued: _Issued,
    lines: Sequence[RowMapping],
    *,
    person: str,
) -> None:
    at = clock.now()
    inserted = connection.scalar(
        postgresql.insert(ORDER)
        .values(
            organisation=actor.organisation,
            id=asked.id,
            supplier=asked.supplier,
            member=issued.supplier,
            state=OrderState.PREPARED,
            total_fen=total_of(lines),
            action_hash=asked.action_hash,
            prepared_by=person,
            prepared_at=at,
            changed_at=at,
        )
        .on_conflict_do_nothing()
        .returning(ORDER.c.id)
    )
    if inserted is None:
        raise ServiceError("id_reused", id=str(asked.id))
