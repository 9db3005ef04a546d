"""Draws what somebody tries next: mostly what the rules allow, often something near it that they do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st

from contracts.signatures import keccak
from contracts.typed_data import MODE_ALL, MODE_EACH
from tests.properties.life.choices import Draw, mostly, seldom
from tests.properties.life.drawing_goods import GOODS
from tests.properties.life.drawing_orders import ORDERS
from tests.properties.life.law import KINDS, Deed, signed
from tests.properties.life.members import NOBODY, TRADERS, entitled, everybody
from tests.properties.life.park import Park
from tests.properties.life.words import CLOCK_SKEW, LAST_MOMENT

_DRAWERS: Final = {**GOODS, **ORDERS}
# How often each is tried where it suits; an order goes through many hands before goods are delivered on it.
_WEIGHTS: Final = dict.fromkeys(_DRAWERS, 1) | {
    "RecordLotEvent": 6,
    "DispatchGoods": 5,
    "ReceiveGoods": 5,
    "JudgeHolding": 3,
    "IssueOrder": 2,
    "ConfirmOrder": 5,
    "ProposeChange": 2,
    "AgreeChange": 3,
    "CloseLines": 2,
    "ReportMilestone": 6,
    "AcceptMilestone": 6,
}


def draw_deed(draw: Draw, park: Park) -> Deed | None:
    """Something somebody may try next; None where there is nothing to try it on."""
    suited = [kind for kind, weight in _WEIGHTS.items() if _DRAWERS[kind].pools(park)[0] for _ in range(weight)]
    kind = mostly(draw, suited, list(_DRAWERS))
    assert kind is not None
    drawer = _DRAWERS[kind]
    subject = mostly(draw, *drawer.pools(park))
    if subject is None:
        return None
    organisation = mostly(draw, _known(drawer.owners(park, subject)), TRADERS)
    assert organisation is not None
    values = [drawer.fields(draw, park, subject, organisation, 0)]
    for nth in range(1, draw(st.sampled_from((1, 1, 2, 3, 4)))):
        wanted, all_ = drawer.pools(park)
        another = mostly(draw, [each for each in wanted if organisation in drawer.owners(park, each)], all_)
        values.append(drawer.fields(draw, park, another, organisation, nth))
    signer = mostly(draw, entitled(organisation, KINDS[kind].rights), everybody())
    assert signer is not None
    deed = signed(park, kind, signer, *values, mode=draw(st.sampled_from((MODE_EACH, MODE_ALL))))
    return replace(deed, values=tuple(_spoiled(draw, park, value) if seldom(draw) else value for value in deed.values))


def _known(organisations: Sequence[int]) -> Sequence[int]:
    """Those that have keys for the trade."""
    return [each for each in organisations if any(signer.organisation == each for signer in everybody())]


def _spoiled(draw: Draw, park: Park, value: Mapping[str, Any]) -> dict[str, Any]:
    """An action with one field that is as it should not be, or just so."""
    name = draw(st.sampled_from(sorted(_FAULTS.keys() & value.keys())))
    return {**value, name: draw(st.sampled_from(_FAULTS[name](park, value[name])))}


_OTHER: Final = keccak(b"some other")

# What a field may wrongly hold; moments also at the very end of what is right.
_FAULTS: Final[Mapping[str, Callable[[Park, Any], Sequence[Any]]]] = {
    "occurredAt": lambda park, _: (park.now + CLOCK_SKEW + 1, park.now + CLOCK_SKEW),
    "lapsesAt": lambda park, _: (park.now, park.now + 1, LAST_MOMENT, LAST_MOMENT + 1),
    "promisedAt": lambda park, _: (0, LAST_MOMENT, LAST_MOMENT + 1),
    "seq": lambda park, seq: (seq + 1, max(seq, 1) - 1),
    "agreesTo": lambda park, _: (_OTHER[:24], bytes(24)),
    "lines": lambda park, _: (0, 257, 1 << 15),
    "services": lambda park, _: (1 << 255, 1 << 3),
    "quarantines": lambda park, _: (1 << 255, 1 << 3),
    "cancelled": lambda park, _: (1 << 255, 1),
    "line": lambda park, _: (1, 255),
    "order": lambda park, order: (_OTHER,) if isinstance(order, bytes) else ({**order, "handle": _OTHER},),
    "holding": lambda park, holding: ({**holding, "serial": 1 << 31}, {**holding, "creator": TRADERS[0]}),
    "consignment": lambda park, key: ({**key, "handle": _OTHER}, {**key, "to": NOBODY}, {**key, "from": TRADERS[0]}),
    "milestone": lambda park, key: ({**key, "number": 9}, {**key, "line": 200}),
    "outcome": lambda park, _: (0, 5),
    "cause": lambda park, _: (0, 10),
    "verdict": lambda park, _: (0, 3),
    "report": lambda park, _: (_OTHER,),
    "secret": lambda park, _: (_OTHER,),
    "lot": lambda park, lot: ({**lot, "handle": _OTHER}, {**lot, "maker": TRADERS[0]}),
}
