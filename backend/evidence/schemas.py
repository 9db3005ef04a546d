"""What the routes of the domain take and answer."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backend.wire import Address, Hash, Signature

MOST_SIGNATURES = 64

BlockNumber = Annotated[int, Field(ge=0, lt=1 << 40)]


class EvidenceIn(BaseModel):
    """What a file is asked about, and what it is to show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Annotated[str, StringConstraints(min_length=1, max_length=600)] = Field(
        description="Id of a holding, lot or order (`0x` and 64 digits), or a trade identifier of a lot."
    )
    depth: int = Field(default=0, ge=0, le=1_000, description="Levels of what it was made from.")
    fields: list[Annotated[str, StringConstraints(max_length=100)]] = Field(
        default=[], max_length=64, description="Fields of details to show wherever they are; by their paths."
    )
    at: BlockNumber | Literal["latest"] | None = Field(
        default=None, description="A block; `latest` for the last final one; the newest checkpoint if left out."
    )


class SignatureIn(BaseModel):
    """One witness's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    witness: Address
    signature: Signature


class CheckpointIn(BaseModel):
    """A block that witnesses vouch for, as `suyuan checkpoint sign` writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["suyuan-checkpoint/1"]
    chain_id: int = Field(ge=0, lt=1 << 53)
    genesis: Hash
    number: BlockNumber
    hash: Hash
    mirror: Hash = Field(description="Digest of the witness's own mirror from the first block; zero if it keeps none.")
    signatures: Annotated[list[SignatureIn], Field(min_length=1, max_length=MOST_SIGNATURES)]


class PublishedOut(BaseModel):
    """What became of a checkpoint that was published."""

    number: int
    new: int = Field(description="Signatures that were not here before.")


class WitnessedOut(BaseModel):
    """One witness's signature."""

    witness: Address
    organisation: int
    signature: Signature
    published_at: int


class CheckpointOut(BaseModel):
    """One block, by one hash and one mirror, with everybody who signed that."""

    number: int
    hash: Hash
    mirror: Hash
    signatures: list[WitnessedOut]


class CheckpointsOut(BaseModel):
    """Checkpoints, the newest block first."""

    chain_id: int
    genesis: Hash
    checkpoints: list[CheckpointOut]
    next_before: int | None = Field(description="Ask with `before` to go on; null if there is no more.")
