"""Draws lot events: what an organisation does with the goods that lie with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from backend.member.signer import (
    ADD,
    AGGREGATION,
    ASSOCIATION,
    BROUGHT_IN,
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
from tests.properties.life.choices import HANDLES, Draw, mostly, seldom
from tests.properties.life.members import TRADERS
from tests.properties.life.nouns import Holding
from tests.properties.life.park import Park
from tests.properties.life.words import HELD_BACK, HoldingStatus

_ENOUGH = 1  # goods that lie loose with somebody, to do something else than make more of them


class Scene(NamedTuple):
    """Where an event is drawn: what lies with whom, and the first serial that is free."""

    draw: Draw
    park: Park
    organisation: int
    serial: int

    def holdings(self) -> list[Holding]:
        """What lies with the organisation."""
        park = self.park
        return [each for each in park.holdings.values() if each.is_live and park.custodian(each) == self.organisation]

    def loose(self) -> list[Holding]:
        """What is there to be used; what one should keep one's hands off three times as often."""
        loose = [each for each in self.holdings() if not each.parent and each.record.status == HoldingStatus.HELD]
        delicate = [each for each in loose if each.flags & HELD_BACK or self.park.is_recalled(each)]
        return loose + 2 * delicate

    def one_of(self, wanted: list[Holding]) -> Holding | None:
        return mostly(self.draw, wanted, list(self.park.holdings.values()))

    def new(self, place: int, maker: int, handle: bytes) -> dict[str, Any]:
        return {"maker": maker, "handle": handle, "creator": self.organisation, "serial": self.serial + place}


Item = dict[str, Any]
Event = tuple[int, int, list[Item]]


def draw_event(draw: Draw, park: Park, organisation: int, nth: int) -> dict[str, Any]:
    """The fields of a `RecordLotEvent`; `nth` of its batch, so that two of them make different holdings."""
    serials = [int(holding.key["serial"]) for holding in park.holdings.values()]
    scene = Scene(draw, park, organisation, max(serials, default=0) + 1 + 4 * nth)
    flavours = _USING if len({holding.id for holding in scene.loose()}) > _ENOUGH else _MAKING
    kind, action, items = draw(st.sampled_from(flavours))(scene)
    if seldom(draw, 12):
        items = _tampered(draw, items)
    return {"kind": kind, "action": action, "items": items}


def _make(scene: Scene) -> Event:
    origin = scene.draw(st.sampled_from((MADE, MADE, MADE, BROUGHT_IN, OPENING_STOCK)))
    elsewhere = scene.draw(st.sampled_from((0, *TRADERS))) if origin != MADE or seldom(scene.draw, 12) else None
    maker = scene.organisation if elsewhere is None else elsewhere
    handle = scene.draw(st.sampled_from(HANDLES))
    count = scene.draw(st.sampled_from((3, 2, 1)))
    items = [_item(scene.new(place, maker, handle), SUBJECT, origin) for place in range(count)]
    return OBJECT, ADD, _in_order(items)


def _split(scene: Scene) -> Event:
    source = scene.one_of(scene.loose())
    if source is None:
        return _make(scene)
    handle = HANDLES[0] if seldom(scene.draw, 12) else source.key["handle"]
    parts = [_item(scene.new(place, source.maker, handle), SUBJECT, SPLIT) for place in range(2)]
    return OBJECT, ADD, [_existing(source, SOURCE), *_in_order(parts)]


def _use_up(scene: Scene) -> Event:
    return OBJECT, DELETE, _in_order(_some(scene, SUBJECT, scene.loose()))


def _transform(scene: Scene) -> Event:
    inputs = _some(scene, INPUT, scene.loose())
    origin = BROUGHT_IN if seldom(scene.draw, 12) else MADE
    output = _item(scene.new(0, scene.organisation, scene.draw(st.sampled_from(HANDLES))), OUTPUT, origin)
    return TRANSFORMATION, NONE, _in_order([*inputs, output])


def _pack(scene: Scene) -> Event:
    parent = scene.one_of(scene.loose())
    children = [each for each in scene.loose() if each is not parent]
    if parent is None or not children:
        return _make(scene)
    return AGGREGATION, ADD, [_existing(parent, PARENT), *_in_order(_some(scene, CHILD, children))]


def _unpack(scene: Scene) -> Event:
    child = scene.one_of([each for each in scene.holdings() if each.parent])
    if child is None:
        return _make(scene)
    parents = [scene.park.holdings[child.parent]] if child.parent else []
    parent = mostly(scene.draw, parents, list(scene.park.holdings.values()))
    assert parent is not None
    siblings = [each for each in scene.park.holdings.values() if each.parent == parent.id and each is not child]
    among = [child, *siblings] if scene.draw(st.booleans()) else [child]
    return AGGREGATION, DELETE, [_existing(parent, PARENT), *_in_order([_existing(each, CHILD) for each in among])]


def _see(scene: Scene) -> Event:
    seen = _some(scene, SUBJECT, scene.holdings())
    return scene.draw(st.sampled_from((OBJECT, TRANSACTION))), OBSERVE, _in_order(seen)


def _relate(scene: Scene) -> Event:
    parent = scene.one_of(scene.holdings())
    if parent is None:
        return _make(scene)
    kind, role = scene.draw(st.sampled_from(((AGGREGATION, CHILD), (ASSOCIATION, CHILD), (TRANSACTION, SUBJECT))))
    others = [each for each in scene.holdings() if each is not parent]
    action = OBSERVE if kind == AGGREGATION else scene.draw(st.sampled_from((ADD, OBSERVE, DELETE)))
    return kind, action, [_existing(parent, PARENT), *_in_order(_some(scene, role, others))]


def _anything(scene: Scene) -> Event:
    """A kind, an action and roles that need not go together."""
    numbers = st.integers(0, 5)
    items = [{**each, "role": scene.draw(numbers)} for each in _some(scene, SUBJECT, scene.holdings())]
    return scene.draw(numbers), scene.draw(st.integers(0, 3)), _in_order(items)


_Flavours = list[Callable[[Scene], Event]]
_MAKING: Final[_Flavours] = [_make, _make, _make, _split]
_USING: Final[_Flavours] = [
    *(_use_up, _transform, _split, _split, _pack, _pack, _pack, _pack),
    *(_unpack, _unpack, _unpack, _see, _relate, _anything),
]


def _some(scene: Scene, role: int, wanted: list[Holding]) -> list[Item]:
    """One or two of the wanted holdings, each once."""
    chosen = {each.id: each for each in (scene.one_of(wanted) for _ in range(scene.draw(st.integers(1, 2)))) if each}
    return [_existing(each, role) for each in chosen.values()]


def _tampered(draw: Draw, items: list[Item]) -> list[Item]:
    """Items as no honest client sends them."""
    place = draw(st.integers(0, max(len(items) - 1, 0)))
    changed: Mapping[str, list[Item]] = {
        "none": [],
        "twice": [*items, *items[:1]],
        "backwards": items[::-1],
        "stale": [{**each, "seq": each["seq"] + (at == place)} for at, each in enumerate(items)],
        "origin": [{**each, "origin": (each["origin"] + (at == place)) % 6} for at, each in enumerate(items)],
    }
    return changed[draw(st.sampled_from(sorted(changed)))]


def _item(key: dict[str, Any], role: int, origin: int) -> Item:
    return {"role": role, "origin": origin, "holding": key, "seq": 0}


def _existing(holding: Holding, role: int) -> Item:
    return {"role": role, "origin": EXISTING, "holding": holding.key, "seq": holding.record.seq}


def _in_order(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: holding_id(item["holding"]))
