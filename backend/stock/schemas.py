"""What the routes of the domain take and answer. Times are Unix seconds, days ISO dates of the park (UTC+8).

Every act carries an id its client chose: sent again unchanged it is done once.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.entries import Code, Line, Moment, Quantity
from backend.stock.models import CostObjectKind, Kind, TakeState
from backend.wire import Hash

LONGEST_COUNT = 500

OpenedAt = Annotated[Moment, Field(description="Which part of the lot: opened at that second, or 0 for unopened.")]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


# --- rooms and what consumption is charged to -----------------------------------------------------------------


class RoomIn(_In):
    """A place of the organisation's."""

    name: Line
    inside: Code | None = Field(default=None, description="The room it stands in; never changed.")


class RoomOut(_Out):
    """A place of the organisation's."""

    code: str
    name: str
    inside: str | None
    changed_at: int


class RoomsOut(_Out):
    """Every room, by code."""

    rooms: list[RoomOut]


class CostObjectIn(_In):
    """A project or a cost centre. Closed, it takes no more consumption."""

    name: Line
    is_open: bool = True


class CostObjectOut(_Out):
    """A project or a cost centre."""

    kind: CostObjectKind
    code: str
    name: str
    is_open: bool
    changed_at: int


class CostObjectsOut(_Out):
    """Every project and cost centre, by kind and code."""

    cost_objects: list[CostObjectOut]


# --- lots -----------------------------------------------------------------------------------------------------


class RequestLineIn(_In):
    """A line of a purchase request."""

    request: UUID
    line: int = Field(ge=0, lt=256)


class LotIn(_In):
    """One delivery of one lot, as it arrived."""

    lot_id: UUID = Field(description="The client's choice.")
    item: Code
    lot_number: Line
    expires_on: date | None = Field(default=None, description="The last day of use; null for what keeps.")
    quantity: Quantity
    holding_id: Hash | None = Field(default=None, description="The holding on chain; null before it is received there.")
    bought_by: RequestLineIn | None = Field(
        default=None,
        description="What it was bought by; needed for a regulated item, whose certificate it is spent on.",
    )


class LinkIn(_In):
    """What a lot is on chain."""

    tap_id: UUID
    holding_id: Hash


class PartOut(_Out):
    """What of a lot lies in one room, opened at one time."""

    lot_id: UUID
    item: str
    lot_number: str
    holding_id: Hash | None
    room: str | None = Field(description="Null: at the dock, not put away yet.")
    opened_at: int | None
    quantity: int
    expires_on: date | None
    use_by: date | None = Field(description="The earlier of `expires_on` and the shelf life after opening.")
    changed_at: int


class StockOut(_Out):
    """Parts by lot, room and opening."""

    parts: list[PartOut]
    next_after: str | None = Field(description="`after` of the next page; null on the last.")


class ExpiringOut(_Out):
    """Parts that may not be used past some day, the first to go first."""

    until: date
    parts: list[PartOut]


class LotOut(_Out):
    """A lot, where it lies, and what keeps it from use."""

    lot_id: UUID
    item: str
    lot_number: str
    expires_on: date | None
    released_by: str | None = Field(description="Opening stock: who had released it before our time.")
    holding_id: Hash | None
    blocked_by: str | None = Field(description="The code it is refused with on opening or consuming.")
    parts: list[PartOut]


# --- taps -----------------------------------------------------------------------------------------------------


class DiscardReason(StrEnum):
    """Why something was thrown away."""

    EXPIRED = "expired"
    OPENED_EXPIRED = "opened_expired"
    BROKEN = "broken"
    CONTAMINATED = "contaminated"
    NOT_RELEASED = "not_released"
    OTHER = "other"


class _TapIn(_In):
    tap_id: UUID = Field(description="The client's choice.")
    lot_id: UUID
    quantity: Quantity


class PutAwayIn(_TapIn):
    """From the dock into a room."""

    kind: Literal["put_away"]
    room: Code


class OpenIn(_TapIn):
    """Opened, in the room it lies in."""

    kind: Literal["open"]
    room: Code


class ConsumeIn(_TapIn):
    """Used up for a project or a cost centre."""

    kind: Literal["consume"]
    room: Code
    opened_at: OpenedAt = 0
    project: Code | None = None
    cost_centre: Code | None = None

    @model_validator(mode="after")
    def _charges_one(self) -> Self:
        if (self.project is None) == (self.cost_centre is None):
            raise ValueError("name a project or a cost centre, and not both")
        return self


class TransferIn(_TapIn):
    """From one room into another."""

    kind: Literal["transfer"]
    room: Code
    to: Code
    opened_at: OpenedAt = 0

    @model_validator(mode="after")
    def _leaves(self) -> Self:
        if self.room == self.to:
            raise ValueError("it lies in that room already")
        return self


class DiscardIn(_TapIn):
    """Thrown away."""

    kind: Literal["discard"]
    room: Code
    opened_at: OpenedAt = 0
    reason: DiscardReason


TapIn = Annotated[PutAwayIn | OpenIn | ConsumeIn | TransferIn | DiscardIn, Field(discriminator="kind")]


class TapOut(_Out):
    """One row of the journal."""

    number: int
    tap_id: UUID
    kind: Kind
    person: str
    at: int
    lot_id: UUID
    quantity: int | None = Field(description="Null: a count whose second count is still to come.")
    room_from: str | None
    room_to: str | None
    opened_at: int
    project: str | None
    cost_centre: str | None
    reason: str | None
    take_id: UUID | None
    take_round: int | None
    holding_id: Hash | None
    hash: Hash


class TapsOut(_Out):
    """Taps in order."""

    taps: list[TapOut]
    next_after: int | None = Field(description="`after` of the next page; null on the last.")


# --- suggestion -----------------------------------------------------------------------------------------------


class PickOut(_Out):
    """What to take from where."""

    lot_id: UUID
    lot_number: str
    room: str
    opened_at: int | None
    quantity: int
    use_by: date | None


class SkippedOut(_Out):
    """What was passed over, and the code of why."""

    lot_id: UUID
    lot_number: str
    room: str
    opened_at: int | None
    quantity: int
    code: str


class SuggestionOut(_Out):
    """First expired, first out; of what expires the same day, what is open before what is not."""

    picks: list[PickOut]
    missing: int = Field(description="How much there is too little.")
    skipped: list[SkippedOut]


# --- stock-takes ----------------------------------------------------------------------------------------------


class TakeIn(_In):
    """A stock-take of one room, or of one item in it."""

    take_id: UUID = Field(description="The client's choice.")
    room: Code
    item: Code | None = None


class CountLineIn(_In):
    """How much was found of one part of a lot."""

    lot_id: UUID
    opened_at: OpenedAt = 0
    quantity: int = Field(ge=0, le=10**12)


class CountIn(_In):
    """Everything one person found; a part that is not among the lines was not there."""

    count_id: UUID = Field(description="The client's choice.")
    lines: list[CountLineIn] = Field(max_length=LONGEST_COUNT)

    @model_validator(mode="after")
    def _counts_each_once(self) -> Self:
        if len({(line.lot_id, line.opened_at) for line in self.lines}) != len(self.lines):
            raise ValueError("a part is counted in one line")
        return self


class RecountIn(_In):
    """The round whose counts are given up."""

    round: int = Field(ge=1, le=1 << 31)


class TakeLineOut(_Out):
    """A part to count; with figures once both counts are in."""

    lot_id: UUID
    item: str
    lot_number: str
    opened_at: int | None
    first: int | None
    second: int | None
    book: int | None
    difference: int | None = Field(description="What settling adds; null unless both counts agree.")


class TakeOut(_Out):
    """A stock-take. Figures stay hidden until both counts are in."""

    take_id: UUID
    room: str
    item: str | None
    state: TakeState
    round: int
    opened_by: str
    first_person: str | None
    second_person: str | None
    is_disturbed: bool = Field(description="Something was moved between the two counts.")
    settled_by: str | None
    changed_at: int
    lines: list[TakeLineOut]


class TakeHeadOut(_Out):
    """A stock-take without its lines."""

    take_id: UUID
    room: str
    item: str | None
    state: TakeState
    round: int
    changed_at: int


class TakesOut(_Out):
    """Stock-takes, the last changed last."""

    takes: list[TakeHeadOut]
    next_after: str | None = Field(description="`after` of the next page; null on the last.")


# --- daily sheets ---------------------------------------------------------------------------------------------


class SheetDayIn(_In):
    """The day on the sheet."""

    day: date


class DetailsOut(_Out):
    """What an action commits to, as /v1/details takes it: whoever holds this can open its root."""

    schema_id: int = Field(serialization_alias="schema")
    fields: dict[str, Any] = Field(description="By path; bytes as 0x hex.")
    event_key: Hash


class UnsignedOut(_Out):
    """An action ready to be signed, and the details behind its root."""

    action: dict[str, Any]
    details: DetailsOut


class PreparedOut(_Out):
    """What the lab manager signs: the sheet, and what was used up."""

    sheet: UnsignedOut | None = Field(description="A `SignSheet` of the ledger `Sheets`; null if it would be empty.")
    used_up: list[UnsignedOut] = Field(description="`RecordLotEvent`s (Object DELETE) of the ledger `Traceability`.")


class SheetOut(_Out):
    """A daily sheet."""

    day: date
    first_tap: int
    last_tap: int
    root: Hash
    prepared_by: str
    is_signed: bool = Field(description="The mirror has it.")
    recorded_at: int | None


class SheetsOut(_Out):
    """Sheets, the latest first, and what none covers yet."""

    sheets: list[SheetOut]
    unsigned_taps: int


# --- opening from an ERP --------------------------------------------------------------------------------------


class ImportedOut(_Out):
    """What an import took over."""

    items: int
    rooms: int
    lots: int
    first_tap: int
    last_tap: int
