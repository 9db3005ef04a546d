"""Reading the item master: each organisation its own."""

from collections.abc import Collection

from sqlalchemy import Connection, select, true

from backend.db import among
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.items.models import ITEM
from backend.items.schemas import ItemOut, ItemPageOut

PAGE = 100


def item(connection: Connection, actor: Actor, code: str) -> ItemOut:
    """One item.

    Raises:
        ServiceError: `not_found`.
    """
    found = items_by_code(connection, actor, [code])
    if not found:
        raise ServiceError("not_found")
    return found[code]


def items_by_code(connection: Connection, actor: Actor, codes: Collection[str]) -> dict[str, ItemOut]:
    """Those of some items that there are."""
    rows = connection.execute(
        select(ITEM).where(ITEM.c.organisation == actor.organisation, among(ITEM.c.code, codes))
    ).mappings()
    return {row["code"]: ItemOut.model_validate(row) for row in rows}


def items(connection: Connection, actor: Actor, *, changed_since: int | None, after: str | None) -> ItemPageOut:
    """A page of items, by code.

    Args:
        changed_since: Unix seconds; only those described anew then or later.
        after: only those past this code, from the page before.
    """
    rows = connection.execute(
        select(ITEM)
        .where(ITEM.c.organisation == actor.organisation)
        .where(ITEM.c.changed_at >= changed_since if changed_since is not None else true())
        .where(ITEM.c.code > after if after is not None else true())
        .order_by(ITEM.c.code)
        .limit(PAGE + 1)
    ).mappings()
    page = [ItemOut.model_validate(row) for row in rows]
    return ItemPageOut(items=page[:PAGE], next_after=page[PAGE - 1].code if len(page) > PAGE else None)
