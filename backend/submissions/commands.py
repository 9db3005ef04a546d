"""Accepting a batch: the last checks, then its row in the outbox. All or nothing of it."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.details import commands as details
from backend.details.parties import parties
from backend.details.sealing import Ring
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.identity.queries import Standing, standing_of
from backend.ledgers import Ledgers
from backend.submissions import outbox
from backend.submissions.batches import CheckedBatch
from backend.submissions.models import SUBMISSION, SUBMISSION_ITEM, State
from backend.submissions.refusals import explain_revert
from backend.submissions.relay import GAS_CAP
from backend.submissions.sender import ChainRefusal, ChainUnavailable, Revert, Sender
from contracts.typed_data import MODE_ALL
from indexer import schema as mirror

Objection = Callable[[Connection, int, CheckedBatch], None]
"""What a domain above this one has against a batch of an organisation; it raises ServiceError."""


def accept(
    connection: Connection,
    actor: Actor,
    batch: CheckedBatch,
    *,
    ledgers: Ledgers,
    sender: Sender,
    ring: Ring,
    objections: Iterable[Objection],
) -> bool:
    """Take a checked batch into the outbox; False if it was there already, which is no error.

    A batch that was refused before may come again: what refused it may have passed. The chain is asked now, for a
    prompt answer; what it says when the batch is mined is what counts.

    Raises:
        ServiceError: `signer_unknown`, `signer_not_valid`, `nonce_used`, an objection, or what the chain says.
    """
    known = connection.scalar(select(SUBMISSION.c.state).where(SUBMISSION.c.digest == batch.digest))
    if known is not None and known != State.REFUSED:
        return False
    contract = ledgers.addresses[batch.contract]
    organisation = _signing_organisation(connection, batch)
    _refuse_used_nonce(connection, batch, contract)
    for object_to in objections:
        object_to(connection, organisation, batch)
    gas_estimate = _ask_the_chain(connection, sender, batch, contract)
    taken = (
        _insert(connection, actor, batch, organisation, gas_estimate)
        if known is None
        else _reopen(connection, batch, gas_estimate)
    )
    _keep_details(connection, ring, batch, organisation)
    return taken


def _keep_details(connection: Connection, ring: Ring, batch: CheckedBatch, organisation: int) -> None:
    """Sealed in the transaction that takes the batch: whoever has our receipt knows that we have both."""
    given = zip(batch.actions, batch.details, strict=True)
    details.keep(
        connection, ring, [(each, parties(action, organisation)) for action, each in given if each is not None]
    )


def _signing_organisation(connection: Connection, batch: CheckedBatch) -> int:
    if batch.signing_organisation is not None:
        return batch.signing_organisation
    standing: Standing | None = standing_of(connection, batch.signer, at=clock.now())
    if standing is None:
        raise ServiceError("signer_unknown")
    if not standing.is_valid:
        raise ServiceError("signer_not_valid")
    return standing.organisation


def _refuse_used_nonce(connection: Connection, batch: CheckedBatch, contract: bytes) -> None:
    """A nonce is used by a batch of the mirror, or by another of ours that is not refused."""
    # As a Decimal: compared as an integer, SQLAlchemy would cast its 256 bits to BIGINT.
    nonce = Decimal(batch.nonce)
    recorded = connection.scalar(
        select(mirror.batch.c.digest).where(
            mirror.batch.c.signer == batch.signer,
            mirror.batch.c.nonce == nonce,
            mirror.batch.c.contract == contract,
        )
    )
    waiting = connection.scalar(
        select(SUBMISSION.c.digest).where(
            SUBMISSION.c.contract == batch.contract,
            SUBMISSION.c.signer == batch.signer,
            SUBMISSION.c.nonce == nonce,
            SUBMISSION.c.state != State.REFUSED,
        )
    )
    user = recorded or waiting
    if user is not None and user != batch.digest:
        raise ServiceError("nonce_used", nonce=str(batch.nonce))


def _ask_the_chain(connection: Connection, sender: Sender, batch: CheckedBatch, contract: bytes) -> int | None:
    """The gas the batch would take now; None where the chain cannot say, or may say otherwise in a moment.

    What is under way may be what this batch builds on: then a refusal is not the last word, and the batch waits its
    turn behind it.
    """
    try:
        answer = sender.estimate(to=contract, calldata=batch.calldata, gas_cap=GAS_CAP)
    except ChainUnavailable:
        return None
    except ChainRefusal as error:
        raise ServiceError("gas_exhausted", detail=str(error)) from error
    if not isinstance(answer, Revert):
        return None if _may_grow(connection, batch) else answer
    refusal = explain_revert(answer.data)
    if not refusal.is_for_good and outbox.has_open_submissions(connection):
        return None
    raise ServiceError(refusal.code, **refusal.params)


def _may_grow(connection: Connection, batch: CheckedBatch) -> bool:
    """Whether more of the batch may be recorded in its turn than now, at more gas: each action stands for itself, and
    some may build on what is under way. On too little gas it would come after what builds on it, which is refused."""
    several = batch.mode != MODE_ALL and len(batch.action_hashes) > 1
    return several and outbox.has_open_submissions(connection)


def _insert(
    connection: Connection, actor: Actor, batch: CheckedBatch, organisation: int, gas_estimate: int | None
) -> bool:
    at = clock.now()
    inserted = connection.scalar(
        postgresql.insert(SUBMISSION)
        .values(
            digest=batch.digest,
            contract=batch.contract,
            kind=batch.action,
            signer=batch.signer,
            organisation=organisation,
            submitted_by=actor.organisation,
            nonce=batch.nonce,
            deadline=batch.deadline,
            mode=batch.mode,
            calldata=batch.calldata,
            gas_estimate=gas_estimate,
            state=State.ACCEPTED,
            accepted_at=at,
            changed_at=at,
        )
        .on_conflict_do_nothing()
        .returning(SUBMISSION.c.number)
    )
    if inserted is None:
        # The same batch, or another under its nonce, was accepted between our look and now.
        same = connection.scalar(select(SUBMISSION.c.number).where(SUBMISSION.c.digest == batch.digest))
        if same is None:
            raise ServiceError("nonce_used", nonce=str(batch.nonce))
        return False
    connection.execute(
        insert(SUBMISSION_ITEM),
        [
            {"digest": batch.digest, "index": index, "action_hash": action_hash}
            for index, action_hash in enumerate(batch.action_hashes)
        ],
    )
    outbox.note(connection, batch.digest, state=State.ACCEPTED, reason=None, at=at)
    return True


def _reopen(connection: Connection, batch: CheckedBatch, gas_estimate: int | None) -> bool:
    reopened = outbox.move(connection, batch.digest, to=State.ACCEPTED, out_of=[State.REFUSED])
    if reopened:
        # What is signed is the same; the trails beside it may have changed.
        connection.execute(
            update(SUBMISSION)
            .where(SUBMISSION.c.digest == batch.digest)
            .values(calldata=batch.calldata, gas_estimate=gas_estimate, accepted_at=clock.now())
        )
    return reopened
