"""The rules of lot events: how holdings come to be, are split, packed, seen, transformed and used up.

The arrows are those of the table in docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Final

from backend.identity.actor import Role
from backend.member.signer import (
    ADD,
    AGGREGATION,
    ASSOCIATION,
    CHILD,
    DELETE,
    EXISTING,
    INPUT,
    MADE,
    NONE,
    OBJECT,
    OBSERVE,
    OPENING_STOCK,
    OUTPUT,
    PARENT,
    SOURCE,
    SPLIT,
    SUBJECT,
    TRANSACTION,
    TRANSFORMATION,
)
from contracts.typed_data import holding_id
from tests.properties.life.nouns import Act, Holding, Value
from tests.properties.life.park import Park, unless_custodian
from tests.properties.life.words import CLOCK_SKEW, HELD_BACK, PLAIN, Flag, HoldingStatus, Reason


class Arrow(Enum):
    """What an event does to one of its items."""

    CREATE = auto()
    SEE = auto()
    USE_UP = auto()
    SPLIT_OFF = auto()
    EMPTY = auto()
    PACK = auto()
    UNPACK = auto()


_ARROWS: Final[Mapping[tuple[int, int], Mapping[int, Arrow]]] = {
    (OBJECT, ADD): {SUBJECT: Arrow.CREATE, SOURCE: Arrow.SPLIT_OFF},
    (OBJECT, OBSERVE): {SUBJECT: Arrow.SEE},
    (OBJECT, DELETE): {SUBJECT: Arrow.USE_UP},
    (TRANSFORMATION, NONE): {INPUT: Arrow.USE_UP, OUTPUT: Arrow.CREATE},
    (AGGREGATION, ADD): {PARENT: Arrow.SEE, CHILD: Arrow.PACK},
    (AGGREGATION, OBSERVE): {PARENT: Arrow.SEE, CHILD: Arrow.SEE},
    (AGGREGATION, DELETE): {PARENT: Arrow.EMPTY, CHILD: Arrow.UNPACK},
    **{(TRANSACTION, action): {SUBJECT: Arrow.SEE, PARENT: Arrow.SEE} for action in (ADD, OBSERVE, DELETE)},
    **{(ASSOCIATION, action): {PARENT: Arrow.SEE, CHILD: Arrow.SEE} for action in (ADD, OBSERVE, DELETE)},
}
_FIRST: Final = (PARENT, SOURCE)
_NESTING: Final = (AGGREGATION, ASSOCIATION)


def objections(park: Park, act: Act) -> Iterator[Reason]:
    """What is wrong with an event, item by item."""
    items = act.value["items"]
    if not items:
        yield Reason.MALFORMED
    if act.value["occurredAt"] > act.now + CLOCK_SKEW:
        yield Reason.FROM_THE_FUTURE
    if act.value["kind"] in _NESTING and items[0]["role"] != PARENT:
        yield Reason.MALFORMED
    first = _first(act)
    last = bytes(32)
    for place, item in enumerate(items):
        id_ = holding_id(item["holding"])
        if item["role"] in _FIRST:
            if place != 0:
                yield Reason.MALFORMED
        else:
            # Ascending ids: none comes twice.
            if id_ <= last or (first is not None and id_ == holding_id(first["holding"])):
                yield Reason.MALFORMED
            last = id_
        yield from _item_objections(park, act, item, first)


def _item_objections(park: Park, act: Act, item: Value, first: Value | None) -> Iterator[Reason]:
    arrow = _arrow(act, item)
    id_ = holding_id(item["holding"])
    holding = park.holdings.get(id_)
    if arrow is None:
        yield Reason.MALFORMED
    if item["seq"] != (holding.record.seq if holding else 0):
        yield Reason.ALREADY_EXISTS if arrow is Arrow.CREATE else Reason.STALE_SEQ
    if arrow is Arrow.CREATE:
        if holding is not None:
            yield Reason.ALREADY_EXISTS
        yield from _creation_objections(act, item, first)
        return
    if holding is None:
        yield Reason.NOT_FOUND
        return
    if item["origin"] != EXISTING:
        yield Reason.MALFORMED
    yield from unless_custodian(park, act, holding)
    yield from _arrow_objections(park, holding, arrow, first)


def _arrow_objections(park: Park, holding: Holding, arrow: Arrow | None, first: Value | None) -> Iterator[Reason]:
    """What speaks against an arrow from where a holding is."""
    if arrow is Arrow.PACK:
        yield from _packing_place_objections(park, holding, first)
    # What is used up can still be emptied, or what is in it would be stuck.
    if arrow is not Arrow.EMPTY and holding.flags & Flag.CLOSED:
        yield Reason.CLOSED
    if arrow in (Arrow.USE_UP, Arrow.SPLIT_OFF, Arrow.PACK):
        yield from _use_objections(holding)
    if arrow is Arrow.PACK:
        if holding.flags & HELD_BACK:
            yield Reason.HELD
        if park.is_recalled(holding):
            yield Reason.RECALLED
    if arrow is Arrow.UNPACK and park.is_on_its_way(holding):
        yield Reason.WRONG_STATE


def _creation_objections(act: Act, item: Value, first: Value | None) -> Iterator[Reason]:
    """A holding is created once, by whom its key names, out of nothing, out of another or out of inputs."""
    key, origin = item["holding"], item["origin"]
    if key["creator"] != act.organisation:
        yield Reason.WRONG_ACTOR
    if origin == MADE:
        if first is not None:
            yield Reason.MALFORMED
        if key["maker"] != act.organisation:
            yield Reason.NOT_MAKER
        if not act.signer.roles & (Role.SUPPLIER | Role.TENANT):
            yield Reason.ROLE_MISSING
    elif (
        not EXISTING < origin <= OPENING_STOCK
        or act.value["kind"] == TRANSFORMATION
        or (origin == SPLIT) != (first is not None)
    ):
        yield Reason.MALFORMED
    elif first is not None and _lot(first) != _lot(item):
        yield Reason.LOT_MISMATCH


def _packing_place_objections(park: Park, child: Holding, first: Value | None) -> Iterator[Reason]:
    """Nothing is packed in itself, nor in what is gone or on its way."""
    assert first is not None
    parent = park.holdings[holding_id(first["holding"])]
    if park.outermost(parent) is child:
        yield Reason.MALFORMED
    if parent.record.status != HoldingStatus.HELD or park.is_on_its_way(parent):
        yield Reason.WRONG_STATE


def _use_objections(holding: Holding) -> Iterator[Reason]:
    """What is used, split or packed lies here, loose, and is on its way to nobody."""
    if holding.flags & Flag.PACKED:
        yield Reason.PACKED
    if holding.record.status != HoldingStatus.HELD:
        yield Reason.WRONG_STATE


def record(park: Park, act: Act) -> None:
    """Everything an event does, each item judged by what was before it."""
    first = _first(act)
    moves = [_moved(park, act, item, first) for item in act.value["items"]]
    for item, (holder, status, flags) in zip(act.value["items"], moves, strict=True):
        id_, arrow = holding_id(item["holding"]), _arrow(act, item)
        if arrow is Arrow.CREATE:
            holding = park.holdings.setdefault(id_, Holding(item["holding"], id_, park.records["Traceability", id_]))
            if first is not None:
                holding.receipt = park.holdings[holding_id(first["holding"])].receipt
            park.created += 1
        holding = park.holdings[id_]
        holding.record.advance(act, holder, status, flags)
        if arrow is Arrow.PACK:
            assert first is not None
            holding.parent = holding_id(first["holding"])
        elif arrow is Arrow.UNPACK:
            holding.parent = None
        park.used_up += arrow is Arrow.USE_UP


def _moved(park: Park, act: Act, item: Value, first: Value | None) -> tuple[int, int, Flag]:
    """Holder, status and flags of an item afterwards."""
    arrow = _arrow(act, item)
    source = park.holdings[holding_id(first["holding"])] if first is not None else None
    if arrow is Arrow.CREATE:
        # A part stays under what lies on the whole: splitting is no way round a hold.
        kept = source.flags & (HELD_BACK | Flag.DISPUTED | Flag.BREACH) if source else PLAIN
        return act.organisation, HoldingStatus.HELD, kept
    holding = park.holdings[holding_id(item["holding"])]
    holder, status, flags = holding.record.holder, holding.record.status, holding.flags
    if arrow is Arrow.USE_UP:
        breach = Flag.BREACH if is_breach(park, act, holding) else PLAIN
        return holder, HoldingStatus.USED_UP, flags | Flag.CLOSED | breach
    if arrow is Arrow.PACK:
        return holder, status, flags | Flag.PACKED
    if arrow is Arrow.UNPACK:
        # It stays under what lies on its packings, and lies with whoever answers for them.
        over = PLAIN
        for level in park.path(holding):
            over |= level.flags & (HELD_BACK | Flag.DISPUTED)
        elsewhere = Flag.BREACH if source is None or holding.parent != source.id else PLAIN
        return act.organisation, status, flags & ~Flag.PACKED | over | elsewhere
    return holder, status, flags


def is_breach(park: Park, act: Act, holding: Holding) -> bool:
    """Using up what is held back or recalled is a fact, and a breach; what failed may be destroyed."""
    held = holding.flags & HELD_BACK
    if holding.flags & Flag.DISPUTED and act.value["kind"] == OBJECT:
        held &= ~Flag.QUARANTINED
    return bool(held) or park.is_recalled(holding)


def _first(act: Act) -> Value | None:
    """The parent or source of an event, if it has one."""
    items = act.value["items"]
    return items[0] if items and items[0]["role"] in _FIRST else None


def _arrow(act: Act, item: Value) -> Arrow | None:
    return _ARROWS.get((act.value["kind"], act.value["action"]), {}).get(item["role"])


def _lot(item: Value) -> tuple[int, bytes]:
    return item["holding"]["maker"], item["holding"]["handle"]
