"""What the routes of capture jobs take and answer. A job has the names that EPCIS 2.0 gives it."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from backend.capture.jobs.models import Behaviour
from backend.capture.reading import MOST_EVENTS
from backend.wire import Address


class VerdictOut(BaseModel):
    """What became of one event."""

    event: int = Field(description="Its place in the document.")
    type: str
    hash: str = Field(description="Its canonical hash.")
    verdict: str = Field(description="ACCEPTED, DUPLICATE (captured before) or REFUSED.")
    code: str | None = Field(description="Why it is refused; docs/errors.md lists them.")
    params: dict[str, Any] | None
    action_hash: str | None = Field(description="The action that records it.")


class JobOut(BaseModel):
    """A capture job, as the REST binding of EPCIS 2.0 has it; `lapsesAt`, `broughtBy` and `verdicts` are ours."""

    id: UUID = Field(serialization_alias="captureID")
    created_at: str = Field(serialization_alias="createdAt")
    finished_at: str = Field(
        default="", serialization_alias="finishedAt", description="Not there while the job is running."
    )
    lapses_at: str = Field(serialization_alias="lapsesAt", description="When the document is given up unsigned.")
    brought_by: str | None = Field(
        serialization_alias="broughtBy", description="Who of the organisation brought it; null for a machine."
    )
    running: bool
    success: bool
    behaviour: Behaviour = Field(serialization_alias="captureErrorBehaviour")
    errors: list[dict[str, Any]] = Field(
        description="A problem (RFC 9457) for each event refused, which `instance` names; in lists the first twenty."
    )
    verdicts: list[VerdictOut] = Field(default=[], description="Of every event, once the job has ended; not in lists.")


class WaitingJobOut(BaseModel):
    """A document that waits to be signed."""

    id: UUID
    behaviour: Behaviour
    mark: str | None = Field(description="By which a gateway knows what came through it: hex digits.")


class WaitingOut(BaseModel):
    """What waits, in the order of arrival."""

    jobs: list[WaitingJobOut]


class DocumentOut(BaseModel):
    """A document, character for character."""

    document: str


class RefusalIn(BaseModel):
    """An event that cannot be recorded, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: int = Field(ge=0, lt=1 << 20, description="Its place in the document.")
    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    params: dict[str, Any] = Field(default={}, max_length=20)


class ReportIn(BaseModel):
    """The member's side has done what it can."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    refusals: Annotated[list[RefusalIn], Field(max_length=MOST_EVENTS)] = []


class UnsignedBatchOut(BaseModel):
    """What one signature covers: sign it, add `authorisation`, and bring it to /v1/submissions."""

    chain_id: int
    contract: Address
    action: str
    mode: int
    actions: list[dict[str, Any]]
    details: list[dict[str, Any]] = Field(description="Each action's; recompute its root before you sign it.")


class DraftOut(BaseModel):
    """What records the events of a document that are not captured yet."""

    batches: list[UnsignedBatchOut] = Field(description="To be signed in this order, each when the last is mirrored.")
    refusals: list[RefusalIn] = Field(description="As `report` takes them; with rollback no batch is drafted then.")
    is_current: bool = Field(
        description="Whether the books have what the organisation captured of it before; if not, ask in a moment."
    )
