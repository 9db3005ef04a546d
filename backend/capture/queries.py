"""Which events are captured already, and how far the books have come with them."""

from collections.abc import Collection

from sqlalchemy import Connection, exists, func, literal, select, tuple_

from backend.books.models import ENTRY
from backend.capture.identity import EventIdentity
from backend.capture.models import CAPTURED_EVENT
from backend.db import among
from backend.identity.actor import Actor
from backend.submissions.models import SUBMISSION, SUBMISSION_ITEM, State
from indexer import schema as mirror


def known(connection: Connection, actor: Actor, events: Collection[EventIdentity]) -> dict[EventIdentity, bytes]:
    """Those of some events that the actor's organisation has captured, each with the hash of the action.

    Not those whose record came to nothing: they are free to be captured again.
    """
    table, item = CAPTURED_EVENT.c, SUBMISSION_ITEM.c
    stands = exists(
        select(1)
        .join(SUBMISSION, item.digest == SUBMISSION.c.digest)
        .where(item.action_hash == table.action_hash, SUBMISSION.c.state != State.REFUSED)
    )
    rows = connection.execute(
        select(table.hash, table.error, table.action_hash).where(
            table.organisation == actor.organisation,
            tuple_(table.hash, table.error).in_([(event.hash, event.error) for event in events]),
            stands,
        )
    )
    return {EventIdentity(event_hash, error): action_hash for event_hash, error, action_hash in rows}


def in_books(connection: Connection, action_hashes: Collection[bytes]) -> set[bytes]:
    """Those of some actions that the books have an entry of; of none while there are no books."""
    if connection.scalar(select(func.to_regclass(literal(ENTRY.fullname)))) is None:
        return set()
    event = mirror.event.c
    return set(
        connection.scalars(
            select(event.action_hash)
            .join(ENTRY, ENTRY.c.number == event.number)
            .where(among(event.action_hash, action_hashes))
        )
    )
