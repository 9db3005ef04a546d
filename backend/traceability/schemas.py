"""What the routes of the domain answer. Times are Unix seconds; `withheld` stands beside every name left out."""

from pydantic import BaseModel, ConfigDict, Field

from backend.traceability.lineage import Direction
from backend.wire import Hash, Head


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class CustodianOut(_Out):
    """Who answers for a holding: an organisation's number, or null and withheld."""

    organisation: int | None
    withheld: bool


class HoldingOut(_Out):
    """A quantity of one lot at one custodian, as of now."""

    id: Hash
    lot: Hash
    maker: int = Field(description="The organisation that made the lot; 0 for nobody on this ledger.")
    handle: Hash = Field(description="The salted hash of the lot's trade identifier.")
    origin: str = Field(description="made, split, brought_in or opening_stock.")
    serial: int
    custodian: CustodianOut
    status: str = Field(description="held, dispatched or used_up.")
    flags: tuple[str, ...] = Field(
        description="packed, held_by_party, held_by_regulator, disputed, breach, closed, quarantined."
    )
    seq: int = Field(description="What the next act that names a seq has to name.")
    head: Head = Field(description="What an act that answers the last one has to agree to.")
    packed_in: Hash | None
    finalised: bool = Field(description="False while the last record may still be taken back.")


class LotOut(_Out):
    """A trade identity, and those of its holdings that the caller may see."""

    id: Hash
    maker: int
    handle: Hash
    recalled: bool
    holdings: list[HoldingOut]


class StepOut(_Out):
    """One record of a holding's history."""

    kind: str = Field(description="The event's name on chain: LotEventRecorded, GoodsReceived, ...")
    action_hash: Hash
    batch: Hash | None
    transaction: Hash | None
    recorded_by: CustodianOut
    custodian: CustodianOut
    status: str
    flags: tuple[str, ...]
    seq: int
    head: Head
    schema_id: int | None
    root: Hash
    occurred_at: int | None = Field(description="What the signer claims.")
    recorded_at: int = Field(description="What the block says.")
    block: int
    finalised: bool


class TimelineOut(_Out):
    """The whole history of a holding, oldest first."""

    holding: Hash
    steps: list[StepOut]


class HoldingNodeOut(HoldingOut):
    """A holding of a trace."""

    node: str = Field(description="What edges call it.")
    distance: int = Field(description="Steps between holdings from where the trace began.")


class EventNodeOut(_Out):
    """An event of a trace: it used some holdings and made others."""

    node: str
    kind: str = Field(description="object, aggregation, transaction, transformation or association.")
    distance: int
    action_hash: Hash
    recorded_by: CustodianOut
    breaches: tuple[str, ...]
    occurred_at: int | None
    recorded_at: int
    block: int
    finalised: bool


class EdgeOut(_Out):
    """One step of lineage, in the direction of time."""

    source: str
    target: str


class TraceOut(_Out):
    """What led to some holdings, or what became of them: every level, every input, unless it says where it was cut."""

    direction: Direction
    roots: list[Hash]
    holdings: list[HoldingNodeOut]
    events: list[EventNodeOut]
    edges: list[EdgeOut]
    truncated: bool
    cut_by: str | None = Field(description="limit or depth: which of the two parameters ended the trace.")
    continue_from: list[Hash] = Field(description="Holdings to trace next for what was cut off.")
