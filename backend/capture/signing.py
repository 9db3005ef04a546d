"""Planned events as what a member signs: actions with their details, in as few batches as carry them."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from backend.capture.plan import MOST_ITEMS, Planned
from backend.capture.telling import Told
from backend.details import fields
from backend.details.fields import Details
from backend.epcis.fields import of_event, opened
from contracts.details import LOT_EVENT
from contracts.typed_data import action_hash, holding_id

MOST_ACTIONS = 100
"""Of one signature. With as many items as MOST_ITEMS they are 20 kB of calldata, far from what a node refuses."""

_MOST_DETAILS = 3_000_000
"""Bytes of details beside one signature: a request takes four million, and JSON escapes some."""


@dataclass(frozen=True, slots=True)
class Action:
    """A `RecordLotEvent` with its details, ready to be signed."""

    told: int
    """The place in its document of the event that it records, or prepares."""
    is_event: bool
    value: dict[str, Any]
    details: Details

    @property
    def hash(self) -> bytes:
        """What a submission and the ledger know it by."""
        return action_hash("RecordLotEvent", self.value)

    @property
    def holdings(self) -> list[bytes]:
        """The ids of what it speaks of."""
        return [holding_id(item["holding"]) for item in self.value["items"]]


def action_of(planned: Planned, told: Told, place: int) -> Action:
    """The action of a planned event, under an event key of its own.

    Raises:
        ServiceError: `event_not_carried`, `details_invalid`.
        TypedDataError: a value that the action has no room for.
    """
    handles = [(item.held.identifier, item.held.salt) for item in planned.items]
    if planned.event is None:
        written: dict[str, Any] = {"handles": opened(handles)}
    else:
        own = {name: value for name, value in planned.event.items() if name != "@context"}
        written = of_event(own, list(told.context) or None, handles)
    details = fields.parse(LOT_EVENT.id, written, os.urandom(32))
    value = {
        "kind": planned.kind,
        "action": planned.action,
        "items": [
            {"role": item.role, "origin": item.origin, "holding": dict(item.held.key), "seq": item.held.seq}
            for item in planned.items
        ],
        "occurredAt": told.occurred_at,
        "schema": LOT_EVENT.id,
        "root": details.root,
    }
    action = Action(place, planned.event is not None, value, details)
    # What the ledger has no room for shows when it is hashed: here, where it can be said of its event.
    _ = action.hash
    return action


def in_batches(actions: Iterable[Action]) -> Iterator[list[Action]]:
    """Actions as they are signed together: all of a document, unless they are more than one transaction carries."""
    batch: list[Action] = []
    items = size = 0
    for action in actions:
        own_items, own_size = len(action.value["items"]), len(action.details.to_bytes())
        if batch and (len(batch) == MOST_ACTIONS or items + own_items > MOST_ITEMS or size + own_size > _MOST_DETAILS):
            yield batch
            batch, items, size = [], 0, 0
        batch.append(action)
        items, size = items + own_items, size + own_size
    if batch:
        yield batch
