"""Asking what was captured before."""

from fastapi import APIRouter

from backend.capture import queries
from backend.capture.identity import EventIdentity
from backend.capture.schemas import EventOut, KnownIn, KnownOut
from backend.dependencies import Reader, Reading

router = APIRouter(prefix="/v1/captures", tags=["capture"])


@router.post("/known")
def known(connection: Reading, actor: Reader, asked: KnownIn) -> KnownOut:
    """Which of some events the caller's organisation has captured."""
    events = [EventIdentity(event.hash, event.error or b"") for event in asked.events]
    found = queries.known(connection, actor, events)
    told = queries.in_books(connection, found.values())
    return KnownOut(
        events=[EventOut(action_hash=found.get(event), in_books=found.get(event) in told) for event in events]
    )
