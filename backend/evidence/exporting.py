"""Making an evidence file: out of mirror and details, proven by the node, checked before it is handed out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from threading import BoundedSemaphore

import structlog
from sqlalchemy import Connection

from backend import clock
from backend.db import READERS
from backend.details.sealing import Ring
from backend.errors import ServiceError
from backend.evidence import queries
from backend.evidence.blocks import Anchor, anchor_at
from backend.evidence.closure import MOST_RECORDS, Closure, closure
from backend.evidence.history import History
from backend.evidence.openings import known_paths, shown_by
from backend.evidence.sight import roots
from backend.evidence.state import proven
from backend.evidence.trust import own_trust
from backend.evidence.values import MirrorIncomplete
from backend.evidence.writing import written
from backend.identity.actor import Actor
from backend.ledgers import Ledgers
from contracts.signatures import checksum
from indexer.errors import Retryable
from indexer.proofs import ProvingNode, StateGone
from indexer.status import read_status
from verifier.check import check
from verifier.evidence import Checkpoint, Evidence, read
from verifier.refusal import Refusal

LATEST = "latest"
MOST_BYTES = 16 * 1024 * 1024
"""Of a file with many details shown; without, `MOST_RECORDS` have a third of it."""

_LOG = structlog.get_logger(__name__)
# Making one takes a second or two, and a connection: whoever else reads must find one left.
_TURNS = BoundedSemaphore(READERS - 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file is to be about and what it is to show. `at` is a block, `latest`, or None: the newest checkpoint."""

    subject: str
    depth: int = 0
    fields: Collection[str] = ()
    at: int | str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A file, and the least that is to be said of it."""

    content: bytes
    block: int
    subjects: int
    records: int
    witnesses: int


@dataclass(frozen=True, slots=True)
class Exporter:
    """What files are made from. The connection should be one snapshot, REPEATABLE READ."""

    connection: Connection
    ledgers: Ledgers
    node: ProvingNode
    ring: Ring

    def export(self, actor: Actor, asked: Asked) -> Made:
        """A file about what an actor sees whole.

        Raises:
            ServiceError: a code of backend/errors/evidence.py, or `not_found`.
        """
        if not _TURNS.acquire(blocking=False):
            raise ServiceError("evidence_busy")
        try:
            return self._export(actor, asked)
        except StateGone as error:
            _LOG.warning("evidence_state_gone", detail=str(error))
            raise ServiceError("evidence_state_gone") from error
        except Retryable as error:
            _LOG.warning("node_unavailable", code=error.code, detail=error.message)
            raise ServiceError("node_unavailable") from error
        except MirrorIncomplete as error:
            _LOG.error("evidence_not_proven", detail=str(error))
            raise ServiceError("evidence_not_proven", refusal="mirror_incomplete", place="") from error
        except Refusal as refusal:
            _LOG.error("evidence_not_proven", code=refusal.code, place=refusal.place, detail=refusal.message)
            raise ServiceError("evidence_not_proven", refusal=refusal.code, place=refusal.place) from refusal
        finally:
            _TURNS.release()

    def _export(self, actor: Actor, asked: Asked) -> Made:
        paths = known_paths(asked.fields)
        anchor, checkpoint = self._anchor(asked.at)
        about = roots(self.connection, actor, asked.subject, depth=asked.depth, block=anchor.number)
        shown = shown_by(self.connection, self.ring, actor, paths)
        history = History(self.connection, self.ledgers, anchor.number, shown, most=MOST_RECORDS)
        found = closure(history, about.kind, about.keys, depth=asked.depth, address_of=self._address_of)
        evidence = self._proven(anchor, checkpoint, found)
        if paths and not any(action.opening for action in evidence.actions):
            raise ServiceError("evidence_field_not_shown")
        content = written(evidence)
        if len(content) > MOST_BYTES:
            raise ServiceError("evidence_too_large", most_bytes=MOST_BYTES)
        check(read(content), own_trust(self.ledgers, anchor.seals))
        witnesses = 0 if checkpoint is None else len(checkpoint.signatures)
        return Made(content, anchor.number, len(evidence.subjects), len(evidence.actions), witnesses)

    def _proven(self, anchor: Anchor, checkpoint: Checkpoint | None, found: Closure) -> Evidence:
        # Each once, in the order of the subjects that have them.
        actions = list({id(action): action for subject in found.subjects for action in subject.trail}.values())
        nodes = proven(self.node, own_trust(self.ledgers, anchor.seals), anchor, found.subjects, found.traced)
        return Evidence(
            depth=found.depth,
            roots=found.subjects[: found.roots],
            header=anchor.header,
            checkpoint=checkpoint,
            nodes=nodes,
            batches=tuple({id(action.batch): action.batch for action in actions}.values()),
            actions=tuple(actions),
            subjects=found.subjects,
        )

    def _anchor(self, at: int | str | None) -> tuple[Anchor, Checkpoint | None]:
        status = read_status(self.connection)
        if status is None:
            raise ServiceError("mirror_unavailable")
        if at is None:
            return self._newest_checkpoint(status.finalised)
        number = status.finalised if at == LATEST else int(at)
        if number > status.finalised:
            raise ServiceError("evidence_block_not_final", finalised=status.finalised)
        anchor = anchor_at(self.node, number)
        return anchor, queries.best_at(self.connection, number, anchor.hash)

    def _newest_checkpoint(self, finalised: int) -> tuple[Anchor, Checkpoint]:
        best = queries.panel(self.connection, at=clock.now()).best
        if best is None or best.number > finalised:
            raise ServiceError("evidence_without_checkpoint")
        anchor = anchor_at(self.node, best.number)
        if anchor.hash != best.hash:
            # It agreed when it was published: the node is another one, or shows another chain.
            raise ServiceError("evidence_not_proven", refusal="checkpoint_contradicts", place=f"block {best.number}")
        return anchor, best.checkpoint

    def _address_of(self, ledger: str) -> str:
        return checksum(self.ledgers.addresses[ledger])
