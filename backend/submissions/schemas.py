"""What the routes of the domain take and answer. Times are Unix seconds."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.details.schemas import DetailsIn
from backend.wire import Address, Hash, Head, Signature, Unsigned


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class AuthorisationIn(_In):
    """One EIP-712 signature over all actions of a batch."""

    signer: Address
    nonce: Unsigned = Field(description="Any number the signer has not used on this contract.")
    deadline: Unsigned = Field(description="Unix seconds after which the chain will not record the batch.")
    mode: int = Field(
        ge=0, le=255, description="0 each: what can be recorded is. 1 all: one refusal refuses the batch."
    )
    signature: Signature


class StepIn(_In):
    """One step of a subject's history, as its head folded it."""

    action_hash: Hash
    signer: Address


class TrailIn(_In):
    """Opens a head: the one before the corrected action, its step first, then every later one. Not signed."""

    head_before: Head
    steps: list[StepIn] = Field(max_length=1_000)


class BatchIn(_In):
    """Actions of one kind for one contract, signed. /v1/typed-data has their fields."""

    chain_id: Unsigned
    contract: Address
    action: str = Field(max_length=64, description="The kind: RecordLotEvent, DispatchGoods, ...")
    actions: list[dict[str, Any]]
    trails: list[TrailIn] = Field(
        default=[], description="One for each action of CorrectDetails; empty for all others."
    )
    details: list[DetailsIn | None] = Field(
        default=[],
        description="What the actions' roots commit to, one for each action, or none at all. Not signed: the root is.",
    )
    authorisation: AuthorisationIn


class SubmissionsIn(_In):
    """One or many batches; each is accepted or refused by itself, in order."""

    batches: list[BatchIn] = Field(min_length=1, max_length=100)


class ItemOut(_Out):
    """One action of a submission."""

    index: int
    action_hash: Hash
    reason: str | None = Field(description="Why the chain refused this one while it recorded others.")


class ReceiptOut(_Out):
    """The service's signature over (batch, accepted_at): EIP-712, `Receipt(bytes32 batch,uint64 acceptedAt)` in the
    domain {name: "Suyuan receipt", version: "1", chainId}."""

    batch: Hash
    accepted_at: int
    signer: Address
    signature: Signature


class SubmissionOut(_Out):
    """Where a batch is."""

    id: Hash = Field(description="The EIP-712 digest of the batch: the same batch is the same submission.")
    contract: str
    action: str
    signer: Address
    organisation: int
    state: str = Field(description="accepted, relayed, mined, mirrored or refused.")
    reason: str | None = Field(description="The code of the refusal; docs/errors.md has them all.")
    reason_params: dict[str, Any] | None
    accepted_at: int
    changed_at: int
    deadline: int
    transaction: Hash | None = Field(description="The latest transaction that carries it.")
    block: int | None


class SubmissionDetailOut(SubmissionOut):
    """A submission with its actions and its receipt."""

    items: list[ItemOut]
    receipt: ReceiptOut


class SubmissionPageOut(_Out):
    """Submissions, newest first."""

    submissions: list[SubmissionOut]
    next_before: int | None = Field(description="`before` of the next page; null on the last.")


class ResultOut(_Out):
    """What became of one batch of a request: a submission to follow, or a problem."""

    index: int
    status_url: str | None = None
    submission: SubmissionDetailOut | None = None
    problem: dict[str, Any] | None = None


class ResultsOut(_Out):
    """A result for each batch, in order."""

    results: list[ResultOut]
