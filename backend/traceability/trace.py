"""A trace: the walk through the lineage, as far as an actor may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.traceability import queries, visibility
from backend.traceability.lineage import Direction, Walk, is_event, walk
from backend.traceability.schemas import CustodianOut, EdgeOut, EventNodeOut, HoldingNodeOut, TraceOut
from backend.traceability.visibility import Sight


@dataclass(frozen=True, slots=True)
class Reach:
    """Which way a trace goes, and how far."""

    direction: Direction
    depth: int
    limit: int


def trace_holding(connection: Connection, actor: Actor, holding_id: bytes, reach: Reach) -> TraceOut:
    """The trace of one holding.

    Raises:
        ServiceError: `not_found`.
    """
    return _trace(connection, actor, [queries.number_of(connection, holding_id)], reach)


def trace_lot(connection: Connection, actor: Actor, lot_id: bytes, reach: Reach) -> TraceOut:
    """The trace of all holdings of a lot that the actor may see.

    Raises:
        ServiceError: `not_found`.
    """
    return _trace(connection, actor, queries.sight_of_lot(connection, actor, lot_id).roots, reach)


def _trace(connection: Connection, actor: Actor, start: Sequence[int], reach: Reach) -> TraceOut:
    found = walk(connection, start, reach.direction, depth=reach.depth, limit=reach.limit)
    sight = visibility.look(connection, actor, start, found)
    if sight is None:
        raise ServiceError("not_found")
    shown = _shown(found, sight)
    described = queries.describe(connection, sight, shown.holdings())
    ids = visibility.holding_ids(connection, [*start, *shown.frontier])
    return TraceOut(
        direction=reach.direction,
        roots=[ids[number] for number in start],
        holdings=[
            HoldingNodeOut(**fields, node=str(number), distance=shown.nodes[number])
            for number, fields in described.items()
        ],
        events=_events(connection, actor, sight, shown),
        edges=[EdgeOut(source=str(source), target=str(target)) for source, target in sorted(shown.edges)],
        truncated=shown.cut_by is not None,
        cut_by=shown.cut_by,
        continue_from=[ids[number] for number in shown.frontier],
    )


def _shown(found: Walk, sight: Sight) -> Walk:
    """What of a walk the actor sees."""
    frontier = [number for number in found.frontier if number in sight.seen]
    return Walk(
        nodes={number: distance for number, distance in found.nodes.items() if number in sight.seen},
        edges={edge for edge in found.edges if sight.seen >= set(edge)},
        cut_by=found.cut_by if frontier else None,
        frontier=frontier,
    )


def _events(connection: Connection, actor: Actor, sight: Sight, shown: Walk) -> list[EventNodeOut]:
    facts = queries.events(connection, shown.events())
    around: dict[int, list[int]] = {}
    for source, target in shown.edges:
        event, holding = (source, target) if is_event(source) else (target, source)
        around.setdefault(event, []).append(holding)
    return [
        EventNodeOut(
            node=str(number),
            kind=event.kind,
            distance=shown.nodes[number],
            action_hash=event.action_hash,
            recorded_by=_recorder(actor, sight, event.recorded_by, number, around[number]),
            breaches=event.breaches,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            block=event.block,
            finalised=event.finalised,
        )
        for number, event in facts.items()
    ]


def _recorder(actor: Actor, sight: Sight, organisation: int | None, event: int, holdings: list[int]) -> CustodianOut:
    """Who recorded an event: named if it is known as the custodian of something the event used or made."""
    # What an event makes begins its first tenure at its own number, which is above the event's.
    known = actor.is_overseer or any(
        sight.custodian_at(number, max(number, event)) == organisation for number in holdings
    )
    is_named = organisation is not None and (known or organisation == actor.organisation)
    return CustodianOut(organisation=organisation if is_named else None, withheld=not is_named)
