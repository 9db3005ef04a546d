"""Remembering which events an organisation has captured, in the transaction that takes the batch."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.capture.identity import EventIdentity, identity_of
from backend.capture.models import CAPTURED_EVENT
from backend.epcis.fields import to_event
from backend.errors import ServiceError
from backend.submissions.batches import CheckedBatch
from backend.submissions.models import SUBMISSION, SUBMISSION_ITEM, State


def object_to_duplicates(connection: Connection, organisation: int, batch: CheckedBatch) -> None:
    """Refuse a batch with an event that the organisation has captured in another; remember the events of any other.

    Raises:
        ServiceError: `event_duplicate`, naming the earlier record; `event_not_carried`.
    """
    if batch.action != "RecordLotEvent":
        return
    events: dict[EventIdentity, int] = {}
    for index, details in enumerate(batch.details):
        event = details and to_event({path: details.value(path) for path in details.fields})
        if not event:
            continue
        identity = _identity(event, index)
        if (earlier := events.setdefault(identity, index)) != index:
            raise _duplicate(index, identity, batch.action_hashes[earlier])
    _remember(connection, organisation, {identity: (batch.action_hashes[at], at) for identity, at in events.items()})


def _identity(event: dict[str, Any], index: int) -> EventIdentity:
    try:
        return identity_of(event)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        # What is signed as an event and is none could be told from no other.
        problem = "no event of EPCIS: `suyuan epcis check` says why"
        raise ServiceError("event_not_carried", index=index, at="type", problem=problem) from error


def _remember(connection: Connection, organisation: int, events: Mapping[EventIdentity, tuple[bytes, int]]) -> None:
    """Args:
    events: by what they say, each with the hash of its action and the action's place in the batch.
    """
    table, at = CAPTURED_EVENT.c, clock.now()
    # In one order, whoever brings them: two batches with the same events must not wait for each other.
    rows = [
        {
            "organisation": organisation,
            "hash": identity.hash,
            "error": identity.error,
            "action_hash": events[identity][0],
            "captured_at": at,
        }
        for identity in sorted(events, key=lambda each: (each.hash, each.error))
    ]
    if not rows:
        return
    new = connection.execute(
        postgresql.insert(CAPTURED_EVENT).on_conflict_do_nothing().returning(table.hash, table.error), rows
    )
    inserted = {EventIdentity(*row) for row in new}
    for identity, (action_hash, index) in events.items():
        if identity not in inserted:
            _remember_again(connection, organisation, identity, action_hash, index)


def _remember_again(
    connection: Connection, organisation: int, identity: EventIdentity, action_hash: bytes, index: int
) -> None:
    table = CAPTURED_EVENT.c
    own = (table.organisation == organisation, table.hash == identity.hash, table.error == identity.error)
    # Locked: of two batches with one event, the second waits for what becomes of the first.
    earlier = connection.scalar(select(table.action_hash).where(*own).with_for_update())
    if earlier == action_hash:
        return
    if earlier is not None and not _came_to_nothing(connection, earlier):
        raise _duplicate(index, identity, earlier)
    connection.execute(update(CAPTURED_EVENT).where(*own).values(action_hash=action_hash, captured_at=clock.now()))


def _duplicate(index: int, identity: EventIdentity, earlier: bytes) -> ServiceError:
    return ServiceError("event_duplicate", index=index, hash=identity.name, action_hash="0x" + earlier.hex())


def _came_to_nothing(connection: Connection, action_hash: bytes) -> bool:
    """Whether an action was refused with every submission that has it, or by itself: then its event is free again."""
    item = SUBMISSION_ITEM.c
    outcomes = connection.execute(
        select(SUBMISSION.c.state, item.reason)
        .join(SUBMISSION_ITEM, item.digest == SUBMISSION.c.digest)
        .where(item.action_hash == action_hash)
    )
    return all(state == State.REFUSED or reason is not None for state, reason in outcomes)
