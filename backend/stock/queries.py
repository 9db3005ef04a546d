"""Reading rooms, stock and the journal: each organisation its own."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, select, true, tuple_

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.stock.days import day_of
from backend.stock.models import (
    COST_OBJECT,
    STOCK_BALANCE,
    STOCK_LOT,
    STOCK_ROOM,
    STOCK_TAKE,
    STOCK_TAP,
    Kind,
    TakeState,
)
from backend.stock.parts import USE_BY, expiry_block, parts, within
from backend.stock.release import standings, use_block
from backend.stock.schemas import (
    CostObjectOut,
    CostObjectsOut,
    ExpiringOut,
    LotOut,
    PartOut,
    RoomOut,
    RoomsOut,
    StockOut,
    TapOut,
    TapsOut,
)
from backend.stock.taps import DOCK

PAGE = 100
MOST_EXPIRING = 1_000

_PLACE = (STOCK_BALANCE.c.lot_id, STOCK_BALANCE.c.room, STOCK_BALANCE.c.opened_at)


def rooms(connection: Connection, actor: Actor) -> RoomsOut:
    """Every room of the actor's organisation."""
    rows = connection.execute(
        select(STOCK_ROOM.c.code, STOCK_ROOM.c.name, STOCK_ROOM.c.inside, STOCK_ROOM.c.changed_at)
        .where(STOCK_ROOM.c.organisation == actor.organisation)
        .order_by(STOCK_ROOM.c.code)
    ).mappings()
    return RoomsOut(rooms=[RoomOut.model_validate(row) for row in rows])


def cost_objects(connection: Connection, actor: Actor) -> CostObjectsOut:
    """Every project and cost centre of the actor's organisation, closed ones too."""
    columns = COST_OBJECT.c
    rows = connection.execute(
        select(columns.kind, columns.code, columns.name, columns.is_open, columns.changed_at)
        .where(columns.organisation == actor.organisation)
        .order_by(columns.kind, columns.code)
    ).mappings()
    return CostObjectsOut(cost_objects=[CostObjectOut.model_validate(row) for row in rows])


def stock(
    connection: Connection,
    actor: Actor,
    *,
    item: str | None,
    room: str | None,
    changed_since: int | None,
    after: str | None,
) -> StockOut:
    """A page of parts.

    Args:
        room: only what lies in it, or in rooms that stand in it.
        changed_since: Unix seconds; only what changed then or later, with what has become nothing since.
        after: `next_after` of the page before.
    """
    rows = (
        connection.execute(
            parts(actor)
            .where(STOCK_LOT.c.item == item if item is not None else true())
            .where(within(actor, room) if room is not None else true())
            .where(STOCK_BALANCE.c.quantity > 0 if changed_since is None else _changed(changed_since))
            .where(_past(after) if after is not None else true())
            .order_by(*_PLACE)
            .limit(PAGE + 1)
        )
        .mappings()
        .all()
    )
    page = rows[:PAGE]
    return StockOut(
        parts=[part_out(row) for row in page],
        next_after=_cursor(page[-1]) if len(rows) > PAGE else None,
    )


def lot(connection: Connection, actor: Actor, lot_id: UUID) -> LotOut:
    """A lot with its parts.

    Raises:
        ServiceError: `not_found`.
    """
    rows = connection.execute(parts(actor).where(STOCK_LOT.c.lot_id == lot_id).order_by(*_PLACE)).mappings().all()
    if not rows:
        raise ServiceError("not_found")
    first = rows[0]
    holding_id = first["holding_id"]
    standing = None if holding_id is None else standings(connection, actor, [holding_id]).get(holding_id)
    today = day_of(clock.now())
    # An expired lot blocks all its parts; a part opened too long ago blocks only itself.
    is_expired = first["expires_on"] is not None and first["expires_on"] < today
    return LotOut(
        lot_id=lot_id,
        item=first["item"],
        lot_number=first["lot_number"],
        expires_on=first["expires_on"],
        released_by=first["released_by"],
        holding_id=holding_id,
        blocked_by=use_block(actor, first, standing) or (expiry_block(first, today) if is_expired else None),
        parts=[part_out(row) for row in rows if row["quantity"]],
    )


def expiring(connection: Connection, actor: Actor, *, within_days: int) -> ExpiringOut:
    """Parts that may not be used any more after so many days from today, at most a thousand of them."""
    until = day_of(clock.now()) + timedelta(days=within_days)
    rows = connection.execute(
        parts(actor).where(STOCK_BALANCE.c.quantity > 0, until >= USE_BY).order_by(USE_BY, *_PLACE).limit(MOST_EXPIRING)
    ).mappings()
    return ExpiringOut(until=until, parts=[part_out(row) for row in rows])


def taps(connection: Connection, actor: Actor, *, after: int, lot_id: UUID | None) -> TapsOut:
    """A page of the journal, in order."""
    columns = STOCK_TAP.c
    rows = (
        connection.execute(
            select(STOCK_TAP, _is_blind().label("is_blind"))
            .where(columns.organisation == actor.organisation, columns.number > after)
            .where(columns.lot_id == lot_id if lot_id is not None else true())
            .order_by(columns.number)
            .limit(PAGE + 1)
        )
        .mappings()
        .all()
    )
    page = [_tap_out(row) for row in rows[:PAGE]]
    return TapsOut(taps=page, next_after=page[-1].number if len(rows) > PAGE else None)


def tap(connection: Connection, actor: Actor, number: int) -> TapOut:
    """One tap of the actor's organisation, which is there."""
    return taps(connection, actor, after=number - 1, lot_id=None).taps[0]


def part_out(row: RowMapping) -> PartOut:
    """A row of `parts` as it is answered."""
    fields = {name: row[name] for name in PartOut.model_fields}
    return PartOut(
        **fields | {"room": None if row["room"] == DOCK else row["room"], "opened_at": row["opened_at"] or None}
    )


def _changed(since: int) -> ColumnElement[bool]:
    return STOCK_BALANCE.c.changed_at >= since


def _past(after: str) -> ColumnElement[bool]:
    lot_id, room, opened_at = after.split("/")
    return tuple_(*_PLACE) > tuple_(UUID(lot_id), room, int(opened_at))


def _cursor(row: RowMapping) -> str:
    return f"{row['lot_id']}/{row['room']}/{row['opened_at']}"


def _is_blind() -> ColumnElement[bool]:
    """Whether a tap is a count that the second counter must not know yet."""
    take = STOCK_TAKE.c
    return and_(
        STOCK_TAP.c.kind == Kind.COUNT,
        exists().where(
            take.organisation == STOCK_TAP.c.organisation,
            take.take_id == STOCK_TAP.c.take_id,
            take.round == STOCK_TAP.c.take_round,
            take.state == TakeState.COUNTED,
        ),
    )


def _tap_out(row: RowMapping) -> TapOut:
    fields = {name: row[name] for name in TapOut.model_fields}
    return TapOut(
        **fields
        | {
            "quantity": None if row["is_blind"] else row["quantity"],
            "room_from": None if row["room_from"] == DOCK else row["room_from"],
            "room_to": None if row["room_to"] == DOCK else row["room_to"],
        }
    )
