"""Goods that arrive on chain, and the quality signer who judges them."""

from __future__ import annotations

from typing import Any

from backend.member.signer import FAR, Holding, Member
from contracts.signatures import keccak
from contracts.typed_data import action_hash, fold
from tests.backend.park import Park
from tests.backend.stock.shelf import Shelf

_QUALITY = 1 << 2
PASS, FAIL = 1, 2


def receive(park: Park, *, quarantine: bool = False, made: Holding | None = None) -> Holding:
    """The tenant receives something from the supplier, into quarantine or not."""
    sent, consignment = park.dispatch("supplier", "tenant", made or park.make("supplier"))
    receipt = park.members["tenant"].receipt(sent, consignment, quarantine=quarantine)
    park.record("tenant", "ReceiveGoods", receipt)
    return sent.after("ReceiveGoods", receipt, park.members["tenant"].address)


def hex_of(holding: Holding) -> str:
    """A holding's id as the API writes it."""
    return "0x" + holding.id.hex()


def quality_signer(park: Park) -> Member:
    """Another key of the tenant's, which may judge and nothing else."""
    tenant = park.members["tenant"]
    judge = Member(tenant.organisation, keccak(b"quality of the tenant"), park.chain.place, b"quality")
    grant = tenant.state(
        organisation=tenant.organisation, key=judge.address, rights=_QUALITY, validFrom=0, validUntil=FAR, enrolBy=FAR
    )
    park.record("tenant", "GrantKey", grant)
    head = fold(bytes(24), action_hash("GrantKey", grant), tenant.address)
    enrolment = judge.batch("EnrolKey", judge.state(organisation=tenant.organisation, key=judge.address, agreesTo=head))
    assert 202 == park.submit("tenant", enrolment).status_code
    park.settle()
    return judge


def pass_by(park: Park, judge: Member, holding: Holding, verdict: int = PASS) -> Holding:
    """The quality signer judges a holding."""
    judgement = judge.state(holding=holding.key, seq=holding.seq, verdict=verdict)
    answer = park.submit("tenant", judge.batch("JudgeHolding", judgement))
    assert 202 == answer.status_code, answer.text
    park.settle()
    return holding.after("JudgeHolding", judgement, judge.address)


def shelve(shelf: Shelf, holding: Holding, **fields: Any) -> str:
    """A lot of a holding, in the storeroom."""
    return shelf.put(10, holding_id=hex_of(holding), **fields)
