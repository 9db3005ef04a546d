"""A waiting document drafted here, for who signs in a browser: what a gateway does at the member's machine.

Whoever signs such a draft takes our word for what lies on the shelf, as every client does that asks the books; the
events themselves are in the details, and their roots can be recomputed.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from backend.books.custody import resolve
from backend.capture import queries as captured
from backend.capture.drafting import Drafting
from backend.capture.jobs import queries
from backend.capture.jobs.models import Behaviour
from backend.capture.jobs.schemas import DraftOut, RefusalIn, UnsignedBatchOut
from backend.capture.reading import events_of
from backend.capture.signing import in_batches
from backend.details.sealing import Ring
from backend.identity.actor import Actor
from backend.ledgers import Ledgers
from contracts import action_json
from contracts.typed_data import ACTIONS, MODE_ALL

_ACTION = "RecordLotEvent"


def draft(connection: Connection, ring: Ring, actor: Actor, job_id: UUID, ledgers: Ledgers) -> DraftOut:
    """What records the events of an open job that are not captured yet; with new salts each time it is asked for.

    Raises:
        ServiceError: `not_found`, also if the job has ended.
    """
    behaviour, content = queries.waiting_document(connection, ring, actor, job_id)
    events = events_of(content)
    known = captured.known(connection, actor, {event.identity for event in events})
    first = {event.identity: place for place, event in reversed(list(enumerate(events)))}
    fresh = sorted(place for identity, place in first.items() if identity not in known)
    drafted = Drafting(
        actor.organisation,
        lambda identifiers: resolve(connection, actor, identifiers).model_dump(mode="json"),
    ).draft(events, fresh)
    is_given_up = bool(drafted.faults) and behaviour is Behaviour.ROLLBACK
    contract = ledgers.addresses[ACTIONS[_ACTION].ledger]
    return DraftOut(
        batches=[
            UnsignedBatchOut(
                chain_id=ledgers.chain_id,
                contract=contract,
                action=_ACTION,
                mode=MODE_ALL,
                actions=action_json.to_json([action.value for action in batch]),
                details=[action.details.to_json() for action in batch],
            )
            for batch in in_batches(() if is_given_up else drafted.actions)
        ],
        refusals=[_refusal(place, fault.code, dict(fault.params)) for place, fault in drafted.faults.items()],
        is_current=captured.in_books(connection, known.values()) == set(known.values()),
    )


def _refusal(place: int, code: str, params: dict[str, Any]) -> RefusalIn:
    return RefusalIn(event=place, code=code, params=params)
