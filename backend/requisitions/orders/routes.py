"""From approved requests to signed orders."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend.dependencies import Reader, Reading, TheService, Writer, Writing, need_one_of, person_of
from backend.entries import Moment
from backend.identity.actor import Right
from backend.requisitions.orders import linking, placement, preparation, queries
from backend.requisitions.orders.models import OrderState
from backend.requisitions.orders.schemas import LinkIn, OrderDetailOut, OrderPageOut, PreparedOut, PrepareIn

router = APIRouter(prefix="/v1/requisitions/orders", tags=["requisitions"])


@router.get("")
def list_orders(
    connection: Reading,
    actor: Reader,
    state: OrderState | None = None,
    changed_since: Moment | None = None,
    before: Annotated[int | None, Query(ge=0, description="`next_before` of the page before.")] = None,
) -> OrderPageOut:
    """The orders of the caller's organisation that were prepared or linked here, newest first."""
    return queries.orders(connection, actor, state=state, changed_since=changed_since, before=before)


@router.post("/prepare")
def prepare_orders(connection: Writing, actor: Writer, service: TheService, asked: PrepareIn) -> PreparedOut:
    """Put the approved lines that wait into orders, one a supplier, as one batch to be signed; again, it is the same.

    A supplier that is not on the platform gets a document instead, which is placed at once.
    """
    need_one_of(actor, Right.ORDER)
    preparation.prepare(connection, actor, asked, person=person_of(actor))
    return queries.preparation(connection, actor, asked.id, service.ledgers)


@router.post("/link")
def link_order(connection: Writing, actor: Writer, asked: LinkIn) -> OrderDetailOut:
    """Count lines of requests as ordered by an order that was not prepared here, or had been dropped."""
    need_one_of(actor, Right.ORDER)
    return queries.order(connection, actor, linking.link(connection, actor, asked, person=person_of(actor)))


@router.get("/{order_id}")
def get_order(connection: Reading, actor: Reader, order_id: UUID) -> OrderDetailOut:
    """One order with its lines, and what was prepared to be signed."""
    return queries.order(connection, actor, order_id)


@router.post("/{order_id}/drop")
def drop_order(connection: Writing, actor: Writer, order_id: UUID) -> OrderDetailOut:
    """Give up an order before it is signed; its lines wait again."""
    need_one_of(actor, Right.ORDER | Right.ADMIN)
    placement.drop(connection, actor, order_id)
    return queries.order(connection, actor, order_id)
