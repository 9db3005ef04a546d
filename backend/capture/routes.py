"""Asking what was captured before."""

from fastapi import APIRouter

from backend.capture import queries
from backend.capture.identity import EventIdentity
from backend.capture.schemas import KnownIn, KnownOut
from backend.dependencies import Reader, Reading

router = APIRouter(prefix="/v1/captures", tags=["capture"])


@router.post("/known")
def known(connection: Reading, actor: Reader, asked: KnownIn) -> KnownOut:
    """Which of some events the caller's organisation has captured."""
    events = [EventIdentity(event.hash, event.error or b"") for event in asked.events]
    found = queries.known(connection, actor, events)
    return KnownOut(action_hashes=[found.get(event) for event in events])
