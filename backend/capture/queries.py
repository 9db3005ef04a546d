"""Which events are captured already, and how far the books have come with them."""

from collections.abc import Collection

from sqlalchemy import ARRAY, Connection, LargeBinary, column, exists, func, literal, select

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
        .where(
            item.action_hash == table.action_hash,
            SUBMISSION.c.state != State.REFUSED,
            # Of a batch that was recorded in part.
            item.reason.is_(None),
        )
    )
    # As two arrays: a thousand pairs are two thousand parameters otherwise, which take seconds to read.
    pairs = func.unnest(
        literal([event.hash for event in events], ARRAY(LargeBinary)),
        literal([event.error for event in events], ARRAY(LargeBinary)),
    )
    asked = pairs.table_valued(column("hash", LargeBinary), column("error", LargeBinary), name="asked").render_derived()
    rows = connection.execute(
        select(table.hash, table.error, table.action_hash)
        .join(asked, (asked.c.hash == table.hash) & (asked.c.error == table.error))
        .where(table.organisation == actor.organisation, stands)
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
