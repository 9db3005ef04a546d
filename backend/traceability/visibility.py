"""Who may see which holding, and whose names are withheld.

An actor sees a holding that its organisation ever had in custody, is the maker of, recorded something on or is being
sent; and every holding upstream of such a one. Overseers see all. What is hidden answers as what does not exist.

A trace forwards shows everything that became of a holding the actor touched, but not who has it: names end with the
organisation that took custody directly from the actor. The same line is drawn upstream: what became of the rest of a
supplier's lot is nobody else's business. The line is a *horizon* on the chain's order: of a holding, the actor may know
every custodian whose tenure began at or before it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import Connection, exists, or_, select

from backend.db import among
from backend.identity.actor import Actor
from backend.traceability.custody import Tenure, custodian_at, tenures
from backend.traceability.lineage import Direction, Walk, is_event, walk
from indexer import schema as mirror

NEVER = -1
ALWAYS = (1 << 63) - 1

# How far downstream of a holding we look for something the actor touched. Beyond it a holding upstream of the actor's
# is not found when it is asked for by itself; it still stands in the traces of what the actor touched.
_FURTHEST = 10_000
_LOOKED_AT = 10_000

_DISPATCHED = 2


@dataclass(frozen=True, slots=True)
class Sight:
    """What an actor may know of the holdings and events of a walk, by their numbers."""

    roots: Sequence[int]
    """Those of the holdings asked for that the actor may ask for, in chain order."""
    seen: Set[int]
    """What is shown at all."""
    horizons: Mapping[int, int]
    """Of each holding that is shown: up to where its custodians may be named."""
    histories: Mapping[int, Sequence[Tenure]]
    """Of each holding that is shown; to those who oversee, only of those that are packed now."""

    def custodian(self, number: int, holder: int) -> int | None:
        """Who answers for a holding now, its own record naming `holder`; None if that is withheld."""
        history = self.histories.get(number)
        if history is None:
            return holder
        return self.named(number, history[-1]) if history else None

    def custodian_at(self, number: int, moment: int) -> int | None:
        """Who answered for a holding at a moment of the chain; None if that is withheld."""
        tenure = custodian_at(self.histories[number], moment)
        return self.named(number, tenure) if tenure else None

    def named(self, number: int, tenure: Tenure) -> int | None:
        """The organisation of a tenure, unless it is withheld."""
        return tenure.organisation if tenure.since <= self.horizons[number] else None


def look(connection: Connection, actor: Actor, start: Sequence[int], found: Walk) -> Sight | None:
    """What an actor may know of the holdings of a walk; None if it may see none of those it started from.

    Being downstream of something the actor touched shows a holding in that one's trace, and does not make it one to
    ask for.

    Args:
        start: the numbers of the holdings somebody asked for.
        found: a walk from them, or just them.
    """
    holdings = found.holdings()
    if actor.is_overseer:
        everything = dict.fromkeys(holdings, ALWAYS)
        return Sight(sorted(start), found.nodes.keys(), everything, tenures(connection, _packed(connection, holdings)))
    histories = tenures(connection, holdings)
    ours = {number for number, history in histories.items() if _had(history, actor)}
    ours |= _touched(connection, actor, set(start) - ours)
    seen, others = found, set(start) - ours
    if others:
        # Not ours: but perhaps upstream of something that is.
        further = walk(connection, sorted(others), Direction.FORWARD, depth=_FURTHEST, limit=_LOOKED_AT)
        touched = _touched(connection, actor, set(further.holdings()) - histories.keys())
        histories |= tenures(connection, touched)
        ours |= touched
        seen = _joined(found, further)
    horizons = {number: _horizon_of_tenure(histories[number], actor.organisation) for number in ours}
    upstream = _look_upstream(seen, ours, horizons)
    downstream = _look_downstream(found, ours, histories, horizons)
    roots = sorted(upstream.intersection(start))
    return Sight(roots, upstream | downstream, horizons, histories) if roots else None


def holding_ids(connection: Connection, numbers: Collection[int]) -> dict[int, bytes]:
    """The id of each holding by its number in the lineage."""
    holding = mirror.holding.c
    rows = connection.execute(select(holding.number, holding.id).where(among(holding.number, numbers)))
    return {row.number: row.id for row in rows}


def _packed(connection: Connection, numbers: Collection[int]) -> list[int]:
    """Those holdings that are packed in others now."""
    holding, packed = mirror.holding.c, mirror.packing_latest.c
    rows = connection.scalars(
        select(holding.number)
        .join(mirror.packing_latest, packed.child == holding.id)
        .where(among(holding.number, numbers), packed.parent.is_not(None))
    )
    return list(rows)


def _had(history: Iterable[Tenure], actor: Actor) -> bool:
    return any(tenure.organisation == actor.organisation for tenure in history)


def _touched(connection: Connection, actor: Actor, numbers: Collection[int]) -> set[int]:
    """Those holdings that the actor had in custody, is the maker of, recorded something on, or is being sent."""
    if not numbers:
        return set()
    ours = actor.organisation
    holding, record = mirror.holding.c, mirror.record.c
    had = exists(select(1).where(record.id == holding.id, record.holder == ours))
    packed = exists(select(1).where(mirror.packing.c.child == holding.id))
    recorded = exists(
        select(1)
        .select_from(mirror.record)
        .join(mirror.event, mirror.event.c.number == mirror.event_of(record.number))
        .join(mirror.batch, mirror.batch.c.digest == mirror.event.c.batch)
        .join(mirror.key_latest, mirror.key_latest.c.address == mirror.batch.c.signer)
        .where(record.id == holding.id, mirror.key_latest.c.organisation == ours)
    )
    dispatch = mirror.EVENT_TABLES["GoodsDispatched"].c
    last_receiver = (
        select(dispatch.consignment_to)
        .where(dispatch.id == holding.id)
        .order_by(dispatch.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    latest = mirror.record_latest.c
    sent = exists(select(1).where(latest.id == holding.id, latest.status == _DISPATCHED, last_receiver == ours))
    is_ours = or_(holding.maker == ours, had, recorded, sent)
    rows = connection.execute(
        select(holding.number, is_ours.label("is_ours")).where(among(holding.number, numbers), or_(is_ours, packed))
    ).all()
    # What was packed may have been in the actor's custody by what it was packed in.
    by_parent = tenures(connection, [row.number for row in rows if not row.is_ours])
    return {row.number for row in rows if row.is_ours or _had(by_parent[row.number], actor)}


def _joined(one: Walk, other: Walk) -> Walk:
    return Walk(nodes=one.nodes | other.nodes, edges=one.edges | other.edges)


def _horizon_of_tenure(history: Sequence[Tenure], organisation: int) -> int:
    """Up to the custodian directly after the organisation's last tenure; before everything if it had none."""
    ours = [position for position, tenure in enumerate(history) if tenure.organisation == organisation]
    if not ours:
        return NEVER
    after = ours[-1] + 1
    return ALWAYS if after == len(history) else history[after].since


def _look_upstream(found: Walk, ours: set[int], horizons: dict[int, int]) -> set[int]:
    """What leads to a holding of ours is shown, its custodians up to the event that used it on the way to us."""
    sources = _sources(found)
    leads_to_us = set(ours)
    # A source always stands before its target on the chain, so one pass from the end is enough.
    for number in sorted(found.nodes, reverse=True):
        if number not in leads_to_us:
            continue
        for source in sources.get(number, ()):
            leads_to_us.add(source)
            if is_event(number):
                horizons[source] = max(horizons.get(source, NEVER), number)
    return leads_to_us


def _look_downstream(
    found: Walk, ours: set[int], histories: Mapping[int, Sequence[Tenure]], horizons: dict[int, int]
) -> set[int]:
    """What became of a holding of ours is shown; its creator only if that one's custody of a source is known to us."""
    sources = _sources(found)
    comes_from_us = set(ours)
    recorder_known: set[int] = set()
    for number in sorted(found.nodes):
        before = [source for source in sources.get(number, ()) if source in comes_from_us]
        if not before:
            continue
        comes_from_us.add(number)
        if is_event(number):
            if any(_knows_custodian(histories[source], horizons[source], number) for source in before):
                recorder_known.add(number)
        else:
            creation = number if recorder_known.intersection(before) else NEVER
            horizons[number] = max(horizons.get(number, NEVER), creation)
    return comes_from_us


def _sources(found: Walk) -> dict[int, list[int]]:
    sources: dict[int, list[int]] = {}
    for source, target in found.edges:
        sources.setdefault(target, []).append(source)
    return sources


def _knows_custodian(history: Sequence[Tenure], horizon: int, moment: int) -> bool:
    tenure = custodian_at(history, moment)
    return tenure is not None and tenure.since <= horizon
