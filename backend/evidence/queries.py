"""Reading checkpoints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, true

from backend.books.models import IDENTIFIER
from backend.db import among
from backend.evidence.models import CHECKPOINT
from backend.evidence.schemas import CheckpointOut, CheckpointsOut, WitnessedOut
from backend.identity.actor import Actor
from backend.ledgers import Ledgers
from backend.wire import to_hex
from contracts.signatures import checksum
from indexer import schema as mirror
from verifier.evidence import Checkpoint

PAGE = 100
"""Blocks in one answer."""

_TABLE = CHECKPOINT.c
_FURTHEST = (1 << 31) - 1
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


def newest_numbers(connection: Connection, *, through: int, most: int) -> list[int]:
    """The newest blocks that somebody vouches for, newest first."""
    return list(connection.scalars(_numbers().where(_TABLE.number <= through).limit(most)))


def best_at(connection: Connection, number: int, hash_: bytes) -> Checkpoint | None:
    """What most witnesses signed alike of a block with that hash; None if none did. Of equals, one with a mirror."""
    alike = [
        Checkpoint(mirror, {checksum(row.witness): row.signature for row in rows})
        for (_, signed, mirror), rows in _alike(connection, [number])
        if signed == hash_
    ]
    return max(alike, key=lambda each: (len(each.signatures), any(each.mirror)), default=None)


def witnesses(connection: Connection) -> list[bytes]:
    """Every key that ever signed a checkpoint held here, ascending."""
    return list(connection.scalars(select(_TABLE.witness).distinct().order_by(_TABLE.witness)))


def example(connection: Connection, _actor: Actor) -> dict[str, Any] | None:
    """A holding to try evidence on, with its lot: one that the newest checkpoint covers, of six records or so."""
    newest = newest_numbers(connection, through=_FURTHEST, most=1)
    held, latest = mirror.holding.c, mirror.record_latest.c
    row = connection.execute(
        select(held.id, held.lot_id, latest.seq, latest.holder)
        .join(mirror.record_latest, latest.id == held.id)
        .where(latest.number < mirror.first_number_above(mirror.record, newest[0]) if newest else true())
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
        "checkpoint": newest[0] if newest else None,
    }


def _numbers() -> Select[int]:
    return select(_TABLE.number).distinct().order_by(_TABLE.number.desc())


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
