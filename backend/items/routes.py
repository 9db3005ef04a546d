"""The item master."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.dependencies import Reader, Reading, Writer, Writing, need_one_of
from backend.entries import Code, Moment
from backend.identity.actor import Right
from backend.items import commands, queries
from backend.items.schemas import ItemIn, ItemOut, ItemPageOut

router = APIRouter(prefix="/v1", tags=["items"])


@router.get("/items")
def list_items(
    connection: Reading,
    actor: Reader,
    changed_since: Moment | None = None,
    after: Annotated[Code | None, Query(description="`next_after` of the page before.")] = None,
) -> ItemPageOut:
    """The caller's organisation's items, by code."""
    return queries.items(connection, actor, changed_since=changed_since, after=after)


@router.get("/items/{code}")
def get_item(connection: Reading, actor: Reader, code: Code) -> ItemOut:
    """One item."""
    return queries.item(connection, actor, code)


@router.put("/items/{code}")
def put_item(connection: Writing, actor: Writer, code: Code, item: ItemIn) -> ItemOut:
    """Create an item or describe it anew; again with the same description, nothing changes."""
    need_one_of(actor, Right.ORDER | Right.STOCK | Right.ADMIN)
    commands.put_item(connection, actor, code, item)
    return queries.item(connection, actor, code)
