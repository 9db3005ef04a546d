"""Reading checkpoints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Connection, Row, func, select, true

from backend import clock
from backend.books.models import IDENTIFIER
from backend.db import among
from backend.evidence.models import CHECKPOINT
from backend.evidence.schemas import CheckpointOut, CheckpointsOut, WitnessedOut
from backend.identity.actor import Actor
from backend.identity.queries import standing_of
from backend.ledgers import Ledgers
from backend.wire import to_hex
from contracts.signatures import checksum
from indexer import schema as mirror
from verifier.evidence import Checkpoint

PAGE = 100
"""Blocks in one answer."""

_TABLE = CHECKPOINT.c
# The newest blocks with checkpoints, by which it is told who witnesses.
_WINDOW = 64
_RECORDS_OF_AN_EXAMPLE = 6


@dataclass(frozen=True, slots=True)
class Held:
    """What witnesses signed alike of one block."""

    number: int
    hash: bytes
    checkpoint: Checkpoint


def checkpoints(
    connection: Connection, _actor: Actor, ledgers: Ledgers, *, before: int | None = None
) -> CheckpointsOut:
    """A page of what is held, the newest block first; the same for every member."""
    asked = select(_TABLE.number).distinct().order_by(_TABLE.number.desc()).limit(PAGE + 1)
    numbers = list(connection.scalars(asked if before is None else asked.where(_TABLE.number < before)))
    shown = [
        CheckpointOut(
            number=number,
            hash=hash_,
            mirror=mirror,
            signatures=[
                WitnessedOut(
                    witness=row.witness,
                    organisation=row.organisation,
                    signature=row.signature,
                    published_at=row.published_at,
                )
                for row in rows
            ],
        )
        for (number, hash_, mirror), rows in _alike(connection, numbers[:PAGE])
    ]
    return CheckpointsOut(
        chain_id=ledgers.chain_id,
        genesis=ledgers.genesis_hash,
        checkpoints=shown,
        next_before=numbers[PAGE - 1] if len(numbers) > PAGE else None,
    )


@dataclass(frozen=True, slots=True)
class Panel:
    """The witnesses that vouch for this chain lately: of each organisation the key that signed last, as long as it is
    valid. So nobody is more of a witness for having many keys."""

    addresses: tuple[str, ...]
    checkpoints: tuple[Held, ...]
    """Those that agree with our node, of one block what most of the panel signed alike; the newest block first."""

    @property
    def threshold(self) -> int:
        """How many to ask for: more than half."""
        return len(self.addresses) // 2 + 1

    def signed(self, held: Held) -> int:
        """How many of the panel signed a checkpoint."""
        return sum(address in held.checkpoint.signatures for address in self.addresses)

    @property
    def best(self) -> Held | None:
        """The newest that enough of the panel signed, else the newest of those that most of it did."""
        enough = (held for held in self.checkpoints if self.signed(held) >= self.threshold)
        return next(enough, None) or max(self.checkpoints, key=self.signed, default=None)


def panel(connection: Connection, *, at: int) -> Panel:
    """Who witnesses, by the newest checkpoints held.

    Args:
        at: now, in Unix seconds.
    """
    agreed = select(_TABLE.number).where(_TABLE.agrees).distinct().order_by(_TABLE.number.desc()).limit(_WINDOW)
    rows = connection.execute(
        select(CHECKPOINT)
        .where(_TABLE.agrees, among(_TABLE.number, connection.scalars(agreed)))
        .order_by(_TABLE.number.desc(), _TABLE.published_at.desc(), _TABLE.witness)
    ).all()
    last: dict[int, bytes] = {}
    for row in rows:
        last.setdefault(row.organisation, row.witness)
    standings = ((witness, standing_of(connection, witness, at=at)) for witness in last.values())
    valid = sorted(witness for witness, standing in standings if standing is not None and standing.is_valid)
    addresses = tuple(checksum(witness) for witness in valid)
    newest = (_best(list(group), addresses) for _, group in groupby(rows, key=attrgetter("number")))
    return Panel(addresses, tuple(newest))


def best_at(connection: Connection, number: int, hash_: bytes) -> Checkpoint | None:
    """What most witnesses signed alike of a block with that hash; None if none did."""
    rows = connection.execute(select(CHECKPOINT).where(_TABLE.number == number, _TABLE.hash == hash_)).all()
    return _best(rows, [checksum(row.witness) for row in rows]).checkpoint if rows else None


def _best(rows: Sequence[Any], addresses: Collection[str]) -> Held:
    """Of the checkpoints of one block and hash, what most of some keys signed alike; of equals, one with a mirror."""
    by_mirror: dict[bytes, dict[str, bytes]] = defaultdict(dict)
    for row in rows:
        by_mirror[row.mirror][checksum(row.witness)] = row.signature
    mirror_digest, signatures = max(
        by_mirror.items(), key=lambda each: (len(each[1].keys() & set(addresses)), any(each[0]), each[0])
    )
    return Held(rows[0].number, rows[0].hash, Checkpoint(mirror_digest, signatures))


def example(connection: Connection, _actor: Actor) -> dict[str, Any] | None:
    """A holding to try evidence on, with its lot: one that the newest checkpoint covers, of six records or so."""
    best = panel(connection, at=clock.now()).best
    held, latest = mirror.holding.c, mirror.record_latest.c
    row = connection.execute(
        select(held.id, held.lot_id, latest.seq, latest.holder)
        .join(mirror.record_latest, latest.id == held.id)
        .where(latest.number < mirror.first_number_above(mirror.record, best.number) if best else true())
        .order_by(func.abs(latest.seq - _RECORDS_OF_AN_EXAMPLE), held.number)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    identifier = connection.scalar(
        select(IDENTIFIER.c.identifier).where(IDENTIFIER.c.lot_id == row.lot_id).order_by(IDENTIFIER.c.number).limit(1)
    )
    return {
        "lot": to_hex(row.lot_id),
        "holding": to_hex(row.id),
        "records": row.seq,
        "organisation": row.holder,
        "identifier": identifier,
        "checkpoint": best.number if best else None,
    }


def _alike(
    connection: Connection, numbers: Iterable[int]
) -> list[tuple[tuple[int, bytes, bytes], list[Row[*tuple[object, ...]]]]]:
    """Rows by (number, hash, mirror), the newest block first, witnesses ascending."""
    rows = connection.execute(
        select(CHECKPOINT)
        .where(among(_TABLE.number, numbers))
        .order_by(_TABLE.number.desc(), _TABLE.hash, _TABLE.mirror, _TABLE.witness)
    )
    return [(key, list(group)) for key, group in groupby(rows, key=itemgetter(0, 1, 2))]
