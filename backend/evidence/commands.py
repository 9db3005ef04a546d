"""Taking in what witnesses signed."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.errors import ServiceError
from backend.evidence.blocks import anchor_at
from backend.evidence.models import CHECKPOINT
from backend.evidence.schemas import CheckpointIn, PublishedOut, SignatureIn
from backend.identity.actor import Actor
from backend.identity.queries import standing_of
from backend.ledgers import Ledgers
from contracts.signatures import TypedDataError, address_bytes, recover
from indexer.errors import Retryable
from indexer.proofs import ProvingNode
from indexer.status import read_status
from verifier.anchor import checkpoint_digest

_LOG = structlog.get_logger(__name__)

MOST_A_DAY = 200
"""Checkpoints of one witness: one in seven minutes."""
_DAY = 86_400


def publish(
    connection: Connection, _actor: Actor, ledgers: Ledgers, node: ProvingNode, given: CheckpointIn
) -> PublishedOut:
    """Keep signatures of a block, whatever hash they are over: one that contradicts our node's is what checkpoints are
    for. Anybody may bring them; the signatures are what counts.

    Raises:
        ServiceError: `checkpoint_of_another_chain`, `checkpoint_not_mirrored`, `checkpoint_forged`, `witness_unknown`,
            `witness_too_busy`, `node_unavailable`; then none of the signatures is kept.
    """
    if (given.chain_id, given.genesis) != (ledgers.chain_id, ledgers.genesis_hash):
        raise ServiceError("checkpoint_of_another_chain")
    status = read_status(connection)
    if status is None:
        raise ServiceError("mirror_unavailable")
    if given.number > status.finalised:
        raise ServiceError("checkpoint_not_mirrored", finalised=status.finalised)
    digest = checkpoint_digest(given.chain_id, given.number, given.hash, given.genesis, given.mirror)
    for signed in given.signatures:
        if _signer(digest, signed.signature) != signed.witness:
            raise ServiceError("checkpoint_forged", witness="0x" + signed.witness.hex())
    try:
        ours = anchor_at(node, given.number).hash
    except Retryable as error:
        raise ServiceError("node_unavailable") from error
    new = sum(_keep(connection, given, signed, agrees=given.hash == ours) for signed in given.signatures)
    if new and given.hash != ours:
        # Either the witness saw another chain, or our node shows us one that was rewritten: somebody has to look.
        _LOG.error("checkpoint_contradicts", block=given.number, signed=given.hash.hex(), ours=ours.hex())
    return PublishedOut(number=given.number, new=new)


def _keep(connection: Connection, given: CheckpointIn, signed: SignatureIn, *, agrees: bool) -> bool:
    """Keep one signature; False if it was here already."""
    at = clock.now()
    standing = standing_of(connection, signed.witness, at=at)
    if standing is None or not standing.is_valid:
        raise ServiceError("witness_unknown", witness="0x" + signed.witness.hex())
    lately = connection.scalar(
        select(func.count()).where(CHECKPOINT.c.witness == signed.witness, CHECKPOINT.c.published_at > at - _DAY)
    )
    if (lately or 0) >= MOST_A_DAY:
        raise ServiceError("witness_too_busy", most=MOST_A_DAY)
    kept = connection.scalar(
        postgresql.insert(CHECKPOINT)
        .values(
            number=given.number,
            hash=given.hash,
            mirror=given.mirror,
            witness=signed.witness,
            organisation=standing.organisation,
            signature=signed.signature,
            agrees=agrees,
            published_at=at,
        )
        .on_conflict_do_nothing()
        .returning(CHECKPOINT.c.number)
    )
    return kept is not None


def _signer(digest: bytes, signature: bytes) -> bytes | None:
    try:
        return address_bytes(recover(digest, signature))
    except TypedDataError:
        return None
