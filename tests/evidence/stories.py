"""Parks with a history, by seed: holdings made, split, worked up, held, sent; orders; recalls; corrections."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from contracts.signatures import keccak
from contracts.typed_data import struct_hash
from tests.evidence.maker import ADDRESSES, Act, Draft, Park, Signer, Subject, act_of, evidence_of

_KINDS_ON_HOLDINGS = ("PlaceHold", "JudgeHolding", "ReceiveGoods", "DispatchGoods", "EndDispatch")
_KINDS_ON_ORDERS = ("ConfirmOrder", "ProposeChange", "AgreeChange", "CloseLines")


def signer(name: str, organisation: int) -> Signer:
    return Signer(organisation, keccak(name.encode()))


SUPPLIER, TENANT, OTHER = signer("supplier", 3), signer("tenant", 5), signer("other", 6)
WITNESSES = (signer("authority", 2), signer("witness", 5))


@dataclass
class Story:
    """A park with holdings and an order, and chance to go on with."""

    park: Park
    holdings: list[Subject]
    orders: list[Subject]

    @property
    def random(self) -> Random:
        return self.park.random


def tell(seed: int, *, events: int = 12) -> Story:
    """The same seed tells the same story."""
    random = Random(seed)
    park = Park(random)
    for each in (SUPPLIER, TENANT, OTHER):
        park.admit(each.organisation)
        park.enrol(each)
    story = Story(park, [], [])
    made = [_make(story) for _ in range(random.randint(1, 4))]
    park.record(SUPPLIER, made)
    _order(story)
    for _ in range(events):
        _go_on(story)
    return story


def draft(story: Story, depth: int | None = None) -> Draft:
    """Evidence of some of it."""
    random = story.random
    roots = random.sample(story.holdings, random.randint(1, min(2, len(story.holdings))))
    if random.random() < 0.3:
        roots = random.choice([story.orders, [*roots, *story.orders]])
    return evidence_of(story.park, roots, random.randint(0, 3) if depth is None else depth, witnesses=WITNESSES)


def one_holding(events: int = 3) -> tuple[Park, Subject]:
    """A park with a holding of a few records."""
    random = Random(9)
    story = tell(9, events=0)
    holding = story.holdings[0]
    for _ in range(events):
        story.park.record(TENANT, [act_of(random, "PlaceHold", [holding], holding=holding[2])])
    return story.park, holding


def make_in_a_row(story: Story, records: int) -> None:
    """Splits and works up until there are as many records, fifty a batch."""
    while sum(len(batch.acts) for batch in story.park.batches) < records:
        story.park.record(TENANT, [_work_up(story) for _ in range(50)])


def _go_on(story: Story) -> None:
    park, random = story.park, story.random
    who = random.choice([SUPPLIER, TENANT, OTHER])
    count = random.choice([1, 1, 2, 5])
    deed = random.randrange(8)
    if deed == 0:
        acts = [_make(story) for _ in range(count)]
    elif deed == 1:
        acts = [_split(story) for _ in range(count)]
    elif deed == 2:
        acts = [_work_up(story) for _ in range(count)]
    elif deed == 3:
        lot = _lot(random.choice(story.holdings))
        acts = [act_of(random, "RecallLot", [lot], lot=lot[2])]
    elif deed == 4:
        acts = [_correct(story)]
    elif deed == 5:
        kind = random.choice(_KINDS_ON_ORDERS)
        acts = [act_of(random, kind, [order], order=order[2]) for order in story.orders]
    else:
        kind = random.choice(_KINDS_ON_HOLDINGS)
        chosen = random.choices(story.holdings, k=count)
        acts = [act_of(random, kind, [each], holding=each[2]) for each in chosen]
    acts[-1].refused = len(acts) > 1 and deed > 5
    park.record(who, acts)


def _make(story: Story) -> Act:
    fresh = _fresh(story)
    return _event(story, 0, [(0, fresh)])


def _split(story: Story) -> Act:
    whole = story.random.choice(story.holdings)
    return _event(story, 0, [(5, whole), (0, _fresh(story, like=whole))])


def _work_up(story: Story) -> Act:
    inputs = story.random.sample(story.holdings, min(len(story.holdings), story.random.randint(1, 3)))
    return _event(story, 3, [*((3, each) for each in inputs), (4, _fresh(story))])


def _event(story: Story, kind: int, items: list[tuple[int, Subject]]) -> Act:
    values = [{"role": role, "origin": 0, "holding": each[2], "seq": 0} for role, each in items]
    return act_of(story.random, "RecordLotEvent", [each for _, each in items], kind=kind, items=values)


def _fresh(story: Story, like: Subject | None = None) -> Subject:
    lot = {"maker": 3, "handle": story.random.randbytes(32)} if like is None else _lot(like)[2]
    key: dict[str, Any] = {**lot, "creator": 3, "serial": len(story.holdings)}
    subject = ("Traceability", "HoldingKey", key)
    story.holdings.append(subject)
    return subject


def _order(story: Story) -> None:
    key = {"buyer": 5, "supplier": 3, "handle": story.random.randbytes(32)}
    order = ("Procurement", "OrderKey", key)
    story.orders.append(order)
    story.park.record(TENANT, [act_of(story.random, "IssueOrder", [order], order=key)])


def _correct(story: Story) -> Act:
    """A correction of some record of some holding."""
    park = story.park
    subject = story.random.choice(story.holdings)
    place = (subject[0], struct_hash(subject[1], subject[2]))
    act = story.random.choice(park.trails[place])
    key = {"ledger": ADDRESSES["Traceability"], "subject": place[1], "corrects": struct_hash(act.kind, act.value)}
    return act_of(story.random, "CorrectDetails", [("Corrections", "CorrectionKey", key)], correction=key)


def _lot(holding: Subject) -> Subject:
    return "Recalls", "LotKey", {"maker": holding[2]["maker"], "handle": holding[2]["handle"]}
