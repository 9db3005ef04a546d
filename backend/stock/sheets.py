"""Daily sheets: what the organisation's people tapped, handed out to be signed once.

A sheet covers the taps from where the last signed one ended to the journal's end, and commits to the hash of its last
tap. Whether a sheet was signed is the mirror's to say, which is asked for its root; a sheet that was handed out and
never signed costs nothing, the next one covers its taps.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.stock.days import as_number, day_of
from backend.stock.journal import Journal
from backend.stock.models import STOCK_BALANCE, STOCK_JOURNAL, STOCK_LOT, STOCK_SHEET, STOCK_USED_UP
from backend.stock.release import HELD, PACKED
from backend.stock.schemas import DetailsOut, PreparedOut, SheetOut, SheetsOut, UnsignedOut
from backend.wire import to_hex
from contracts import action_json, details
from contracts.details import DAILY_SHEET, LOT_EVENT, Schema
from contracts.typed_data import sheet_id
from indexer import schema as mirror

SHEET_SIGNED = mirror.EVENT_TABLES["SheetSigned"]
MOST_SHEETS = 400
MOST_USED_UP = 50

# contracts/src/interfaces/ITraceability.sol: LotEventKind.Object, LotAction.Delete, ItemRole.Subject, Origin.None.
_OBJECT, _DELETE, _SUBJECT, _EXISTING = 0, 3, 0, 0


def prepare(connection: Connection, actor: Actor, person: str, day: date) -> PreparedOut:
    """The sheet of a day, and the holdings of which nothing is left, both to be signed. The same again while nothing
    has changed.

    Raises:
        ServiceError: `sheet_day_ahead`.
    """
    if day > day_of(clock.now()):
        raise ServiceError("sheet_day_ahead", today=str(day_of(clock.now())))
    journal = Journal.lock(connection, actor.organisation)
    covered = _covered(connection, actor)
    sheet = None
    if journal.taps > covered:
        row = _sheet_row(connection, journal, person, as_number(day), first=covered + 1)
        sheet = _unsigned_sheet(connection, row)
    return PreparedOut(sheet=sheet, used_up=_used_up(connection, actor, at=journal.at))


def sheets(connection: Connection, actor: Actor) -> SheetsOut:
    """The sheets of the actor's organisation, the latest first, at most four hundred."""
    signed = signed_roots(connection, actor.organisation)
    rows = connection.execute(
        select(STOCK_SHEET)
        .where(STOCK_SHEET.c.organisation == actor.organisation)
        .order_by(STOCK_SHEET.c.last_tap.desc(), STOCK_SHEET.c.day.desc())
        .limit(MOST_SHEETS)
    ).all()
    taps = connection.scalar(select(STOCK_JOURNAL.c.taps).where(STOCK_JOURNAL.c.organisation == actor.organisation))
    return SheetsOut(
        sheets=[
            SheetOut(
                day=datetime.strptime(str(row.day), "%Y%m%d").replace(tzinfo=UTC).date(),
                first_tap=row.first_tap,
                last_tap=row.last_tap,
                root=row.root,
                prepared_by=row.prepared_by,
                is_signed=row.root in signed,
                recorded_at=signed.get(row.root),
            )
            for row in rows
        ],
        unsigned_taps=(taps or 0) - _covered(connection, actor),
    )


def signed_roots(connection: Connection, organisation: int) -> dict[bytes, int]:
    """The roots of every sheet an organisation has signed, oldest first, each with the time of its block."""
    rows = connection.execute(
        select(mirror.event.c.root, mirror.block.c.recorded_at)
        .join(SHEET_SIGNED, SHEET_SIGNED.c.number == mirror.event.c.number)
        .join(mirror.block, mirror.block.c.number == mirror.block_of(mirror.event.c.number))
        .where(SHEET_SIGNED.c.sheet_organisation == organisation)
        .order_by(mirror.event.c.number)
    )
    return {row.root: row.recorded_at for row in rows}


def root_of_sheet(row: Row[Any], chain_hash: bytes) -> bytes:
    """The root a sheet has if its last tap has this hash."""
    return details.root(DAILY_SHEET, details.leaves(DAILY_SHEET, _sheet_fields(row, chain_hash), row.event_key))


def _covered(connection: Connection, actor: Actor) -> int:
    """The last tap that a signed sheet covers; 0 for none."""
    rows = connection.execute(
        select(STOCK_SHEET.c.root, STOCK_SHEET.c.last_tap).where(STOCK_SHEET.c.organisation == actor.organisation)
    )
    signed = signed_roots(connection, actor.organisation)
    return max((row.last_tap for row in rows if row.root in signed), default=0)


def _sheet_row(connection: Connection, journal: Journal, person: str, day: int, *, first: int) -> Row[Any]:
    """The sheet of a day over these taps: as handed out before, or new."""
    sheet = STOCK_SHEET.c
    known = select(STOCK_SHEET).where(
        sheet.organisation == journal.organisation,
        sheet.day == day,
        sheet.first_tap == first,
        sheet.last_tap == journal.taps,
    )
    row = connection.execute(known).one_or_none()
    if row is not None:
        return row
    values: dict[str, Any] = {
        "organisation": journal.organisation,
        "day": day,
        "first_tap": first,
        "last_tap": journal.taps,
        "chain_hash": journal.head,
        "event_key": secrets.token_bytes(32),
        "occurred_at": journal.at,
        "prepared_by": person,
    }
    fields = _fields_of_sheet(values, journal.head)
    root = details.root(DAILY_SHEET, details.leaves(DAILY_SHEET, fields, values["event_key"]))
    connection.execute(insert(STOCK_SHEET).values(root=root, **values))
    return connection.execute(known).one()


def _sheet_fields(row: Row[Any], chain_hash: bytes) -> dict[str, Any]:
    return _fields_of_sheet(row._asdict(), chain_hash)


def _fields_of_sheet(values: Mapping[str, Any], chain_hash: bytes) -> dict[str, Any]:
    return {
        "organisation": values["organisation"],
        "day": values["day"],
        "first": values["first_tap"],
        "last": values["last_tap"],
        "count": values["last_tap"] - values["first_tap"] + 1,
        "chain_hash": chain_hash,
    }


def _unsigned_sheet(connection: Connection, row: Row[Any]) -> UnsignedOut:
    seq = connection.scalar(
        select(mirror.record_latest.c.seq).where(mirror.record_latest.c.id == sheet_id(row.organisation, row.day))
    )
    action = {"sheet": {"organisation": row.organisation, "day": row.day}, "seq": seq or 0}
    return _unsigned(action, DAILY_SHEET, _sheet_fields(row, row.chain_hash), row)


def _used_up(connection: Connection, actor: Actor, *, at: int) -> list[UnsignedOut]:
    """The holdings of which nothing is left in any room and which the chain still has: at most a batch of them."""
    lot, balance = STOCK_LOT.c, STOCK_BALANCE.c
    held, latest = mirror.holding.c, mirror.record_latest.c
    left = (
        select(balance.lot_id)
        .where(balance.organisation == lot.organisation, balance.lot_id == lot.lot_id, balance.quantity > 0)
        .exists()
    )
    rows = connection.execute(
        select(lot.lot_id, held.maker, held.handle, held.creator, held.serial, latest.seq)
        .join(mirror.holding, held.id == lot.holding_id)
        .join(mirror.record_latest, latest.id == held.id)
        .where(
            lot.organisation == actor.organisation,
            ~left,
            latest.holder == actor.organisation,
            latest.status == HELD,
            latest.flags.bitwise_and(PACKED) == 0,
        )
        .order_by(held.number)
        .limit(MOST_USED_UP)
    ).all()
    return [_unsigned_deletion(connection, actor, row, at=at) for row in rows]


def _unsigned_deletion(connection: Connection, actor: Actor, row: Any, *, at: int) -> UnsignedOut:
    used_up = STOCK_USED_UP.c
    handed_out = select(STOCK_USED_UP).where(
        used_up.organisation == actor.organisation, used_up.lot_id == row.lot_id, used_up.seq == row.seq
    )
    known = connection.execute(handed_out).one_or_none()
    if known is None:
        connection.execute(
            insert(STOCK_USED_UP).values(
                organisation=actor.organisation,
                lot_id=row.lot_id,
                seq=row.seq,
                event_key=secrets.token_bytes(32),
                occurred_at=at,
            )
        )
        known = connection.execute(handed_out).one()
    key = {name: getattr(row, name) for name in ("maker", "handle", "creator", "serial")}
    item = {"role": _SUBJECT, "origin": _EXISTING, "holding": key, "seq": row.seq}
    fields = {
        "type": "ObjectEvent",
        "action": "DELETE",
        "eventTime": datetime.fromtimestamp(known.occurred_at, UTC).isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "consuming",
    }
    return _unsigned({"kind": _OBJECT, "action": _DELETE, "items": [item]}, LOT_EVENT, fields, known)


def _unsigned(action: Mapping[str, Any], schema: Schema, fields: Mapping[str, Any], row: Row[Any]) -> UnsignedOut:
    """An action with what every one ends with; `row` has the moment and the event key it was handed out with."""
    root = details.root(schema, details.leaves(schema, fields, row.event_key))
    whole = {**action, "occurredAt": row.occurred_at, "schema": schema.id, "root": root}
    return UnsignedOut(
        action=action_json.to_json(whole),
        details=DetailsOut(
            schema_id=schema.id,
            fields={name: to_hex(value) if isinstance(value, bytes) else value for name, value in fields.items()},
            event_key=row.event_key,
        ),
    )
