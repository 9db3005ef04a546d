"""What to take from where: first expired, first out."""

from sqlalchemy import Connection, case

from backend import clock
from backend.identity.actor import Actor
from backend.stock.days import day_of
from backend.stock.models import STOCK_BALANCE, STOCK_LOT
from backend.stock.parts import USE_BY, expiry_block, parts
from backend.stock.release import standings, use_block
from backend.stock.schemas import PickOut, SkippedOut, SuggestionOut
from backend.stock.taps import DOCK

MOST_PARTS = 1_000


def suggestion(connection: Connection, actor: Actor, *, item: str, quantity: int) -> SuggestionOut:
    """Which parts of an item to take for some quantity, and which are passed over, and why.

    The first to expire goes first; of what expires the same day, what is open goes before what is not. What lies at
    the dock is not on a shelf and is not suggested.
    """
    rows = (
        connection.execute(
            parts(actor)
            .where(STOCK_LOT.c.item == item, STOCK_BALANCE.c.quantity > 0, STOCK_BALANCE.c.room != DOCK)
            .order_by(
                USE_BY.nulls_last(),
                case((STOCK_BALANCE.c.opened_at > 0, 0), else_=1),
                STOCK_BALANCE.c.opened_at,
                STOCK_LOT.c.lot_number,
                STOCK_BALANCE.c.lot_id,
                STOCK_BALANCE.c.room,
            )
            .limit(MOST_PARTS)
        )
        .mappings()
        .all()
    )
    known = standings(connection, actor, {row["holding_id"] for row in rows if row["holding_id"] is not None})
    today = day_of(clock.now())
    picks, skipped, missing = [], [], quantity
    for row in rows:
        place = {name: row[name] for name in ("lot_id", "lot_number", "room")} | {"opened_at": row["opened_at"] or None}
        if code := use_block(actor, row, known.get(row["holding_id"])) or expiry_block(row, today):
            skipped.append(SkippedOut(**place, quantity=row["quantity"], code=code))
        elif missing:
            taken = min(missing, row["quantity"])
            picks.append(PickOut(**place, quantity=taken, use_by=row["use_by"]))
            missing -= taken
    return SuggestionOut(picks=picks, missing=missing, skipped=skipped)
