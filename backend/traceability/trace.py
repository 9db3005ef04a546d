"""A trace: the walk through the lineage, as far as an actor may see it, as the plain values of `TraceOut`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.traceability import queries, visibility
from backend.traceability.lineage import Direction, Walk, is_event, walk
from backend.traceability.visibility import Sight
from backend.wire import to_hex


@dataclass(frozen=True, slots=True)
class Reach:
    """Which way a trace goes, and how far."""

    direction: Direction
    depth: int
    limit: int


def trace_holding(connection: Connection, actor: Actor, holding_id: bytes, reach: Reach) -> dict[str, Any]:
    """The trace of one holding.

    Raises:
        ServiceError: `not_found`.
    """
    return _trace(connection, actor, [queries.number_of(connection, holding_id)], reach)


def trace_lot(connection: Connection, actor: Actor, lot_id: bytes, reach: Reach) -> dict[str, Any]:
    """The trace of all holdings of a lot that the actor may see.

    Raises:
        ServiceError: `not_found`.
    """
    return _trace(connection, actor, queries.sight_of_lot(connection, actor, lot_id).roots, reach)


def _trace(connection: Connection, actor: Actor, start: Sequence[int], reach: Reach) -> dict[str, Any]:
    found = walk(connection, start, reach.direction, depth=reach.depth, limit=reach.limit)
    sight = visibility.look(connection, actor, start, found)
    if sight is None:
        raise ServiceError("not_found")
    shown = _shown(found, sight)
    described = queries.describe(connection, sight, shown.holdings())
    ids = visibility.holding_ids(connection, [*start, *shown.frontier])
    return {
        "direction": reach.direction,
        "roots": [to_hex(ids[number]) for number in start],
        "holdings": [
            {"node": str(number), "distance": shown.nodes[number], **fields} for number, fields in described.items()
        ],
        "events": _events(connection, actor, sight, shown),
        "edges": [{"source": str(source), "target": str(target)} for source, target in sorted(shown.edges)],
        "truncated": shown.cut_by is not None,
        "cut_by": shown.cut_by,
        "continue_from": [to_hex(ids[number]) for number in shown.frontier],
    }


def _shown(found: Walk, sight: Sight) -> Walk:
    """What of a walk the actor sees."""
    frontier = [number for number in found.frontier if number in sight.seen]
    return Walk(
        nodes={number: distance for number, distance in found.nodes.items() if number in sight.seen},
        edges={(source, target) for source, target in found.edges if source in sight.seen and target in sight.seen},
        cut_by=found.cut_by if frontier else None,
        frontier=frontier,
    )


def _events(connection: Connection, actor: Actor, sight: Sight, shown: Walk) -> list[dict[str, Any]]:
    around: dict[int, list[int]] = {}
    for source, target in shown.edges:
        event, holding = (source, target) if is_event(source) else (target, source)
        around.setdefault(event, []).append(holding)
    return [
        {
            "node": str(number),
            "distance": shown.nodes[number],
            "recorded_by": queries.named(_recorder(actor, sight, organisation, number, around[number])),
            **fields,
        }
        for number, (organisation, fields) in queries.events(connection, shown.events()).items()
    ]


def _recorder(actor: Actor, sight: Sight, organisation: int | None, event: int, holdings: list[int]) -> int | None:
    """Who recorded an event, if it is known as the custodian of something the event used or made; else None."""
    if actor.is_overseer or organisation == actor.organisation:
        return organisation
    # What an event makes begins its first tenure at its own number, which is above the event's.
    is_known = any(sight.custodian_at(number, max(number, event)) == organisation for number in holdings)
    return organisation if is_known else None
