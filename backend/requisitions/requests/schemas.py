"""What the routes of the domain take and answer. Times are Unix seconds, money is CNY 0.01."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.entries import Code, Fen, Line, Moment, Quantity, Remark
from backend.requisitions.approval.schemas import CostObject
from backend.requisitions.requests.models import Act, State

_MOST_OF_A_LINE_FEN = 10**15


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class LineIn(_In):
    """So much of an item, from a supplier, at a price."""

    item: Code
    supplier: Code
    quantity: Quantity
    price_fen: Fen = Field(description="CNY 0.01 for one unit.")
    cost_object: CostObject
    needed_by: Moment
    deviation_reason: Remark | None = Field(default=None, description="Why not the price in force, if there is one.")

    @model_validator(mode="after")
    def _can_be_added_up(self) -> Self:
        if self.quantity * self.price_fen > _MOST_OF_A_LINE_FEN:
            raise ValueError(f"a line costs at most {_MOST_OF_A_LINE_FEN} fen")
        return self


class RequestIn(_In):
    """What somebody asks to be bought."""

    id: UUID = Field(description="Chosen by the client: the same again is the same request.")
    note: Remark | None = None
    lines: list[LineIn] = Field(min_length=1, max_length=100)


class ApproveIn(_In):
    """An approval."""

    acting_for: Line | None = Field(default=None, description="Whom a deputy acts for; null for oneself.")


class RejectIn(ApproveIn):
    """A rejection."""

    reason: Remark


class CancelIn(_In):
    """A cancellation."""

    reason: Remark


class LineOut(_Out):
    """A line, the price it was judged by, and the order it stands in."""

    line: int
    item: str
    supplier: str
    quantity: int
    price_fen: int
    amount_fen: int
    agreed_fen: int | None = Field(description="The price in force when it was submitted.")
    agreement: str | None
    agreement_version: int | None
    deviation_reason: str | None
    cost_object: CostObject
    needed_by: int
    order_id: UUID | None
    place: int | None = Field(description="The line's number in the order, from 0.")


class ApprovalOut(_Out):
    """An approval that is needed, and who gave it: the approver, or a deputy."""

    approver: str
    decided_by: str | None
    decided_at: int | None


class ChangeOut(_Out):
    """Something that was done to a request."""

    act: Act
    state: State
    person: str | None
    acting_for: str | None
    reason: str | None
    at: int


class RequestOut(_Out):
    """A request."""

    id: UUID
    number: int
    requester: str
    note: str | None
    total_fen: int
    state: State
    submitted_at: int
    changed_at: int


class RequestDetailOut(RequestOut):
    """A request with its lines, its approvals and its history, oldest first."""

    lines: list[LineOut]
    approvals: list[ApprovalOut]
    history: list[ChangeOut]


class RequestPageOut(_Out):
    """Requests, newest first."""

    requests: list[RequestOut]
    next_before: int | None = Field(description="`before` of the next page; null on the last.")
