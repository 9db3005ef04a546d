"""What the routes of the domain take and answer. Times are Unix seconds; lines count from 0."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from backend.procurement.lines import GoodsState, LineState
from backend.wire import Hash, Head

Number = Annotated[
    int,
    PlainSerializer(str, return_type=str),
    Field(description="A place in the order of the chain, as decimal digits: 64 bits are too many for JavaScript."),
]


Since = Annotated[
    int, Field(ge=0, lt=1 << 63, description="`next_changed_since` of the page before, or of the last visit.")
]
Counterparty = Annotated[int, Field(ge=1, lt=1 << 24, description="Only what this organisation is a party of too.")]


class OrderStatus(StrEnum):
    """Where an order stands, by its own record."""

    OFFERED = "offered"
    CONFIRMED = "confirmed"
    CHANGING = "changing"
    CLOSED = "closed"
    ENDED = "ended"
    CANCELLED = "cancelled"


class OrderRole(StrEnum):
    """What the actor's organisation is to an order."""

    BUYER = "buyer"
    SUPPLIER = "supplier"


class Direction(StrEnum):
    """Which way a consignment goes, as the actor's organisation sees it."""

    SENT = "sent"
    RECEIVED = "received"


class Standing(StrEnum):
    """Whether anything of a consignment is still to be done."""

    OPEN = "open"
    """A line awaits its receipt, or the discrepancy its settlement."""
    SETTLED = "settled"


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OrderFilter(_In):
    """Which orders."""

    role: OrderRole | None = None
    status: OrderStatus | None = None
    counterparty: Counterparty | None = None
    changed_since: Since = 0


class ConsignmentFilter(_In):
    """Which consignments."""

    direction: Direction | None = None
    standing: Standing | None = None
    counterparty: Counterparty | None = None
    changed_since: Since = 0


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class _ChangedOut(_Out):
    number: Number = Field(description="Of its last change: what pages and `changed_since` go by.")
    finalised: bool = Field(description="False while the last change may still be taken back.")


class _PageOut(_Out):
    """In the order of their last changes: what changes while you page comes again, later; nothing is skipped."""

    next_changed_since: Number = Field(description="`changed_since` of the next page, and of the next visit.")
    is_last: bool = Field(description="Whether nothing more had changed by now.")
    final_through: Number = Field(
        description="Changes up to here stay. Whoever keeps `next_changed_since` for long keeps the lesser of the two."
    )


class LateOut(_Out):
    """Seconds past the promise: by when the last line was fulfilled, or by now while one waits. 0: in time."""

    first: int
    present: int


class ProposalOut(_Out):
    """An offer or a change that awaits its answer."""

    proposer: int
    promised_at: int | None = Field(description="The promise it would put in force; null for an offer.")
    cancels: tuple[int, ...] = Field(description="The lines it would cancel.")
    lapses_at: int


class OrderOut(_ChangedOut):
    """An order as it is now."""

    id: Hash
    buyer: int
    supplier: int
    handle: Hash = Field(description="The salted hash of the buyer's number for it.")
    status: str = Field(description="offered, confirmed, changing, closed, ended or cancelled.")
    lines: tuple[LineState, ...] = Field(description="The state of each line; docs/procurement.md has the law.")
    first_promised_at: int | None
    promised_at: int | None
    late: LateOut | None = Field(description="Null without a promise, and for an order that was given up whole.")
    proposal: ProposalOut | None
    seq: int = Field(description="What the next act that names a seq has to name.")
    head: Head = Field(description="What an act that answers the last one has to agree to.")


class OrderPageOut(_PageOut):
    """Orders."""

    orders: list[OrderOut]


class GoodsOut(_Out):
    """A holding that was sent on a line."""

    holding: Hash
    consignment: Hash | None = Field(description="The one it came in; null for a one-sided receipt.")
    state: GoodsState
    cause: str = Field(description="Why it was not simply accepted; none if it was.")
    arrived_at: int | None = Field(description="By the receiver's account.")


class LineOut(_Out):
    """A line of an order."""

    line: int
    is_service: bool
    quarantine: bool = Field(description="Whether its goods wait for a release by quality.")
    state: LineState
    done_at: int | None = Field(description="When the last of it was received or accepted, else when it was closed.")
    goods: list[GoodsOut]


class OrderDetailOut(OrderOut):
    """An order with its lines."""

    details: list[LineOut]


class StepOut(_Out):
    """One record of a history."""

    number: Number
    kind: str = Field(description="The event's name on chain: OrderConfirmed, GoodsReceived, ...")
    line: int | None
    holding: Hash | None
    recorded_by: int | None
    action_hash: Hash
    batch: Hash
    transaction: Hash
    schema_id: int
    root: Hash
    occurred_at: int = Field(description="What the signer claims.")
    recorded_at: int = Field(description="What the block says.")
    block: int
    finalised: bool


class HistoryOut(_Out):
    """What happened, oldest first."""

    steps: list[StepOut]
    next_after: Number | None = Field(description="`after` of the next page; null on the last.")


class ConsignmentOut(_ChangedOut):
    """What one sender sends one receiver at once."""

    id: Hash
    sender: int
    receiver: int
    handle: Hash = Field(description="The salted hash of the despatch advice's number.")
    lines: int
    on_its_way: int = Field(description="How many lines await their receipt.")
    discrepancy: str = Field(description="none, open, agreed or withdrawn.")
    head: Head = Field(description="What a settlement of the discrepancy has to agree to.")


class ConsignmentPageOut(_PageOut):
    """Consignments."""

    consignments: list[ConsignmentOut]


class ConsignmentLineOut(_Out):
    """One holding in a consignment, each time it was dispatched in it."""

    number: Number
    holding: Hash
    order: Hash | None = Field(description="The order it delivers on; null for a return or a sample.")
    line: int | None
    state: str = Field(description="on_its_way, accepted, short, over, rejected or ended.")
    cause: str
    quarantine: bool = Field(description="Whether it went into quarantine on receipt.")
    lapses_at: int = Field(description="Until when it could be received.")
    answered_at: int | None = Field(description="When, by whoever answered.")


class ConsignmentDetailOut(ConsignmentOut):
    """A consignment with its lines, in the order in which they were dispatched."""

    contents: list[ConsignmentLineOut]
    next_after: Number | None = Field(description="`after` of the next page of lines; null on the last.")


class DirectReceiptOut(_ChangedOut):
    """A receipt from somebody who did not sign."""

    receipt: Hash = Field(description="The hash of the `ReceiveDirect`: what a countersignature names.")
    receiver: int
    holding: Hash
    order: Hash | None
    line: int | None
    grade: str = Field(description="one_sided, or countersigned.")
    countersigned_by: int | None
    can_be_countersigned: bool = Field(description="Whether the receiver left a claim for its sender.")
    occurred_at: int


class DirectReceiptPageOut(_PageOut):
    """One-sided receipts."""

    receipts: list[DirectReceiptOut]


class MilestoneOut(_ChangedOut):
    """A milestone of a service line."""

    id: Hash
    order: Hash
    line: int
    milestone: int = Field(description="Its number on the line.")
    state: str = Field(description="reported, accepted or ended.")
    last: bool = Field(description="Whether its acceptance closes the line.")
    report: Hash
    lapses_at: int
    seq: int
    head: Head


class MilestonePageOut(_PageOut):
    """Milestones."""

    milestones: list[MilestoneOut]


class UnsignedOut(_Out):
    """An action as far as it follows from the state; whoever signs it fills in the rest."""

    action: str
    fields: dict[str, Any]
    to_fill: tuple[str, ...]


class ToDoItemOut(_Out):
    """One thing that waits for the caller's organisation."""

    what: str = Field(
        description="confirm_order, agree_change, receive_goods, accept_milestone, settle_discrepancy, judge_holding, "
        "or end_proposal, end_dispatch, end_report: of one's own, lapsed."
    )
    subject: Hash = Field(description="The order, holding, milestone or consignment it is about.")
    other: int | None = Field(description="The organisation on the other side.")
    since: int = Field(description="When it began to wait.")
    lapses_at: int | None
    unsigned: UnsignedOut


class ToDoOut(_Out):
    """What waits, the most urgent first."""

    items: list[ToDoItemOut]
    cut: tuple[str, ...] = Field(description="The kinds of which there is more than is shown.")
    lapsing: list[ToDoItemOut] = Field(description="One's own offers that nobody has answered and that lapse soon.")
