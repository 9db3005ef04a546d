"""Reading stock-takes: each organisation its own, and no figures before both counts are in."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, true, tuple_

from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.stock.counts import COMPARED, Line, Part, compare, described, parts_to_count
from backend.stock.models import STOCK_TAKE, TakeState
from backend.stock.schemas import TakeHeadOut, TakeLineOut, TakeOut, TakesOut

PAGE = 100


def takes(connection: Connection, actor: Actor, *, changed_since: int, after: str | None) -> TakesOut:
    """A page of stock-takes, the last changed last, so that who follows them misses none.

    Args:
        changed_since: Unix seconds; only those changed then or later.
        after: `next_after` of the page before.
    """
    place = (STOCK_TAKE.c.changed_at, STOCK_TAKE.c.take_id)
    rows = connection.execute(
        select(*(STOCK_TAKE.c[name] for name in TakeHeadOut.model_fields))
        .where(STOCK_TAKE.c.organisation == actor.organisation, STOCK_TAKE.c.changed_at >= changed_since)
        .where(tuple_(*place) > tuple_(*_place(after)) if after is not None else true())
        .order_by(*place)
        .limit(PAGE + 1)
    ).mappings()
    found = [TakeHeadOut.model_validate(row) for row in rows]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return TakesOut(takes=found[:PAGE], next_after=f"{last.changed_at}/{last.take_id}" if last else None)


def take(connection: Connection, actor: Actor, take_id: UUID) -> TakeOut:
    """One stock-take: what there is to count, or what was found.

    Raises:
        ServiceError: `not_found`.
    """
    row = connection.execute(
        select(STOCK_TAKE).where(STOCK_TAKE.c.organisation == actor.organisation, STOCK_TAKE.c.take_id == take_id)
    ).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    head = {name: getattr(row, name) for name in TakeOut.model_fields if name != "lines"}
    return TakeOut(**head, lines=_lines(connection, actor, row))


def _place(after: str) -> tuple[int, UUID]:
    changed_at, _, take_id = after.partition("/")
    return int(changed_at), UUID(take_id)


def _lines(connection: Connection, actor: Actor, row: Row[Any]) -> list[TakeLineOut]:
    if row.state == TakeState.CANCELLED:
        return []
    found: dict[Part, Line | None]
    if row.state in COMPARED:
        found = {line.part: line for line in compare(connection, actor, row)}
    else:
        found = dict.fromkeys(parts_to_count(connection, actor, row))
    lots = described(connection, actor, {lot_id for lot_id, _ in found})
    return [
        TakeLineOut(
            lot_id=lot_id,
            item=lots[lot_id][0],
            lot_number=lots[lot_id][1],
            opened_at=opened_at or None,
            first=line.first if line else None,
            second=line.second if line else None,
            book=line.book if line else None,
            difference=line.first - line.book if line and line.is_agreed else None,
        )
        for (lot_id, opened_at), line in found.items()
    ]
