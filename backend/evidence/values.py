"""What was signed, out of the mirror: the values of actions, field by field, as their hashes were made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Row, func, literal, select

from backend.db import among
from backend.traceability.lineage import POSITION_BITS
from contracts.signatures import checksum
from contracts.typed_data import ACTIONS, STRUCTS, action_hash
from indexer import schema as mirror
from indexer.events import snake

LOT_EVENT = "RecordLotEvent"
_ACTION_OF_EVENT = {action.event: action.name for action in ACTIONS.values()}
_MAX_POSITION = 1 << POSITION_BITS

EventRow = Row[*tuple[Any, ...]]
"""Of `mirror.event`: number, kind, action_hash, schema, root and occurred_at at least."""


class MirrorIncomplete(Exception):
    """The mirror does not give what was signed: it is damaged, or of another release."""


def action_of(event: str) -> str:
    """The action that an event is of: `GoodsDispatched` -> `DispatchGoods`."""
    return _ACTION_OF_EVENT[event]


def values(connection: Connection, events: Sequence[EventRow]) -> dict[int, dict[str, Any]]:
    """The signed value of each event, by its number.

    Raises:
        MirrorIncomplete: a value does not have the hash that the ledger recorded.
    """
    by_kind: dict[str, list[EventRow]] = defaultdict(list)
    for event in events:
        by_kind[event.kind].append(event)
    found: dict[int, dict[str, Any]] = {}
    for kind, rows in by_kind.items():
        action = action_of(kind)
        numbers = [row.number for row in rows]
        columns = _lot_events(connection, numbers) if action == LOT_EVENT else _columns(connection, kind, numbers)
        for row in rows:
            stated = {"occurred_at": row.occurred_at, "schema": row.schema, "root": row.root}
            found[row.number] = _value(action, {**columns.get(row.number, {}), **stated})
            if action_hash(action, found[row.number]) != row.action_hash:
                raise MirrorIncomplete(f"event {row.number} ({kind}) is not what its hash was made of")
    return found


def _columns(connection: Connection, kind: str, numbers: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """The fields of the actions of one kind, from the table of their event; an action without any has none."""
    table = mirror.EVENT_TABLES.get(kind)
    if table is None:
        return {}
    rows = connection.execute(select(table).where(among(table.c.number, numbers))).mappings()
    return {row["number"]: dict(row) for row in rows}


def _lot_events(connection: Connection, numbers: Collection[int]) -> dict[int, Mapping[str, Any]]:
    event, item, holding = mirror.lot_event.c, mirror.lot_event_item.c, mirror.holding.c
    found: dict[int, Mapping[str, Any]] = {
        row.number: {"kind": row.kind, "action": row.action, "items": []}
        for row in connection.execute(
            select(event.number, event.kind, event.action).where(among(event.number, numbers))
        )
    }
    # An event's items have the numbers right above its own: ranges, so that the primary key finds them.
    above = func.unnest(literal(sorted(numbers), ARRAY(BigInteger))).table_valued("number").render_derived("asked")
    rows = connection.execute(
        select(item.number, item.role, item.origin, item.seq)
        .add_columns(holding.maker, holding.handle, holding.creator, holding.serial)
        .select_from(above)
        .join(mirror.lot_event_item, item.number.between(above.c.number, above.c.number + _MAX_POSITION - 1))
        .join(mirror.holding, holding.id == item.holding_id)
        .order_by(item.number)
    )
    for row in rows:
        key = {"maker": row.maker, "handle": row.handle, "creator": row.creator, "serial": row.serial}
        found[row.number & -_MAX_POSITION]["items"].append(
            {"role": row.role, "origin": row.origin, "holding": key, "seq": row.seq}
        )
    return found


def _value(struct: str, columns: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A value of a struct out of columns that are named by the way to each field."""
    return {
        field.name: _value(field.type, columns, f"{prefix}{snake(field.name)}_")
        if field.type in STRUCTS
        else _plain(field.type, columns[prefix + snake(field.name)])
        for field in STRUCTS[struct]
    }


def _plain(type_: str, value: Any) -> Any:
    return checksum(value) if type_ == "address" else value
