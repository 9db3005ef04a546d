"""Stories that chance finds too seldom, told by hand: each was or could be a way round a law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from backend.member.signer import (
    ACCEPTED,
    ADD,
    AGGREGATION,
    CHILD,
    DELETE,
    EXISTING,
    FAIL,
    MADE,
    NO_ORDER,
    OBJECT,
    PARENT,
    PASS,
    SUBJECT,
)
from contracts.typed_data import holding_id
from tests.properties.life.chain import Chain
from tests.properties.life.choices import HANDLES
from tests.properties.life.law import Outcome, signed
from tests.properties.life.members import signers
from tests.properties.life.mirror import Mirror
from tests.properties.life.moves import ways_out
from tests.properties.life.nouns import Holding, Signer
from tests.properties.life.story import Story
from tests.properties.life.words import LAST_MOMENT, Reason

SUPPLIER, TENANT, RIVAL = 3, 5, 6


class Teller:
    """Tells a story in the words of the trade."""

    def __init__(self, story: Story) -> None:
        self.story = story

    def tries(self, signer: Signer, act: str, /, **fields: Any) -> Reason:
        """The reason a deed of one act is refused for, or none."""
        deed = signed(self.story.park, act, signer, fields)
        return self.story.attempt(deed).reasons[0]

    def does(self, signer: Signer, act: str, /, **fields: Any) -> None:
        assert Reason.NONE == self.tries(signer, act, **fields)

    def holding(self, key: Mapping[str, Any]) -> Holding:
        return self.story.park.holdings[holding_id(key)]

    def makes(self, maker: int, serial: int) -> dict[str, Any]:
        key = {"maker": maker, "handle": HANDLES[0], "creator": maker, "serial": serial}
        items = [{"role": SUBJECT, "origin": MADE, "holding": key, "seq": 0}]
        self.does(store(maker), "RecordLotEvent", kind=OBJECT, action=ADD, items=items)
        return key

    def packs(self, parent: Mapping[str, Any], child: Mapping[str, Any], action: int = ADD) -> None:
        """Or unpacks: whoever answers for the parent."""
        items = [
            {"role": role, "origin": EXISTING, "holding": key, "seq": self.holding(key).record.seq}
            for role, key in ((PARENT, parent), (CHILD, child))
        ]
        custodian = self.story.park.custodian(self.holding(parent))
        self.does(store(custodian), "RecordLotEvent", kind=AGGREGATION, action=action, items=items)

    def sends(self, key: Mapping[str, Any], to: int) -> None:
        sender = self.holding(key).record.holder
        self.does(
            store(sender),
            "DispatchGoods",
            holding=key,
            consignment={"from": sender, "to": to, "handle": HANDLES[0]},
            seq=self.holding(key).record.seq,
            order=NO_ORDER,
            line=0,
            lapsesAt=LAST_MOMENT,
        )

    def receives(self, key: Mapping[str, Any], *, quarantine: bool = False, by: Signer | None = None) -> None:
        """At the store, by the receiver's first key, or another of its keys."""
        holding = self.holding(key)
        assert holding.journey is not None
        self.does(
            by or store(holding.journey.to),
            "ReceiveGoods",
            holding=key,
            consignment=holding.journey.consignment,
            agreesTo=holding.record.head,
            outcome=ACCEPTED,
            cause=0,
            quarantine=quarantine,
        )

    def fails(self, key: Mapping[str, Any], organisation: int) -> None:
        """Quality puts on hold what it then fails."""
        self.does(quality(organisation), "PlaceHold", holding=key)
        self.does(quality(organisation), "JudgeHolding", **self.verdict(key, FAIL))

    def verdict(self, key: Mapping[str, Any], verdict: int) -> dict[str, Any]:
        return {"holding": key, "seq": self.holding(key).record.seq, "verdict": verdict}


def store(organisation: int) -> Signer:
    return signers(organisation)[0]


def quality(organisation: int) -> Signer:
    return signers(organisation)[1]


@pytest.fixture
def teller(chain: Chain, mirror: Mirror) -> Teller:
    return Teller(Story(chain, mirror))


def test_goods_that_failed_in_their_packing_travel_in_it_and_stay_in_quarantine(teller: Teller) -> None:
    box, vial = teller.makes(TENANT, 1), teller.makes(TENANT, 2)
    teller.packs(box, vial)
    teller.fails(vial, TENANT)
    teller.sends(box, RIVAL)
    teller.receives(box)
    assert Reason.SAME_SIGNER == teller.tries(store(RIVAL), "JudgeHolding", **teller.verdict(vial, PASS))
    teller.packs(box, vial, DELETE)
    assert Reason.SAME_SIGNER == teller.tries(store(RIVAL), "JudgeHolding", **teller.verdict(vial, PASS))
    teller.does(quality(RIVAL), "JudgeHolding", **teller.verdict(vial, PASS))
    teller.story.end()


def test_whoever_received_a_packing_does_not_release_what_failed_in_it_after_a_round_trip(teller: Teller) -> None:
    box, vial = teller.makes(TENANT, 1), teller.makes(TENANT, 2)
    teller.packs(box, vial)
    teller.sends(box, SUPPLIER)
    teller.receives(box)
    teller.sends(box, TENANT)
    teller.receives(box, quarantine=True)
    teller.fails(vial, TENANT)
    teller.does(quality(TENANT), "JudgeHolding", **teller.verdict(box, PASS))
    assert Reason.SAME_SIGNER == teller.tries(store(TENANT), "JudgeHolding", **teller.verdict(vial, PASS))


def test_what_came_in_a_packing_is_not_released_by_its_receiver_once_unpacked_either(teller: Teller) -> None:
    box, vial = teller.makes(TENANT, 1), teller.makes(TENANT, 2)
    teller.packs(box, vial)
    teller.sends(box, SUPPLIER)
    teller.receives(box)
    teller.sends(box, TENANT)
    teller.receives(box)
    teller.packs(box, vial, DELETE)
    teller.fails(vial, TENANT)
    assert Reason.SAME_SIGNER == teller.tries(store(TENANT), "JudgeHolding", **teller.verdict(vial, PASS))
    teller.does(quality(TENANT), "JudgeHolding", **teller.verdict(vial, PASS))


def test_what_is_packed_here_keeps_its_own_receipt_however_deep_and_whoever_received_the_packings(
    teller: Teller,
) -> None:
    pallet, box, vial = teller.makes(SUPPLIER, 1), teller.makes(SUPPLIER, 2), teller.makes(SUPPLIER, 3)
    teller.packs(pallet, box)
    for goods, receiver in ((pallet, quality(TENANT)), (vial, store(TENANT))):
        teller.sends(goods, TENANT)
        teller.receives(goods, by=receiver)
    teller.packs(box, vial)
    teller.fails(vial, TENANT)
    assert Reason.SAME_SIGNER == teller.tries(store(TENANT), "JudgeHolding", **teller.verdict(vial, PASS))
    teller.does(quality(TENANT), "JudgeHolding", **teller.verdict(vial, PASS))


def test_what_is_packed_with_its_box_keeps_its_own_receipt(teller: Teller) -> None:
    pallet, box, vial = teller.makes(SUPPLIER, 1), teller.makes(TENANT, 2), teller.makes(SUPPLIER, 3)
    for goods, receiver in ((pallet, quality(TENANT)), (vial, store(TENANT))):
        teller.sends(goods, TENANT)
        teller.receives(goods, by=receiver)
    teller.packs(box, vial)
    teller.packs(pallet, box)
    teller.fails(vial, TENANT)
    assert Reason.SAME_SIGNER == teller.tries(store(TENANT), "JudgeHolding", **teller.verdict(vial, PASS))
    teller.does(quality(TENANT), "JudgeHolding", **teller.verdict(vial, PASS))


def test_of_two_who_answer_a_dispatch_the_first_counts(teller: Teller) -> None:
    """Withdrawn by the sender while the receiver signs: either way round, the second finds nothing to answer."""
    for first, second in ((store(SUPPLIER), store(TENANT)), (store(TENANT), store(SUPPLIER))):
        goods = teller.makes(SUPPLIER, len(teller.story.park.holdings) + 1)
        teller.sends(goods, TENANT)
        ways = ways_out(teller.story.park)[teller.holding(goods).record.head]
        withdrawal = next(way for way in ways if (way.kind, way.signer) == ("EndDispatch", store(SUPPLIER)))
        receipt = next(way for way in ways if (way.kind, way.signer) == ("ReceiveGoods", store(TENANT)))
        by_signer = {withdrawal.signer: withdrawal, receipt.signer: receipt}
        assert (Reason.NONE,) == teller.story.attempt(by_signer[first]).reasons
        late = Reason.STALE_SEQ if second == store(SUPPLIER) else Reason.WRONG_AGREES_TO
        assert Outcome((late,), reverted=-1) == teller.story.attempt(by_signer[second])
    teller.story.end()


def test_what_lies_in_a_used_up_packing_can_be_taken_out_of_it(teller: Teller) -> None:
    box, vial = teller.makes(TENANT, 1), teller.makes(TENANT, 2)
    teller.packs(box, vial)
    items = [{"role": SUBJECT, "origin": EXISTING, "holding": box, "seq": teller.holding(box).record.seq}]
    teller.does(store(TENANT), "RecordLotEvent", kind=OBJECT, action=DELETE, items=items)
    teller.packs(box, vial, DELETE)
    teller.story.end()
