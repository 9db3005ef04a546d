"""A member that signs: one organisation with one key, building actions and signing batches of them offline.

The same seed gives the same keys, salts and identifiers, so that a park can be told again word for word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend import clock
from contracts import action_json
from contracts.signatures import checksum, keccak, recover, sign
from contracts.typed_data import ACTIONS, MODE_EACH, Batch, Domain, action_hash, fold, holding_id

# contracts/src/interfaces/ITraceability.sol
OBJECT, AGGREGATION, TRANSACTION, TRANSFORMATION, ASSOCIATION = range(5)
NONE, ADD, OBSERVE, DELETE = range(4)
SUBJECT, PARENT, CHILD, INPUT, OUTPUT, SOURCE = range(6)
EXISTING, MADE, SPLIT, BROUGHT_IN, OPENING_STOCK = range(5)
ACCEPTED, SHORT, OVER, REJECTED = range(1, 5)
QUANTITY, DAMAGED, TEMPERATURE = range(1, 4)
PASS, FAIL = 1, 2
NO_ORDER = bytes(32)

ALL_RIGHTS = (1 << 10) - 1
FAR = (1 << 40) - 1

NO_HEAD = bytes(24)

_SCHEMA = 1
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Place:
    """Where signatures count: the chain, and the contracts on it by name."""

    chain_id: int
    contracts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Holding:
    """A holding as its parties know it: its key, and its record after the last act they know of."""

    maker: int
    handle: bytes
    creator: int
    serial: int
    head: bytes = NO_HEAD
    seq: int = 0
    steps: tuple[tuple[bytes, str], ...] = ()
    """(action hash, signer) of every act on it, as its head folded them."""

    @property
    def key(self) -> dict[str, Any]:
        """The fields its id is the hash of."""
        return {"maker": self.maker, "handle": self.handle, "creator": self.creator, "serial": self.serial}

    @property
    def id(self) -> bytes:
        """The holding's 32 bytes on chain."""
        return holding_id(self.key)

    @property
    def lot(self) -> dict[str, Any]:
        """The key of the lot it is of."""
        return {"maker": self.maker, "handle": self.handle}

    def after(self, action: str, value: Mapping[str, Any], signer: str) -> Self:
        """The holding after one more act on it, foretold as the ledger will fold it."""
        step = (action_hash(action, value), signer)
        return replace(self, head=fold(self.head, *step), seq=self.seq + 1, steps=(*self.steps, step))

    def trail(self) -> dict[str, Any]:
        """Opens its head from the very first act."""
        return {
            "head_before": "0x" + NO_HEAD.hex(),
            "steps": [{"action_hash": "0x" + act.hex(), "signer": signer} for act, signer in self.steps],
        }


class Member:
    """An organisation that signs with one key."""

    def __init__(self, organisation: int, key: bytes, place: Place, seed: bytes = b"") -> None:
        self.organisation = organisation
        self.address = checksum_of(key)
        self._key = key
        self._place = place
        self._seed = keccak(seed + organisation.to_bytes(4))
        self._salts = count()
        self._serials = count(1)

    def salt(self) -> bytes:
        """32 bytes nobody without the seed can guess, each time others."""
        return keccak(self._seed + next(self._salts).to_bytes(8))

    def secret(self, purpose: str) -> bytes:
        """32 bytes that only who has the key can make, the same each time: for what a member shows to itself."""
        return HKDF(SHA256(), 32, salt=None, info=b"suyuan member " + purpose.encode()).derive(self._key)

    def sign(self, digest: bytes) -> bytes:
        """The member's signature, 65 bytes, over a digest that it has made itself."""
        return sign(digest, self._key)

    def new_holding(self, handle: bytes | None = None, maker: int | None = None) -> Holding:
        """A holding that is about to be created by this member: of a new lot, or of the one named."""
        return Holding(
            maker=self.organisation if maker is None else maker,
            handle=handle or self.salt(),
            creator=self.organisation,
            serial=next(self._serials),
        )

    def state(self, **fields: Any) -> dict[str, Any]:
        """An action: its own fields, when it happened (a moment ago unless given), the commitment to its details."""
        if "occurredAt" not in fields:
            # A minute ago: a chain whose clock is behind ours must not think us in the future.
            fields["occurredAt"] = clock.now() - 60
        if "root" not in fields:
            fields["root"] = self.salt()
        return {"schema": _SCHEMA, **fields}

    def lot_event(
        self, kind: int, action: int, items: Mapping[Holding, tuple[int, int]], *, at: int | None = None
    ) -> dict[str, Any]:
        """A `RecordLotEvent`; `items` gives each holding's role and origin."""
        ordered = sorted(items, key=lambda holding: (items[holding][0] not in (PARENT, SOURCE), holding.id))
        return self.state(
            **_when(at),
            kind=kind,
            action=action,
            items=[
                {"role": items[holding][0], "origin": items[holding][1], "holding": holding.key, "seq": holding.seq}
                for holding in ordered
            ],
        )

    def consignment(self, receiver: "Member") -> dict[str, Any]:
        """The key of a new consignment to another member."""
        return {"from": self.organisation, "to": receiver.organisation, "handle": self.salt()}

    def dispatch(
        self,
        holding: Holding,
        consignment: Mapping[str, Any],
        *,
        order: bytes = NO_ORDER,
        line: int = 0,
        lapses_at: int = FAR,
        at: int | None = None,
    ) -> dict[str, Any]:
        """A `DispatchGoods`: one line of a consignment, on one line of an order or of none."""
        return self.state(
            holding=holding.key,
            consignment=consignment,
            seq=holding.seq,
            order=order,
            line=line,
            lapsesAt=lapses_at,
            **_when(at),
        )

    def receipt(
        self,
        holding: Holding,
        consignment: Mapping[str, Any],
        *,
        outcome: int = ACCEPTED,
        cause: int = 0,
        quarantine: bool = False,
        at: int | None = None,
    ) -> dict[str, Any]:
        """A `ReceiveGoods`: what this member says of one line that is on its way to it."""
        return self.state(
            holding=holding.key,
            consignment=consignment,
            agreesTo=holding.head,
            outcome=outcome,
            cause=cause,
            quarantine=quarantine,
            **_when(at),
        )

    def correction(self, holding: Holding, *, lapses_at: int = FAR, at: int | None = None) -> dict[str, Any]:
        """A `CorrectDetails` of a holding's first record, its making; the trail that goes with it is the holding's."""
        first, _ = holding.steps[0]
        ledger = self._place.contracts["Traceability"]
        correction = {"ledger": ledger, "subject": holding.id, "corrects": first}
        return self.state(correction=correction, seq=0, lapsesAt=lapses_at, **_when(at))

    def batch(
        self,
        action: str,
        *actions: Mapping[str, Any],
        mode: int = MODE_EACH,
        deadline: int | None = None,
        nonce: int | None = None,
        trails: list[dict[str, Any]] | None = None,
        details: list[dict[str, Any] | None] | None = None,
    ) -> dict[str, Any]:
        """A signed batch as POST /v1/submissions takes it."""
        contract = self._place.contracts[ACTIONS[action].ledger]
        signed = Batch(
            action,
            actions,
            nonce=int.from_bytes(self.salt()) if nonce is None else nonce,
            deadline=clock.now() + _DAY if deadline is None else deadline,
            mode=mode,
        )
        digest = signed.digest(Domain(self._place.chain_id, contract))
        return {
            "chain_id": self._place.chain_id,
            "contract": contract,
            "action": action,
            "actions": action_json.to_json(list(actions)),
            "trails": trails or [],
            "details": details or [],
            "authorisation": {
                "signer": self.address,
                "nonce": str(signed.nonce),
                "deadline": signed.deadline,
                "mode": mode,
                "signature": "0x" + sign(digest, self._key).hex(),
            },
        }


def _when(at: int | None) -> dict[str, int]:
    """When an action happened, if that is given."""
    return {} if at is None else {"occurredAt": at}


def checksum_of(key: bytes) -> str:
    """The address of a private key."""
    return checksum(bytes.fromhex(recover(bytes(32), sign(bytes(32), key))[2:]))


def admission(
    operator: Member, authority: Member, newcomers: Mapping[Member, int]
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """The batches that admit organisations: proposed, confirmed, and each key's own enrolment. In this order.

    Args:
        newcomers: each with the mask of its roles.
    """
    proposals = [
        operator.state(
            organisation=member.organisation,
            roles=roles,
            key=member.address,
            rights=ALL_RIGHTS,
            validUntil=FAR,
            enrolBy=FAR,
        )
        for member, roles in newcomers.items()
    ]
    heads = [fold(NO_HEAD, action_hash("AdmitOrganisation", proposal), operator.address) for proposal in proposals]
    confirmations = [
        authority.state(organisation=member.organisation, agreesTo=head)
        for member, head in zip(newcomers, heads, strict=True)
    ]
    enrolments = [
        member.batch("EnrolKey", member.state(organisation=member.organisation, key=member.address, agreesTo=head))
        for member, head in zip(newcomers, heads, strict=True)
    ]
    return (
        operator.batch("AdmitOrganisation", *proposals),
        authority.batch("ConfirmAdmission", *confirmations),
        enrolments,
    )
