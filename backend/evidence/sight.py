"""What an actor may make evidence of: what it sees whole.

A trail cannot be cut and a signed action cannot be shown in part. So a holding goes into a file only if its timeline
shows the actor every custodian and every signer of it; what became of it beyond the actor's horizon would else stand
in the file for everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from backend.books.models import ENTRY, IDENTIFIER
from backend.books.openings import canonical
from backend.books.queries import is_readable
from backend.db import among
from backend.errors import ServiceError
from backend.evidence.closure import MOST_RECORDS
from backend.identity.actor import Actor
from backend.procurement import orders
from backend.traceability import visibility
from backend.traceability.custody import custodian_at
from backend.traceability.lineage import Direction, Walk, walk
from backend.traceability.visibility import Sight
from backend.wire import from_hex
from contracts.typed_data import Value
from indexer import schema as mirror
from verifier.evidence import HOLDING, ORDER

# Of a lot, holdings that are not seen whole are read too.
_MOST_READ = 4 * MOST_RECORDS


@dataclass(frozen=True, slots=True)
class Roots:
    """What a file is to be about: subjects of one kind, by their keys."""

    kind: tuple[str, str]
    keys: tuple[Value, ...]


def roots(connection: Connection, actor: Actor, subject: str, *, depth: int, block: int) -> Roots:
    """What an id or a trade identifier names: an order, a holding, or the holdings of lots; created up to a block.

    Raises:
        ServiceError: `not_found`, also for what the actor may not see; `evidence_beyond_sight`, if it does not see it,
            or what it came from down to `depth`, whole; `evidence_too_new`; `evidence_too_large`.
    """
    id_ = _id(subject)
    order = mirror.EVENT_TABLES["OrderIssued"].c
    if id_ is not None and connection.scalar(select(order.id).where(order.id == id_)) is not None:
        row = orders.seen(connection, actor, id_)
        return Roots(ORDER, ({"buyer": row.buyer, "supplier": row.supplier, "handle": row.order_handle},))
    numbers = holdings_named(connection, actor, subject)
    if len(numbers) > MOST_RECORDS:
        raise ServiceError("evidence_too_large", most=MOST_RECORDS)
    sight = visibility.look(connection, actor, numbers, Walk(nodes=dict.fromkeys(numbers, 0))) if numbers else None
    if sight is None:
        raise ServiceError("not_found")
    there = [number for number in sight.roots if mirror.first_number_above(mirror.holding, block) > number]
    if not there:
        raise ServiceError("evidence_too_new", block=block)
    whole = _seen_whole(connection, actor, sight, there, block)
    about = [number for number in there if number in whole]
    if not about:
        raise ServiceError("evidence_beyond_sight")
    if depth:
        _check_sources(connection, actor, about, depth=depth, block=block)
    return Roots(HOLDING, _keys(connection, about))


def holdings_named(connection: Connection, actor: Actor, subject: str) -> list[int]:
    """The numbers of the holding or of the lots' holdings that an id or a trade identifier names; seen or not."""
    id_ = _id(subject)
    return _holdings(connection, actor, subject) if id_ is None else _holdings_of(connection, id_)


def _check_sources(connection: Connection, actor: Actor, about: list[int], *, depth: int, block: int) -> None:
    found = walk(connection, about, Direction.BACKWARD, depth=depth, limit=2 * MOST_RECORDS)
    if found.cut_by == "limit":
        raise ServiceError("evidence_too_large", most=MOST_RECORDS)
    sight = visibility.look(connection, actor, about, found)
    if sight is None or _seen_whole(connection, actor, sight, found.holdings(), block) != set(found.holdings()):
        raise ServiceError("evidence_beyond_sight")


def _seen_whole(connection: Connection, actor: Actor, sight: Sight, numbers: Collection[int], block: int) -> set[int]:
    """Those holdings whose custodians and signers, up to a block, the actor may all know."""
    if actor.is_overseer:
        return set(numbers)
    seen = {number for number in numbers if number in sight.seen}
    holding, record, key = mirror.holding.c, mirror.record.c, mirror.key_latest.c
    rows = connection.execute(
        select(holding.number, record.number.label("at"), key.organisation)
        .join(mirror.record, record.id == holding.id)
        .join(mirror.event, mirror.event.c.number == mirror.event_of(record.number))
        .join(mirror.batch, mirror.batch.c.digest == mirror.event.c.batch)
        .outerjoin(mirror.key_latest, key.address == mirror.batch.c.signer)
        .where(among(holding.number, seen), record.number < mirror.first_number_above(mirror.record, block))
        .limit(_MOST_READ + 1)
    ).all()
    if len(rows) > _MOST_READ:
        raise ServiceError("evidence_too_large", most=MOST_RECORDS)
    for row in rows:
        if not _may_name(actor, sight, row.number, row.at, row.organisation):
            seen.discard(row.number)
    return seen


def _may_name(actor: Actor, sight: Sight, number: int, at: int, signer: int | None) -> bool:
    """The rule of timelines (backend/traceability/queries.py)."""
    tenure = custodian_at(sight.histories[number], at)
    custodian = None if tenure is None else sight.named(number, tenure)
    if custodian is None:
        return False
    return signer in (actor.organisation, custodian) or at <= sight.horizons[number]


def _id(subject: str) -> bytes | None:
    try:
        return from_hex(subject, 32)
    except ValueError:
        return None


def _holdings_of(connection: Connection, id_: bytes) -> list[int]:
    """The holding with an id, or those of the lot with it."""
    holding = mirror.holding.c
    return list(
        connection.scalars(
            select(holding.number).where((holding.id == id_) | (holding.lot_id == id_)).order_by(holding.number)
        )
    )


def _holdings(connection: Connection, actor: Actor, identifier: str) -> list[int]:
    """The holdings of the lots that a trade identifier stands on, by entries the actor may read."""
    holding = mirror.holding.c
    lots = (
        select(IDENTIFIER.c.lot_id)
        .join(ENTRY, ENTRY.c.number == IDENTIFIER.c.number)
        .where(IDENTIFIER.c.identifier == canonical(identifier.strip()), is_readable(actor))
    )
    return list(connection.scalars(select(holding.number).where(holding.lot_id.in_(lots)).order_by(holding.number)))


def _keys(connection: Connection, numbers: Collection[int]) -> tuple[Value, ...]:
    holding = mirror.holding.c
    rows: list[Mapping[str, object]] = [
        dict(row)
        for row in connection.execute(
            select(holding.maker, holding.handle, holding.creator, holding.serial)
            .where(among(holding.number, numbers))
            .order_by(holding.number)
        ).mappings()
    ]
    return tuple(rows)
