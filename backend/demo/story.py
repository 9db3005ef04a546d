"""The story the sample park begins with: its members' first day. The same seed tells the same story.

Three suppliers make lots and pack them on pallets; tenants take them over, transform them over several levels, split
what they made, hand it on and send some back; the regulator holds one holding, a supplier recalls one lot, another
corrects one record. Nobody waits for anybody: each foretells the heads the ledger will fold, signs, and brings the
batch behind the one it builds on.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.demo.facts import Facts, Mark, Product
from backend.demo.park import REGULATOR, SUPPLIERS, TENANTS, Park
from backend.member.signer import (
    ADD,
    AGGREGATION,
    CHILD,
    DELETE,
    INPUT,
    MADE,
    NONE,
    OBJECT,
    OBSERVE,
    OUTPUT,
    PARENT,
    SOURCE,
    SPLIT,
    SUBJECT,
    TRANSFORMATION,
    Holding,
    Member,
)
from contracts.typed_data import action_hash

_LOTS_A_SUPPLIER = 12
_LOTS_A_PALLET = 4

Bring = Callable[[Member, Mapping[str, Any]], None]
"""Hands a member's signed batch to the service."""


@dataclass(slots=True)
class Story:
    """The park as its members know it, and what they did."""

    park: Park
    facts: Facts
    bring: Bring
    chance: random.Random
    stock: dict[str, list[Holding]] = field(default_factory=lambda: {name: [] for name in TENANTS})

    def tell(self) -> Product:
        """Everything, from the first lot to the correction; what came of all of it."""
        kept = [self._deliver(supplier) for supplier in SUPPLIERS]
        for level in range(3):
            self._work(level)
        product = Product(TENANTS[-1], self._finish())
        self._send_back()
        self._hold_recall_correct(kept)
        return product

    def _deliver(self, supplier: str) -> Holding:
        """A supplier makes lots, sends all but one on pallets, one pallet to each tenant; the one it keeps."""
        lots = self._make(supplier, _LOTS_A_SUPPLIER + 1)
        pallets = self._make(supplier, len(TENANTS))
        per_tenant = [lots[start : start + _LOTS_A_PALLET] for start in range(0, _LOTS_A_SUPPLIER, _LOTS_A_PALLET)]
        for tenant, pallet, load in zip(TENANTS, pallets, per_tenant, strict=True):
            packed, *inside = self._together(supplier, AGGREGATION, ADD, {pallet: PARENT} | dict.fromkeys(load, CHILD))
            packed = self._hand_over(supplier, tenant, packed)
            _, *inside = self._together(tenant, AGGREGATION, DELETE, {packed: PARENT} | dict.fromkeys(inside, CHILD))
            self.stock[tenant] += inside
        return lots[-1]

    def _work(self, level: int) -> None:
        """Each tenant uses things up in pairs, looks at what comes out, and gives one on to its neighbour."""
        for position, tenant in enumerate(TENANTS):
            stock = self.stock[tenant]
            self.chance.shuffle(stock)
            made = [
                holding for pair in _pairs(stock) for holding in self._transform(tenant, pair, outputs=1 + (level == 0))
            ]
            made = self._observe(tenant, made)
            neighbour = TENANTS[(position + 1) % len(TENANTS)]
            given, (part,) = self._split(tenant, made.pop())
            self.stock[tenant] = [*made, given]
            self.stock[neighbour] = [*self.stock[neighbour], self._hand_over(tenant, neighbour, part)]

    def _finish(self) -> Holding:
        """The last tenant puts all it has into one product."""
        last = TENANTS[-1]
        (product,) = self._transform(last, self.stock[last], outputs=1)
        return product

    def _send_back(self) -> None:
        """A tenant sends back what its neighbour gave it last."""
        tenant, neighbour = TENANTS[0], TENANTS[-1]
        self._hand_over(tenant, neighbour, self.stock[tenant].pop())
        self.facts.note({Mark.RETURNED: 1})

    def _hold_recall_correct(self, kept: Sequence[Holding]) -> None:
        held, recalled, corrected = kept
        bureau = self.park.members[REGULATOR]
        reagents, antibodies = self.park.members["reagents"], self.park.members["antibodies"]
        self._sign(bureau, "PlaceHold", bureau.state(holding=held.key))
        self._sign(reagents, "RecallLot", reagents.state(lot=recalled.lot))
        correction = antibodies.correction(corrected)
        self._sign(antibodies, "CorrectDetails", correction, trails=[corrected.trail()])
        self._observe("solvents", self._make("solvents", 1))

    def _make(self, name: str, count: int) -> list[Holding]:
        member = self.park.members[name]
        made = [member.new_holding() for _ in range(count)]
        events = [member.lot_event(OBJECT, ADD, {holding: (SUBJECT, MADE)}) for holding in made]
        return self._record(member, made, events)

    def _observe(self, name: str, seen: Sequence[Holding]) -> list[Holding]:
        member = self.park.members[name]
        events = [member.lot_event(OBJECT, OBSERVE, {holding: (SUBJECT, NONE)}) for holding in seen]
        return self._record(member, seen, events)

    def _together(self, name: str, kind: int, action: int, roles: Mapping[Holding, int]) -> list[Holding]:
        """One event over several holdings that exist; they afterwards, in the order given."""
        member = self.park.members[name]
        event = member.lot_event(kind, action, {holding: (role, NONE) for holding, role in roles.items()})
        return self._record(member, list(roles), [event] * len(roles))

    def _transform(self, name: str, inputs: Sequence[Holding], outputs: int) -> list[Holding]:
        member = self.park.members[name]
        made = [member.new_holding() for _ in range(outputs)]
        roles = dict.fromkeys(inputs, (INPUT, NONE)) | dict.fromkeys(made, (OUTPUT, MADE))
        event = member.lot_event(TRANSFORMATION, NONE, roles)
        return self._record(member, list(roles), [event] * len(roles))[len(inputs) :]

    def _split(self, name: str, source: Holding) -> tuple[Holding, list[Holding]]:
        member = self.park.members[name]
        part = member.new_holding(source.handle, source.maker)
        event = member.lot_event(OBJECT, ADD, {source: (SOURCE, NONE), part: (SUBJECT, SPLIT)})
        rest, *parts = self._record(member, [source, part], [event] * 2)
        return rest, parts

    def _hand_over(self, giver: str, receiver: str, holding: Holding) -> Holding:
        one, other = self.park.members[giver], self.park.members[receiver]
        consignment = one.consignment(other)
        dispatch = one.dispatch(holding, consignment)
        self._sign(one, "DispatchGoods", dispatch)
        sent = holding.after("DispatchGoods", dispatch, one.address)
        receipt = other.receipt(sent, consignment)
        self._sign(other, "ReceiveGoods", receipt)
        return sent.after("ReceiveGoods", receipt, other.address)

    def _record(
        self, member: Member, holdings: Sequence[Holding], events: Sequence[Mapping[str, Any]]
    ) -> list[Holding]:
        """Sign lot events, each once, in one batch; the holdings after the event beside each."""
        distinct = {action_hash("RecordLotEvent", event): event for event in events}
        if distinct:
            self._sign(member, "RecordLotEvent", *distinct.values())
        return [
            holding.after("RecordLotEvent", event, member.address)
            for holding, event in zip(holdings, events, strict=True)
        ]

    def _sign(self, member: Member, action: str, *actions: Mapping[str, Any], **terms: Any) -> None:
        self.facts.count(action, len(actions))
        self.bring(member, member.batch(action, *actions, **terms))


def _pairs(holdings: Sequence[Holding]) -> Iterator[Sequence[Holding]]:
    """Two at a time; an odd one goes with the last two."""
    for start in range(0, len(holdings) - 1, 2):
        is_last = start + 3 >= len(holdings)
        yield holdings[start:] if is_last else holdings[start : start + 2]
        if is_last:
            return
