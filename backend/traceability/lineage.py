"""Walking the lineage: which holdings became which, level by level, over the mirror's integer edges.

The lineage is bipartite: holding -> event -> holding. A level is one step along it, so two levels lead from a holding
to those it became. Levels instead of one recursive statement, because a limit has to be able to say where it cut; each
node is visited once, so a graph whose paths meet again does not grow.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, select

from backend.db import among
from indexer import schema as mirror

# A number with no position in it is an event; every other is a holding (indexer/schema.py gives the layout).
POSITION_BITS = 12
_POSITION = (1 << POSITION_BITS) - 1


class Direction(StrEnum):
    """Which way to walk."""

    BACKWARD = "backward"
    """What it came from."""
    FORWARD = "forward"
    """What became of it."""
    BOTH = "both"


@dataclass(slots=True)
class Walk:
    """What a walk found. `nodes` has each number's distance from the start, in steps between holdings."""

    nodes: dict[int, int] = field(default_factory=dict)
    edges: set[tuple[int, int]] = field(default_factory=set)
    cut_by: str | None = None
    """`limit` or `depth`, if the walk stopped before the end."""
    frontier: list[int] = field(default_factory=list)
    """Holdings from which the walk would have gone on."""

    def holdings(self) -> list[int]:
        """The holdings, in chain order."""
        return sorted(number for number in self.nodes if not is_event(number))

    def events(self) -> list[int]:
        """The events, in chain order."""
        return sorted(number for number in self.nodes if is_event(number))


def is_event(number: int) -> bool:
    """Whether a number of the lineage is an event's; else it is a holding's."""
    return number & _POSITION == 0


def walk(connection: Connection, start: Sequence[int], direction: Direction, *, depth: int, limit: int) -> Walk:
    """Walk from some holdings.

    Args:
        start: the numbers of the holdings; they count towards the limit.
        depth: how many holdings deep.
        limit: how many nodes, holdings and events together, at most.
    """
    if direction is not Direction.BOTH:
        return _walk(connection, start, direction, depth=depth, limit=limit)
    backward = _walk(connection, start, Direction.BACKWARD, depth=depth, limit=limit)
    forward = _walk(connection, start, Direction.FORWARD, depth=depth, limit=limit - len(backward.nodes) + len(start))
    return Walk(
        nodes=forward.nodes | backward.nodes,
        edges=forward.edges | backward.edges,
        cut_by=backward.cut_by or forward.cut_by,
        frontier=sorted({*backward.frontier, *forward.frontier}),
    )


def _walk(connection: Connection, start: Sequence[int], direction: Direction, *, depth: int, limit: int) -> Walk:
    found = Walk(nodes=dict.fromkeys(start, 0))
    level = list(start)
    for distance in range(1, depth + 1):
        events = _step(connection, level, direction)
        steps = _step(connection, {event for _, event in events}, direction)
        reached = {event for _, event in events} | {holding for _, holding in steps}
        fresh = sorted(reached - found.nodes.keys())
        if len(found.nodes) + len(fresh) > limit:
            found.cut_by = "limit"
            fresh = _whole_events(events, steps, found, room=limit - len(found.nodes))
        found.nodes.update(dict.fromkeys(fresh, distance))
        for near, far in (*events, *steps):
            if near in found.nodes and far in found.nodes:
                found.edges.add((near, far) if direction is Direction.FORWARD else (far, near))
        if found.cut_by:
            found.frontier = sorted({holding for holding, event in events if event not in found.nodes})
            return found
        level = [number for number in fresh if not is_event(number)]
        if not level:
            return found
    onward = {holding for holding, event in _step(connection, level, direction) if event not in found.nodes}
    if onward:
        found.cut_by = "depth"
        found.frontier = sorted(onward)
    return found


def _whole_events(
    events: Sequence[tuple[int, int]], steps: Sequence[tuple[int, int]], found: Walk, *, room: int
) -> list[int]:
    """As many new events as fit, in chain order, each with all the holdings it leads to: none is shown in part."""
    leads_to: dict[int, set[int]] = {}
    for event, holding in steps:
        leads_to.setdefault(event, set()).add(holding)
    kept: set[int] = set()
    for event in sorted({event for _, event in events} - found.nodes.keys()):
        wanted = ({event} | leads_to.get(event, set())) - found.nodes.keys() - kept
        if len(kept) + len(wanted) > room:
            break
        kept |= wanted
    return sorted(kept)


def _step(connection: Connection, near: Collection[int], direction: Direction) -> list[tuple[int, int]]:
    """(near, far) of every edge that leaves `near`."""
    if not near:
        return []
    edge = mirror.lineage.c
    ends = (edge.source_number, edge.target_number)
    here, there = ends if direction is Direction.FORWARD else reversed(ends)
    return [(row[0], row[1]) for row in connection.execute(select(here, there).where(among(here, near)))]
