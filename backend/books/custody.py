"""What an organisation has, by the identifiers that stand on it: what its next events can be about.

An identifier is known to an organisation by an entry it may read; the holdings are those in its own custody, on the
chain's word. For new lots a salt is given only if something under it is in custody, or the organisation itself wrote
it: one that somebody else slipped in would let them recognise what is made under it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select

from backend.books.models import ENTRY, IDENTIFIER
from backend.books.openings import canonical
from backend.books.queries import coverage, is_readable
from backend.books.schemas import HoldingKeyOut, HoldingOut, IdentifierOut, ResolvedOut
from backend.db import among
from backend.identity.actor import Actor
from backend.traceability.custody import tenures
from backend.traceability.lineage import POSITION_BITS
from backend.traceability.records import FLAGS, HOLDING_STATUS, bits
from indexer import schema as mirror

MOST_HOLDINGS = 5_000

_OPEN = (HOLDING_STATUS.index("held"), HOLDING_STATUS.index("dispatched"))
_MAX_POSITION = 1 << POSITION_BITS
_PACKED = 1 << FLAGS.index("packed")

Opening = Row[*tuple[Any, ...]]


def resolve(connection: Connection, actor: Actor, identifiers: Collection[str]) -> ResolvedOut:
    """The holdings in the actor's custody with some identifiers, the oldest first; and what lies packed in them.

    Identifiers that nothing is known of are left out.
    """
    opened = _openings(connection, actor, among(IDENTIFIER.c.identifier, {canonical(each) for each in identifiers}))
    rows = _held(connection, actor, among(mirror.holding.c.lot_id, {each.lot_id for each in opened}))
    inside = _held(connection, actor, among(mirror.packing_latest.c.parent, {row.id for row in rows}))
    known = {row.number for row in rows}
    rows += [row for row in inside if row.number not in known]
    by_lot = {each.lot_id: each for each in reversed(opened)}
    others = {row.lot_id for row in rows} - by_lot.keys()
    by_lot |= {each.lot_id: each for each in reversed(_openings(connection, actor, among(IDENTIFIER.c.lot_id, others)))}
    amounts = _amounts(connection, actor, {row.number for row in rows})
    return ResolvedOut(
        identifiers=_identifiers(connection, actor, opened, {row.lot_id for row in rows}),
        holdings=[_holding(row, by_lot.get(row.lot_id), amounts) for row in rows[:MOST_HOLDINGS]],
        is_complete=len(rows) <= MOST_HOLDINGS,
        coverage=coverage(connection, actor),
    )


def _openings(connection: Connection, actor: Actor, which: ColumnElement[bool]) -> list[Opening]:
    """Identifiers of lots, each opening once, the first that the actor may read."""
    opening = IDENTIFIER.c
    first = func.min(opening.number)
    return list(
        connection.execute(
            select(
                opening.identifier,
                opening.lot_id,
                opening.salt,
                func.bool_or(ENTRY.c.author == actor.organisation).label("is_own"),
            )
            .join(ENTRY, ENTRY.c.number == opening.number)
            .where(which, is_readable(actor))
            .group_by(opening.identifier, opening.lot_id, opening.salt)
            .order_by(first, opening.identifier, opening.lot_id)
        )
    )


def _held(connection: Connection, actor: Actor, which: ColumnElement[bool]) -> list[Row[*tuple[Any, ...]]]:
    """The open holdings in the actor's custody; what is packed goes with what it is packed in."""
    held, latest, packed = mirror.holding.c, mirror.record_latest.c, mirror.packing_latest.c
    is_packed = latest.flags.bitwise_and(_PACKED) != 0
    rows = connection.execute(
        select(
            held.number,
            held.id,
            held.lot_id,
            held.maker,
            held.handle,
            held.creator,
            held.serial,
            latest.seq,
            latest.status,
            latest.flags,
            packed.parent,
            is_packed.label("is_packed"),
        )
        .join(mirror.record_latest, latest.id == held.id)
        .outerjoin(mirror.packing_latest, packed.child == held.id)
        .where(which, latest.status.in_(_OPEN), is_packed | (latest.holder == actor.organisation))
        .order_by(held.number)
        .limit(MOST_HOLDINGS + 1)
    ).all()
    histories = tenures(connection, [row.number for row in rows if row.is_packed])
    return [row for row in rows if not row.is_packed or histories[row.number][-1].organisation == actor.organisation]


def _amounts(connection: Connection, actor: Actor, numbers: Collection[int]) -> Mapping[int, str]:
    """How much of each there is, where the event that created it said so and nothing was split off since."""
    opening = IDENTIFIER.c
    created = opening.number + opening.position
    split = exists(select(1).where(mirror.lineage.c.source_number == created))
    rows = connection.execute(
        select(created.label("holding"), opening.amount)
        .join(ENTRY, ENTRY.c.number == opening.number)
        .where(among(opening.number, {number & -_MAX_POSITION for number in numbers}), among(created, numbers))
        .where(opening.amount.is_not(None), ~split, is_readable(actor))
    )
    return {row.holding: row.amount for row in rows}


def _identifiers(
    connection: Connection, actor: Actor, opened: Iterable[Opening], in_custody: Collection[bytes]
) -> list[IdentifierOut]:
    by_identifier: dict[str, list[Opening]] = defaultdict(list)
    for each in opened:
        by_identifier[each.identifier].append(each)
    lots = {each.lot_id for openings in by_identifier.values() for each in openings}
    held = mirror.holding.c
    rows = connection.execute(
        select(held.lot_id, func.max(held.serial).label("serial"))
        .where(among(held.lot_id, lots), held.creator == actor.organisation)
        .group_by(held.lot_id)
    )
    serials = {row.lot_id: row.serial for row in rows}
    return [
        IdentifierOut(
            identifier=identifier,
            salt=_salt(openings, in_custody),
            next_serial=1 + max(serials.get(each.lot_id, 0) for each in openings),
        )
        for identifier, openings in by_identifier.items()
    ]


def _salt(openings: Iterable[Opening], in_custody: Collection[bytes]) -> bytes | None:
    """The salt of the oldest lot in custody, else of the oldest that the organisation told of itself."""
    for suits in (lambda each: each.lot_id in in_custody, lambda each: each.is_own):
        for each in openings:
            if suits(each):
                return bytes(each.salt)
    return None


def _holding(row: Any, opening: Opening | None, amounts: Mapping[int, str]) -> HoldingOut:
    return HoldingOut(
        identifier=None if opening is None else opening.identifier,
        salt=None if opening is None else opening.salt,
        id=row.id,
        holding=HoldingKeyOut(maker=row.maker, handle=row.handle, creator=row.creator, serial=row.serial),
        seq=row.seq,
        status=HOLDING_STATUS[row.status],
        flags=list(bits(row.flags, FLAGS)),
        packed_in=row.parent,
        amount=amounts.get(row.number),
    )
