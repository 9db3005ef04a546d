"""What the routes of the domain take and answer."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from backend.wire import Hash

MOST_ASKED = 1_000


class EventIn(BaseModel):
    """An event by what it says: its canonical hash, and SHA-256 of its error declaration if it has one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hash: Hash
    error: Hash | None = None


class KnownIn(BaseModel):
    """Events to ask about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    events: Annotated[list[EventIn], Field(min_length=1, max_length=MOST_ASKED)]


class EventOut(BaseModel):
    """What is known of an event."""

    action_hash: Hash | None = Field(description="The action that records it; null if it is not captured.")
    in_books: bool = Field(description="Whether it can be asked for: the books follow the chain a moment later.")


class KnownOut(BaseModel):
    """What is known of each event, in order."""

    events: list[EventOut]
