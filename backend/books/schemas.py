"""What the routes of the domain take and answer."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backend.wire import Hash, Unsigned

MOST_RESOLVED = 1_000

Searched = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""Words, or an identifier."""

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
"""A GS1 key as an EPC URN or a Digital Link, or any other URI."""


class CoverageOut(BaseModel):
    """What an answer rests on: how many of the actions there are have their details here."""

    held: int
    missing: int = Field(description="Nobody has presented them, or they were lost; /v1/details takes them late.")
    shredded: int = Field(description="Destroyed on purpose.")


class EntryOut(BaseModel):
    """A recorded action whose details the caller may read; /v1/details/{root} opens them."""

    model_config = ConfigDict(populate_by_name=True)

    number: Unsigned = Field(description="Its place on the chain.")
    action_hash: Hash
    kind: str
    schema_id: int = Field(serialization_alias="schema")
    root: Hash
    author: int | None
    occurred_at: int | None
    recorded_at: int
    identifiers: list[str] = Field(description="Of the first things it is about.")


class FoundOut(BaseModel):
    """A page of what a search found, the newest first."""

    entries: list[EntryOut]
    next_before: Unsigned | None = Field(description="Ask with it as `before` for the next page; null on the last.")
    coverage: CoverageOut


class ResolveIn(BaseModel):
    """Identifiers as they stand on things."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    identifiers: Annotated[list[Identifier], Field(min_length=1, max_length=MOST_RESOLVED)]


class HoldingKeyOut(BaseModel):
    """A holding's key, as actions name it."""

    maker: int
    handle: Hash
    creator: int
    serial: Unsigned


class HoldingOut(BaseModel):
    """Something in the caller's custody."""

    identifier: str | None = Field(description="In its canonical form; null of what lies inside and nobody named.")
    salt: Hash | None = Field(description="keccak(salt, identifier) is the handle.")
    id: Hash
    holding: HoldingKeyOut
    seq: int
    status: str = Field(description="held or dispatched.")
    flags: list[str]
    packed_in: Hash | None
    amount: str | None = Field(description="In decimal digits, where it was said and nothing was split off since.")


class IdentifierOut(BaseModel):
    """An identifier that the caller has met."""

    identifier: str
    salt: Hash | None = Field(description="For another holding of the same lot; null if the caller needs its own.")
    next_serial: Unsigned = Field(description="The first serial of the caller's that is free under this identifier.")


class ResolvedOut(BaseModel):
    """What the caller has under some identifiers, the oldest first, and what is packed directly in it."""

    identifiers: list[IdentifierOut]
    holdings: list[HoldingOut]
    is_complete: bool = Field(description="Whether these are all.")
    coverage: CoverageOut
