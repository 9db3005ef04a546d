"""Preparing orders: every approved line that waits, an order a supplier.

A supplier on the platform gets an `IssueOrder` to be signed; one that is not, a document, which is placed at once.
Lines of a supplier that something stands against by now are left out and named, so that they hold up nobody else's.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.db import among
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.items.queries import items_by_code
from backend.items.schemas import ItemOut
from backend.repeats import hash_asked, refuse_reuse
from backend.requisitions.orders.documents import MOST_LINES, Terms, draft, name_of, total_of
from backend.requisitions.orders.models import ORDER, PREPARATION, OrderState
from backend.requisitions.orders.placement import conclude, take_lines
from backend.requisitions.orders.schemas import PrepareIn
from backend.requisitions.requests import queries as requests
from backend.requisitions.requests.models import REQUEST, State
from backend.requisitions.suppliers.fitness import Unfit, unfit
from backend.requisitions.suppliers.queries import suppliers_by_code
from backend.requisitions.suppliers.schemas import SupplierOut
from backend.submissions.batches import MOST_ACTIONS
from contracts import action_json

_DAY = 86_400

# Of one signature, hence of one transaction: an order writes more slots than the events a batch is measured by.
_MOST_ORDERS = MOST_ACTIONS // 2


def prepare(connection: Connection, actor: Actor, asked: PrepareIn, *, person: str) -> None:
    """Put the approved lines that wait into orders, once for each id.

    Raises:
        ServiceError: `nothing_to_order`, `id_reused`.
    """
    content_hash = hash_asked(asked, person)
    if not _begin(connection, actor, asked.id, content_hash):
        return
    lines = _waiting(connection, actor, asked.requests)
    suppliers = suppliers_by_code(connection, actor, {line["supplier"] for line in lines})
    at = clock.now()
    against = {code: found for code, supplier in suppliers.items() if (found := unfit(supplier, at=at)) is not None}
    groups = _groups(lines, [suppliers[code] for code in sorted(suppliers.keys() - against.keys())])
    skipped = [_skipped(line, against[line["supplier"]]) for line in lines if line["supplier"] in against]
    if not groups:
        raise ServiceError("nothing_to_order", skipped=skipped)
    terms = Terms(actor.organisation, at, at + asked.answer_within_days * _DAY, asked.deliver_to, asked.note)
    items = items_by_code(connection, actor, {line["item"] for line in lines})
    for place, (supplier, group) in enumerate(groups):
        order = uuid5(asked.id, str(place))
        connection.execute(
            insert(ORDER).values(
                organisation=actor.organisation,
                id=order,
                preparation=asked.id,
                supplier=supplier.code,
                member=supplier.member,
                state=OrderState.PREPARED,
                prepared_by=person,
                prepared_at=at,
                changed_at=at,
                **_written(order, supplier, group, items, terms),
            )
        )
        take_lines(connection, actor, order, group)
        if supplier.member == 0:
            conclude(connection, actor.organisation, order, person=person)
    connection.execute(
        update(PREPARATION)
        .where(PREPARATION.c.organisation == actor.organisation, PREPARATION.c.id == asked.id)
        .values(skipped=skipped)
    )


def _groups(
    lines: Sequence[RowMapping], suppliers: Sequence[SupplierOut]
) -> list[tuple[SupplierOut, Sequence[RowMapping]]]:
    """The lines of each order: by supplier, in it by requester; what is too much for one signature waits."""
    groups: list[tuple[SupplierOut, Sequence[RowMapping]]] = []
    for supplier in suppliers:
        wanted = [line for line in lines if line["supplier"] == supplier.code]
        wanted.sort(key=lambda line: line["requester"])
        groups += [(supplier, wanted[at : at + MOST_LINES]) for at in range(0, len(wanted), MOST_LINES)]
    return groups[:_MOST_ORDERS]


def _skipped(line: RowMapping, against: Unfit) -> dict[str, Any]:
    return {"request": str(line["request"]), "line": line["line"], "code": against.code, "params": dict(against.params)}


def _written(
    order: UUID,
    supplier: SupplierOut,
    lines: Sequence[RowMapping],
    items: Mapping[str, ItemOut],
    terms: Terms,
) -> dict[str, Any]:
    """What an order says: as an action with details, or, off the platform, as a document."""
    if supplier.member == 0:
        return {"name": name_of(order, terms.issued_at), "total_fen": total_of(lines)}
    drafted = draft(order, supplier, lines, items, terms)
    return {
        "name": drafted.name,
        "total_fen": drafted.total_fen,
        "action": action_json.to_json(drafted.action),
        "action_hash": drafted.action_hash,
        "details": drafted.details,
    }


def _begin(connection: Connection, actor: Actor, preparation: UUID, content_hash: bytes) -> bool:
    """Whether it is the first time; of two at once the second waits here for the first."""
    inserted = connection.scalar(
        postgresql.insert(PREPARATION)
        .values(organisation=actor.organisation, id=preparation, content_hash=content_hash, skipped=[])
        .on_conflict_do_nothing()
        .returning(PREPARATION.c.id)
    )
    if inserted is not None:
        return True
    before = connection.scalar(
        select(PREPARATION.c.content_hash).where(
            PREPARATION.c.organisation == actor.organisation, PREPARATION.c.id == preparation
        )
    )
    assert before is not None
    refuse_reuse(before, content_hash, id=str(preparation))
    return False


def _waiting(connection: Connection, actor: Actor, chosen: Sequence[UUID] | None) -> list[RowMapping]:
    """The lines of approved requests that stand in no order, locked by their requests, in the order of those."""
    approved = (
        select(REQUEST.c.id)
        .where(REQUEST.c.organisation == actor.organisation, REQUEST.c.state == State.APPROVED)
        .order_by(REQUEST.c.number)
        .with_for_update()
    )
    if chosen is not None:
        approved = approved.where(among(REQUEST.c.id, chosen))
    locked = connection.scalars(approved).all()
    # A second statement: it sees what those did that this one waited for.
    return [line for line in requests.lines(connection, actor, locked) if line["order_id"] is None]
