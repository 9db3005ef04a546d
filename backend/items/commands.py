"""Keeping the item master."""

from sqlalchemy import Connection, or_
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.items.models import ITEM
from backend.items.schemas import ItemIn


def put_item(connection: Connection, actor: Actor, code: str, item: ItemIn) -> None:
    """Create an item, or describe it anew. Its unit stays: every quantity written down so far is counted in it.

    Raises:
        ServiceError: `item_unit_fixed`.
    """
    fields = item.model_dump()
    described = [name for name in fields if name != "unit"]
    put = postgresql.insert(ITEM).values(organisation=actor.organisation, code=code, changed_at=clock.now(), **fields)
    changed = or_(*(ITEM.c[name].is_distinct_from(put.excluded[name]) for name in fields))
    connection.execute(
        put.on_conflict_do_update(
            index_elements=[ITEM.c.organisation, ITEM.c.code],
            set_={name: put.excluded[name] for name in (*described, "changed_at")},
            # The same description again changes nothing, not even the time.
            where=(ITEM.c.unit == put.excluded.unit) & changed,
        )
    )
    unit = connection.scalar(
        ITEM.select()
        .with_only_columns(ITEM.c.unit)
        .where(ITEM.c.organisation == actor.organisation, ITEM.c.code == code)
    )
    if unit != item.unit:
        raise ServiceError("item_unit_fixed", item=code, unit=unit)
