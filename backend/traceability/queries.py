"""Reading lots, holdings and their history, as far as an actor may see them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, literal, select

from backend.db import among
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.traceability import visibility
from backend.traceability.custody import custodian_at, tenures
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
from backend.wire import to_hex
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
    """The fields of `HoldingOut` for each number, in chain order, ready to be written as JSON.

    Plain values: a trace has thousands, and a model for each would take longer than the database.
    """
    held, latest, packed = mirror.holding.c, mirror.record_latest.c, mirror.packing_latest.c
    final = final_block(connection)
    rows = connection.execute(
        select(
            held.number,
            held.id,
            held.lot_id,
            held.maker,
            held.handle,
            held.origin,
            held.serial,
            latest.holder,
            latest.status,
            latest.flags,
            latest.seq,
            latest.head,
            packed.parent,
            mirror.block_of(latest.number),
        )
        .join(mirror.record_latest, latest.id == held.id)
        .outerjoin(mirror.packing_latest, packed.child == held.id)
        .where(among(held.number, numbers))
        .order_by(held.number)
    )
    return {
        number: {
            "id": to_hex(holding_id),
            "lot": to_hex(lot_id),
            "maker": maker,
            "handle": to_hex(handle),
            "origin": ORIGIN[origin],
            "serial": serial,
            "custodian": named(sight.custodian(number, holder)),
            "status": HOLDING_STATUS[status],
            "flags": bits(flags, FLAGS),
            "seq": seq,
            "head": to_hex(head),
            "packed_in": None if parent is None else to_hex(parent),
            "finalised": block <= final,
        }
        for (
            number,
            holding_id,
            lot_id,
            maker,
            handle,
            origin,
            serial,
            holder,
            status,
            flags,
            seq,
            head,
            parent,
            block,
        ) in rows
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
    history = tenures(connection, [number])[number]
    final = final_block(connection)

    def step(row: Row[Any]) -> StepOut:
        tenure = custodian_at(history, row.number)
        custodian = sight.named(number, tenure) if tenure else None
        # A custodian who may be named may be named for what it did; others only up to the horizon.
        may_name = row.organisation in (actor.organisation, custodian) or row.number <= sight.horizons[number]
        return _step(row, custodian, may_name=may_name, final=final)

    return TimelineOut(holding=holding_id, steps=[step(row) for row in connection.execute(_steps_of(holding_id))])


def events(connection: Connection, numbers: Collection[int]) -> dict[int, tuple[int | None, dict[str, Any]]]:
    """For each lot event, in chain order: who recorded it, and the other fields of `EventNodeOut`."""
    event, lot_event = mirror.event.c, mirror.lot_event.c
    final = final_block(connection)
    rows = connection.execute(
        select(
            event.number,
            lot_event.kind,
            event.action_hash,
            lot_event.breaches,
            event.occurred_at,
            mirror.block.c.recorded_at,
            mirror.block.c.number,
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
        number: (
            organisation,
            {
                "kind": EVENT_KIND[kind],
                "action_hash": to_hex(action_hash),
                "breaches": bits(breaches, BREACHES),
                "occurred_at": occurred_at,
                "recorded_at": recorded_at,
                "block": block,
                "finalised": block <= final,
            },
        )
        for number, kind, action_hash, breaches, occurred_at, recorded_at, block, organisation in rows
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


def final_block(connection: Connection) -> int:
    """The highest block of the mirror that can no longer be taken back."""
    return int(connection.scalar(select(mirror.cursor.c.finalised)) or 0)


def named(organisation: int | None) -> dict[str, Any]:
    """The fields of `CustodianOut`."""
    return {"organisation": organisation, "withheld": organisation is None}


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
        )
        .join(mirror.event, event.number == mirror.event_of(record.number))
        .join(mirror.block, mirror.block.c.number == mirror.block_of(record.number))
        .join(mirror.batch, mirror.batch.c.digest == event.batch)
        .outerjoin(mirror.key_latest, mirror.key_latest.c.address == mirror.batch.c.signer)
        .where(record.id == literal(holding_id))
        .order_by(record.number)
    )


def _step(row: Row[Any], custodian: int | None, *, may_name: bool, final: int) -> StepOut:
    return StepOut(
        kind=row.kind,
        action_hash=row.action_hash,
        batch=row.batch if may_name else None,
        transaction=row.transaction if may_name else None,
        recorded_by=CustodianOut(**named(row.organisation if may_name else None)),
        custodian=CustodianOut(**named(custodian)),
        status=HOLDING_STATUS[row.status],
        flags=bits(row.flags, FLAGS),
        seq=row.seq,
        head=row.head,
        schema_id=row.schema,
        root=row.root,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        block=row.block,
        finalised=row.block <= final,
    )
