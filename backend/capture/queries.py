"""Which events are captured already."""

from collections.abc import Collection

from sqlalchemy import Connection, select, tuple_

from backend.capture.identity import EventIdentity
from backend.capture.models import CAPTURED_EVENT
from backend.identity.actor import Actor


def known(connection: Connection, actor: Actor, events: Collection[EventIdentity]) -> dict[EventIdentity, bytes]:
    """Those of some events that the actor's organisation has captured, each with the hash of the action."""
    table = CAPTURED_EVENT.c
    rows = connection.execute(
        select(table.hash, table.error, table.action_hash).where(
            table.organisation == actor.organisation,
            tuple_(table.hash, table.error).in_([(event.hash, event.error) for event in events]),
        )
    )
    return {EventIdentity(event_hash, error): action_hash for event_hash, error, action_hash in rows}
