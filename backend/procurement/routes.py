"""Orders, consignments, one-sided receipts, milestones, and what waits for an answer. Acts come in as submissions."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.dependencies import Reader, Reading
from backend.procurement import consignments, direct_receipts, milestones, orders, waiting
from backend.procurement.schemas import (
    ConsignmentDetailOut,
    ConsignmentFilter,
    ConsignmentPageOut,
    DirectReceiptPageOut,
    HistoryOut,
    MilestonePageOut,
    OrderDetailOut,
    OrderFilter,
    OrderPageOut,
    Since,
    ToDoOut,
)
from backend.wire import Hash

router = APIRouter(prefix="/v1", tags=["procurement"])

ChangedSince = Annotated[Since, Query()]
After = Annotated[int, Query(ge=0, lt=1 << 63, description="`next_after` of the page before.")]


@router.get("/orders")
def list_orders(connection: Reading, actor: Reader, asked: Annotated[OrderFilter, Query()]) -> OrderPageOut:
    """Orders that the caller's organisation buys by or supplies, by their last changes, the oldest first."""
    return orders.orders(connection, actor, asked)


@router.get("/orders/{order_id}")
def get_order(connection: Reading, actor: Reader, order_id: Hash) -> OrderDetailOut:
    """An order as it is now, line by line."""
    return orders.order(connection, actor, order_id)


@router.get("/orders/{order_id}/history")
def get_order_history(connection: Reading, actor: Reader, order_id: Hash, after: After = 0) -> HistoryOut:
    """Everything that was recorded on an order, on its milestones, and on its goods while they travelled."""
    return orders.order_history(connection, actor, order_id, after=after)


@router.get("/milestones")
def list_milestones(
    connection: Reading, actor: Reader, order: Hash, changed_since: ChangedSince = 0
) -> MilestonePageOut:
    """The milestones of an order's service lines, by their last changes."""
    return milestones.milestones(connection, actor, order, changed_since=changed_since)


@router.get("/consignments")
def list_consignments(
    connection: Reading, actor: Reader, asked: Annotated[ConsignmentFilter, Query()]
) -> ConsignmentPageOut:
    """Consignments that the caller's organisation sent or is sent, by their last changes, the oldest first."""
    return consignments.consignments(connection, actor, asked)


@router.get("/consignments/{consignment_id}")
def get_consignment(connection: Reading, actor: Reader, consignment_id: Hash, after: After = 0) -> ConsignmentDetailOut:
    """A consignment as it is now, with its lines."""
    return consignments.consignment(connection, actor, consignment_id, after=after)


@router.get("/consignments/{consignment_id}/history")
def get_consignment_history(connection: Reading, actor: Reader, consignment_id: Hash, after: After = 0) -> HistoryOut:
    """Everything that was recorded on a consignment, and the settlements of its discrepancy."""
    return consignments.consignment_history(connection, actor, consignment_id, after=after)


@router.get("/receipts/direct")
def list_direct_receipts(connection: Reading, actor: Reader, changed_since: ChangedSince = 0) -> DirectReceiptPageOut:
    """One-sided receipts that the caller's organisation took in or countersigned, by their last changes."""
    return direct_receipts.direct_receipts(connection, actor, changed_since=changed_since)


@router.get("/to-do")
def get_to_do(
    connection: Reading,
    actor: Reader,
    within_days: Annotated[int, Query(ge=0, le=366, description="How soon one's own offers lapse to be told.")] = 7,
) -> ToDoOut:
    """What waits for the caller's organisation, each with the action that would answer it."""
    return waiting.to_do(connection, actor, within_days=within_days)
