"""What the routes of the domain take and answer. Times are Unix seconds, money is CNY 0.01."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from backend.entries import Code, Line, Remark
from backend.requisitions.orders.models import OrderState
from backend.requisitions.requests.schemas import LineOut
from backend.wire import Address, Hash


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class PrepareIn(_In):
    """Which approved lines to order."""

    id: UUID = Field(description="Chosen by the client: the same again is the same preparation.")
    requests: list[UUID] | None = Field(
        default=None, min_length=1, max_length=1_000, description="Only lines of these; null for all that are approved."
    )
    answer_within_days: int = Field(default=14, ge=1, le=365, description="Until when suppliers may confirm.")
    deliver_to: Line | None = None
    note: Remark | None = Field(default=None, description="For every supplier.")


class LinkIn(_In):
    """An order of the caller's organisation that was signed without having been prepared here."""

    id: UUID = Field(description="Chosen by the client: the order's id from here on.")
    action_hash: Hash
    supplier: Code
    requests: list[UUID] = Field(
        min_length=1, max_length=256, description="Whose lines for that supplier it orders, in the order of its lines."
    )


class OrderedLineOut(LineOut):
    """A line, with the request it is from."""

    request: UUID
    requester: str


class OrderOut(_Out):
    """An order."""

    id: UUID
    number: int
    name: str | None = Field(description="What the parties call it; null for one that was not prepared here.")
    supplier: str
    member: int = Field(description="The supplier's number on the platform; 0 if the order is a document alone.")
    state: OrderState
    total_fen: int
    action_hash: Hash | None
    prepared_by: str
    prepared_at: int
    changed_at: int


class OrderDetailOut(OrderOut):
    """An order with its lines, and what was prepared to be signed."""

    action: dict[str, Any] | None = Field(description="An `IssueOrder`.")
    details: dict[str, Any] | None = Field(description="Schema, fields and event key: `details` of the signed batch.")
    lines: list[OrderedLineOut]


class UnsignedBatchOut(_Out):
    """What one signature covers: sign it, add `authorisation`, and bring it to /v1/submissions."""

    chain_id: int
    contract: Address
    action: str
    actions: list[dict[str, Any]]
    details: list[dict[str, Any]]


class SkippedOut(_Out):
    """An approved line that was left out, and why."""

    request: UUID
    line: int
    code: str
    params: dict[str, Any]


class PreparedOut(_Out):
    """What is to be signed, the documents for suppliers off the platform, and what was left out."""

    id: UUID
    batch: UnsignedBatchOut | None = Field(description="Null if nothing waits for a signature any more.")
    orders: list[OrderOut]
    skipped: list[SkippedOut]


class OrderPageOut(_Out):
    """Orders, newest first."""

    orders: list[OrderOut]
    next_before: int | None = Field(description="`before` of the next page; null on the last.")
