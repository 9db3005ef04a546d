"""What the routes of the domain take and answer."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from backend.details.models import State
from backend.wire import Hash

MOST_PRESENTED = 200
"""Details in one request: as many as a batch has actions."""


class DetailsIn(BaseModel):
    """The fields of one action, with the key their salts come from."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_id: int = Field(alias="schema", ge=0, lt=1 << 32, description="/v1/details/schemas has their fields.")
    fields: dict[str, Any] = Field(
        max_length=64,
        description="By path: a text, an integer (or its digits), `0x` bytes, or any JSON value; null is absent.",
    )
    event_key: Hash = Field(description="32 random bytes, new for each action.")


class PresentedIn(BaseModel):
    """Details of actions that stand on the chain already, or of such as are on their way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    details: Annotated[list[DetailsIn], Field(min_length=1, max_length=MOST_PRESENTED)]


class PresentedOut(BaseModel):
    """What became of each, in order."""

    results: "list[ResultOut]"


class ResultOut(BaseModel):
    """One of those presented."""

    root: Hash
    outcome: str = Field(description="kept, known (they were here), shredded (they stay destroyed) or unmatched.")


class DetailsOut(BaseModel):
    """Details, opened for one of their readers."""

    model_config = ConfigDict(populate_by_name=True)

    root: Hash
    schema_id: int = Field(serialization_alias="schema")
    fields: dict[str, Any]
    event_key: Hash = Field(description="Whoever has it and the fields can show any of them to anybody.")


class DetailsPageOut(BaseModel):
    """Some of the details that the caller may read, by their roots."""

    details: list[DetailsOut]
    next_after: Hash | None = Field(description="Ask with it as `after` for the next page; null on the last.")


class StateOut(BaseModel):
    """Where the details behind a root are."""

    root: Hash
    state: State


class ReaderIn(BaseModel):
    """Who else may read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation: int = Field(ge=1, lt=1 << 24)


class SchemaOut(BaseModel):
    """Which field stands at which place of a tree."""

    id: int
    name: str
    size: int
    fields: list[dict[str, str]]


class SchemasOut(BaseModel):
    """Every schema."""

    schemas: list[SchemaOut]
