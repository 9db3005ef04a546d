"""What evidence is made of: a raw material, what was made of it, sold and bought, an order, and who vouches for it."""

from __future__ import annotations

from typing import Any

import httpx

from backend.member.signer import FAR, NO_HEAD, OBJECT, OBSERVE, SUBJECT, Holding, Member
from contracts.signatures import keccak, sign
from contracts.typed_data import action_hash, fold
from indexer.proofs import ProvingNode
from tests.backend.books.scene import kept, tell
from tests.backend.park import Park, member_key
from tests.backend.procurement.trade import Trade, to_hex
from verifier import trust as trust_files
from verifier.anchor import checkpoint_digest
from verifier.check import Verdict, check
from verifier.evidence import Evidence, read
from verifier.trust import Trust

NO_MIRROR = bytes(32)


class Archive:
    """upstream made a raw material; supplier made a lot of it, with details, and sold a part to the tenant."""

    def __init__(self, park: Park) -> None:
        self.park = park
        self.trade = Trade(park)
        self.raw = park.hand_over("upstream", "supplier", park.make("upstream"))
        told = tell(park, "supplier")
        self.lot, self.details = told.holdings[0], told.details
        kept(park)
        self.bulk, *_ = park.transform("supplier", [self.raw])
        self.bulk, (part,) = park.split("supplier", self.bulk, 1)
        self.part = park.hand_over("supplier", "tenant", part)
        (self.product,) = park.transform("tenant", [self.part])
        self.product = self.observed("tenant", self.product, 5)
        self.order = self.trade.confirmed()
        self.sign_checkpoint("authority", "tenant")

    def observed(self, name: str, holding: Holding, times: int) -> Holding:
        """A member looks at a holding so many times."""
        for _ in range(times):
            (holding,) = self.park._event(name, OBJECT, OBSERVE, {holding: (SUBJECT, 0)})
        return holding

    # --- checkpoints ------------------------------------------------------------------------------------------

    def checkpoint(self, *names: str, **changed: Any) -> dict[str, Any]:
        """A checkpoint of the newest block, unless it is said otherwise, signed by members."""
        return checkpoint_of(self.park, *names, **changed)

    def publish(self, name: str, checkpoint: dict[str, Any]) -> httpx.Response:
        return self.park.ask(name, "POST", "/v1/checkpoints", checkpoint)

    def sign_checkpoint(self, *names: str) -> int:
        """Members vouch for the newest block; its number."""
        self.park.catch_up()
        checkpoint = self.checkpoint(*names)
        answer = self.publish(names[0], checkpoint)
        assert 200 == answer.status_code, answer.text
        return int(checkpoint["number"])

    # --- evidence ---------------------------------------------------------------------------------------------

    def ask(self, name: str, subject: Holding | bytes | str, **asked: Any) -> httpx.Response:
        id_ = subject.id if isinstance(subject, Holding) else subject
        named = to_hex(id_) if isinstance(id_, bytes) else id_
        return self.park.ask(name, "POST", "/v1/evidence", {"subject": named, **asked})

    def export(self, name: str, subject: Holding | bytes | str, **asked: Any) -> bytes:
        """The file, as the member gets it."""
        answer = self.ask(name, subject, **asked)
        assert 200 == answer.status_code, answer.text
        return answer.content

    def trust(self) -> Trust:
        """The trust file the service gives."""
        answer = self.park.get("tenant", "/v1/evidence/trust")
        assert 200 == answer.status_code, answer.text
        return trust_files.read(answer.content)

    def proven(self, content: bytes) -> tuple[Evidence, Verdict]:
        """What a file says, once it is checked against that."""
        evidence = read(content)
        return evidence, check(evidence, self.trust())

    # --- keys -------------------------------------------------------------------------------------------------

    def second_key(self, name: str) -> Member:
        """Another key of a member's, granted and enrolled."""
        member = self.park.members[name]
        key = Member(member.organisation, keccak(b"second key"), self.park.chain.place, b"second key")
        grant = member.state(
            organisation=member.organisation, key=key.address, rights=1023, validFrom=0, validUntil=FAR, enrolBy=FAR
        )
        self.park.record(name, "GrantKey", grant)
        head = fold(NO_HEAD, action_hash("GrantKey", grant), member.address)
        enrol = key.state(organisation=member.organisation, key=key.address, agreesTo=head)
        answer = self.park.submit(name, key.batch("EnrolKey", enrol))
        assert 202 == answer.status_code, answer.text
        self.park.settle()
        return key


def checkpoint_of(park: Park, *names: str, number: int | None = None, **changed: Any) -> dict[str, Any]:
    """A checkpoint of the newest block, unless it is said otherwise, signed by members; as it is published."""
    node = ProvingNode(park.chain.anvil.url)
    number = node.head().number if number is None else number
    genesis = bytes.fromhex(park.chain.deployment.genesis_hash[2:])
    chain_id = park.chain.deployment.chain_id
    hash_ = bytes.fromhex(changed.pop("hash", node.header(number)["hash"])[2:])
    digest = checkpoint_digest(chain_id, number, hash_, genesis, NO_MIRROR)
    signatures = [
        {"witness": park.members[name].address, "signature": to_hex(sign(digest, member_key(name)))} for name in names
    ]
    return {
        "format": "suyuan-checkpoint/1",
        "chain_id": chain_id,
        "genesis": to_hex(genesis),
        "number": number,
        "hash": to_hex(hash_),
        "mirror": to_hex(NO_MIRROR),
        "signatures": signatures,
    } | changed


def evidence_of_tenant(park: Park, subject: Holding) -> dict[tuple[str, str], tuple[str, Any]]:
    """(method, path) -> the path filled in, and a body: for the table of route x actor."""
    return {
        ("POST", "/v1/evidence"): ("/v1/evidence", {"subject": to_hex(subject.id), "at": "latest"}),
        ("POST", "/v1/checkpoints"): ("/v1/checkpoints", checkpoint_of(park, "authority")),
    }
