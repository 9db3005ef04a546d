"""Parts: what of a lot lies in one room, opened at one time; and when it is to be used by."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, RowMapping, Select, case, cast, func, literal, select

from backend.identity.actor import Actor
from backend.items.models import ITEM
from backend.stock.days import ZONE_SECONDS
from backend.stock.models import STOCK_BALANCE, STOCK_LOT, STOCK_ROOM
from backend.stock.taps import DOCK

_EPOCH = date(1970, 1, 1)
_DAY_SECONDS = 86_400

_BALANCE, _LOT = STOCK_BALANCE.c, STOCK_LOT.c


def _day(at: ColumnElement[int]) -> ColumnElement[date]:
    """The park's day of a Unix second, in SQL; days.py has it in Python."""
    return cast(literal(_EPOCH) + cast((at + ZONE_SECONDS) // _DAY_SECONDS, Integer), Date)


# The last day on which a part may be used: its own, or so many days after it was opened. Null: it keeps.
USE_BY: ColumnElement[date | None] = func.least(
    _LOT.expires_on,
    case((_BALANCE.opened_at > 0, _day(_BALANCE.opened_at) + ITEM.c.shelf_after_opening_days)),
    type_=Date,
)


def parts(actor: Actor) -> Select[Any]:
    """Every part an actor's organisation has, or has had, with what its lot and item say."""
    return (
        select(
            _BALANCE.lot_id,
            _BALANCE.room,
            _BALANCE.opened_at,
            _BALANCE.quantity,
            _BALANCE.changed_at,
            _LOT.item,
            _LOT.lot_number,
            _LOT.expires_on,
            _LOT.released_by,
            _LOT.holding_id,
            ITEM.c.quarantine,
            USE_BY.label("use_by"),
        )
        .join(STOCK_LOT, (_LOT.organisation == _BALANCE.organisation) & (_LOT.lot_id == _BALANCE.lot_id))
        .join(ITEM, (ITEM.c.organisation == _LOT.organisation) & (ITEM.c.code == _LOT.item))
        .where(_BALANCE.organisation == actor.organisation)
    )


def within(actor: Actor, room: str) -> ColumnElement[bool]:
    """Whether a part lies in a room, or in one that stands in it, at any depth; the dock has none in it."""
    if room == DOCK:
        return _BALANCE.room == DOCK
    inner = (
        select(STOCK_ROOM.c.code)
        .where(STOCK_ROOM.c.organisation == actor.organisation, STOCK_ROOM.c.code == room)
        .cte("inner_room", recursive=True)
    )
    inner = inner.union(
        select(STOCK_ROOM.c.code)
        .join(inner, STOCK_ROOM.c.inside == inner.c.code)
        .where(STOCK_ROOM.c.organisation == actor.organisation)
    )
    return _BALANCE.room.in_(select(inner.c.code))


def expiry_block(part: RowMapping, today: date) -> str | None:
    """The code that keeps a part from use because of its age; None if it is fresh."""
    if part["expires_on"] is not None and part["expires_on"] < today:
        return "stock_expired"
    if part["use_by"] is not None and part["use_by"] < today:
        return "stock_opened_expired"
    return None
