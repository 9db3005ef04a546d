"""Reading lots, holdings and their history, as far as an actor may see them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, literal, select

from backend.db import among
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.traceability import visibility
from backend.traceability.lineage import Walk
from backend.traceability.records import (
    BREACHES,
    EVENT_KIND,
    FLAGS,
    HOLDING_STATUS,
    ORIGIN,
    RECALLED,
    bits,
)
from backend.traceability.schemas import CustodianOut, HoldingOut, LotOut, StepOut, TimelineOut
from backend.traceability.visibility import Sight
from indexer import schema as mirror


def holding(connection: Connection, actor: Actor, holding_id: bytes) -> HoldingOut:
    """One holding.

    Raises:
        ServiceError: `not_found`, if there is none or the actor may not see it.
    """
    number, sight = _seen(connection, actor, holding_id)
    return holdings(connection, sight, [number])[0]


def holdings(connection: Connection, sight: Sight, numbers: Collection[int]) -> list[HoldingOut]:
    """Holdings by their numbers in the lineage, in chain order."""
    return [HoldingOut(**described) for described in describe(connection, sight, numbers).values()]


def describe(connection: Connection, sight: Sight, numbers: Collection[int]) -> dict[int, dict[str, Any]]:
    """The fields of `HoldingOut` for each number, in chain order."""
    held, latest, packed = mirror.holding.c, mirror.record_latest.c, mirror.packing_latest.c
    rows = connection.execute(
        select(
            held.number,
            held.id,
            held.lot_id,
            held.maker,
            held.handle,
            held.origin,
            held.serial,
            latest.status,
            latest.flags,
            latest.seq,
            latest.head,
            packed.parent,
            is_final(latest.number).label("finalised"),
        )
        .join(mirror.record_latest, latest.id == held.id)
        .outerjoin(mirror.packing_latest, packed.child == held.id)
        .where(among(held.number, numbers))
        .order_by(held.number)
    )
    return {
        row.number: {
            "id": row.id,
            "lot": row.lot_id,
            "maker": row.maker,
            "handle": row.handle,
            "origin": ORIGIN[row.origin],
            "serial": row.serial,
            "custodian": _named(sight.custodian(row.number)),
            "status": HOLDING_STATUS[row.status],
            "flags": bits(row.flags, FLAGS),
            "seq": row.seq,
            "head": row.head,
            "packed_in": row.parent,
            "finalised": row.finalised,
        }
        for row in rows
    }


def lot(connection: Connection, actor: Actor, lot_id: bytes) -> LotOut:
    """A lot with those of its holdings that the actor may see.

    Raises:
        ServiceError: `not_found`, if the actor may see none of them.
    """
    sight = sight_of_lot(connection, actor, lot_id)
    shown = holdings(connection, sight, sight.roots)
    flags = connection.scalar(select(mirror.record_latest.c.flags).where(mirror.record_latest.c.id == lot_id))
    return LotOut(
        id=lot_id,
        maker=shown[0].maker,
        handle=shown[0].handle,
        recalled=bool((flags or 0) & RECALLED),
        holdings=shown,
    )


def sight_of_lot(connection: Connection, actor: Actor, lot_id: bytes) -> Sight:
    """What the actor may know of a lot; its `roots` are those of the lot's holdings that it sees.

    Having one part of a lot says nothing about who has another.

    Raises:
        ServiceError: `not_found`.
    """
    numbers = _holdings_of_lot(connection, lot_id)
    sight = visibility.look(connection, actor, numbers, Walk(nodes=dict.fromkeys(numbers, 0))) if numbers else None
    if sight is None:
        raise ServiceError("not_found")
    return sight


def timeline(connection: Connection, actor: Actor, holding_id: bytes) -> TimelineOut:
    """Every record of a holding, oldest first.

    Raises:
        ServiceError: `not_found`.
    """
    number, sight = _seen(connection, actor, holding_id)
    return TimelineOut(
        holding=holding_id,
        steps=[_step(row, actor, sight, number) for row in connection.execute(_steps_of(holding_id))],
    )


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What a trace shows of an event."""

    kind: str
    action_hash: bytes
    breaches: list[str]
    occurred_at: int | None
    recorded_at: int
    block: int
    finalised: bool
    recorded_by: int | None


def events(connection: Connection, numbers: Collection[int]) -> Mapping[int, EventFacts]:
    """The lot events of some numbers."""
    event, lot_event = mirror.event.c, mirror.lot_event.c
    rows = connection.execute(
        select(
            event.number,
            lot_event.kind,
            event.action_hash,
            lot_event.breaches,
            event.occurred_at,
            mirror.block.c.recorded_at,
            mirror.block.c.number.label("block"),
            is_final(event.number).label("finalised"),
            mirror.key_latest.c.organisation,
        )
        .join(mirror.lot_event, lot_event.number == event.number)
        .join(mirror.block, mirror.block.c.number == mirror.block_of(event.number))
        .join(mirror.batch, mirror.batch.c.digest == event.batch)
        .outerjoin(mirror.key_latest, mirror.key_latest.c.address == mirror.batch.c.signer)
        .where(among(event.number, numbers))
        .order_by(event.number)
    )
    return {
        row.number: EventFacts(
            kind=EVENT_KIND[row.kind],
            action_hash=row.action_hash,
            breaches=bits(row.breaches, BREACHES),
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            block=row.block,
            finalised=row.finalised,
            recorded_by=row.organisation,
        )
        for row in rows
    }


def number_of(connection: Connection, holding_id: bytes) -> int:
    """A holding's number in the lineage.

    Raises:
        ServiceError: `not_found`.
    """
    number = connection.scalar(select(mirror.holding.c.number).where(mirror.holding.c.id == holding_id))
    if number is None:
        raise ServiceError("not_found")
    return int(number)


def is_final(number: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a row of the mirror can no longer be taken back."""
    return mirror.block_of(number) <= select(mirror.cursor.c.finalised).scalar_subquery()


def _seen(connection: Connection, actor: Actor, holding_id: bytes) -> tuple[int, Sight]:
    number = number_of(connection, holding_id)
    sight = visibility.look(connection, actor, [number], Walk(nodes={number: 0}))
    if sight is None:
        raise ServiceError("not_found")
    return number, sight


def _holdings_of_lot(connection: Connection, lot_id: bytes) -> list[int]:
    rows = connection.execute(
        select(mirror.holding.c.number).where(mirror.holding.c.lot_id == lot_id).order_by(mirror.holding.c.number)
    )
    return [row.number for row in rows]


def _steps_of(holding_id: bytes) -> Any:
    record, event = mirror.record.c, mirror.event.c
    return (
        select(
            record.number,
            record.status,
            record.flags,
            record.seq,
            record.head,
            event.kind,
            event.action_hash,
            event.batch,
            event.schema,
            event.root,
            event.occurred_at,
            mirror.block.c.number.label("block"),
            mirror.block.c.recorded_at,
            mirror.batch.c.transaction,
            mirror.key_latest.c.organisation,
            is_final(record.number).label("finalised"),
        )
        .join(mirror.event, event.number == mirror.event_of(record.number))
        .join(mirror.block, mirror.block.c.number == mirror.block_of(record.number))
        .join(mirror.batch, mirror.batch.c.digest == event.batch)
        .outerjoin(mirror.key_latest, mirror.key_latest.c.address == mirror.batch.c.signer)
        .where(record.id == literal(holding_id))
        .order_by(record.number)
    )


def _step(row: Row[Any], actor: Actor, sight: Sight, number: int) -> StepOut:
    custodian = sight.custodian_at(number, row.number)
    recorder = row.organisation
    # A custodian who may be named may be named for what it did; others only up to the horizon.
    may_name = recorder in (actor.organisation, custodian) or row.number <= sight.horizons[number]
    return StepOut(
        kind=row.kind,
        action_hash=row.action_hash,
        batch=row.batch if may_name else None,
        transaction=row.transaction if may_name else None,
        recorded_by=_named(recorder if may_name else None),
        custodian=_named(custodian),
        status=HOLDING_STATUS[row.status],
        flags=bits(row.flags, FLAGS),
        seq=row.seq,
        head=row.head,
        schema_id=row.schema,
        root=row.root,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        block=row.block,
        finalised=row.finalised,
    )


def _named(organisation: int | None) -> CustodianOut:
    return CustodianOut(organisation=organisation, withheld=organisation is None)
