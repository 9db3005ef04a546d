"""A past for the mirror: real ledgers on a real chain, and a tenant who makes, splits, packs and transforms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_account import Account

from backend.sandbox.anvil import Anvil
from contracts.deployer import Deployment, Founders, deploy
from contracts.signatures import keccak, sign
from contracts.typed_data import ACTIONS, MODE_ALL, Batch, Domain, holding_id, organisation_id, signer_id
from contracts.wire import SignedBatch, calldata

OBJECT, AGGREGATION, TRANSFORMATION = 0, 1, 3
NONE, ADD, OBSERVE, DELETE = 0, 1, 2, 3
SUBJECT, PARENT, CHILD, INPUT, OUTPUT, SOURCE = range(6)
EXISTING, MADE, SPLIT = 0, 1, 2

OPERATOR, AUTHORITY, TENANT = 1, 2, 7
ROLE_TENANT = 1 << 3
ALL_RIGHTS = (1 << 10) - 1
FAR = (1 << 40) - 1
OCCURRED_AT = 1_700_000_000

Value = Mapping[str, Any]


class History:
    """Appends to the chain. Holdings go by their serial; `created` remembers the block each was made in."""

    def __init__(self, anvil: Anvil) -> None:
        self.anvil = anvil
        self._keys = {organisation: keccak(b"key%d" % organisation) for organisation in (OPERATOR, AUTHORITY, TENANT)}
        founders = Founders(operator=self.address(OPERATOR), authority=self.address(AUTHORITY))
        self.deployment: Deployment = deploy(anvil.url, anvil.funded_keys[0], founders)
        self.created: dict[int, int] = {}
        self._signed = 0
        self._serials = 0
        self._admit()

    def address(self, organisation: int) -> str:
        return str(Account.from_key(self._keys[organisation]).address)

    @property
    def height(self) -> int:
        return int(str(self.anvil.ask("eth_blockNumber")), 16)

    def make(self, lot: int = 1) -> int:
        """A new holding of a lot; its serial."""
        serial = self._next_serial()
        self.lot_event(OBJECT, ADD, {serial: (SUBJECT, MADE)}, lot)
        return serial

    def transform(self, inputs: list[int], outputs: int = 1) -> list[int]:
        made = [self._next_serial() for _ in range(outputs)]
        self.lot_event(
            TRANSFORMATION, NONE, dict.fromkeys(inputs, (INPUT, EXISTING)) | dict.fromkeys(made, (OUTPUT, MADE))
        )
        return made

    def split(self, source: int, parts: int = 2) -> list[int]:
        made = [self._next_serial() for _ in range(parts)]
        self.lot_event(OBJECT, ADD, {source: (SOURCE, EXISTING)} | dict.fromkeys(made, (SUBJECT, SPLIT)))
        return made

    def pack(self, parent: int, children: list[int]) -> None:
        self.lot_event(AGGREGATION, ADD, {parent: (PARENT, EXISTING)} | dict.fromkeys(children, (CHILD, EXISTING)))

    def unpack(self, parent: int, children: list[int]) -> None:
        self.lot_event(AGGREGATION, DELETE, {parent: (PARENT, EXISTING)} | dict.fromkeys(children, (CHILD, EXISTING)))

    def lot_event(self, kind: int, action: int, roles: Mapping[int, tuple[int, int]], lot: int = 1) -> None:
        """One event; `roles` gives each serial's role and origin."""
        ids = {serial: holding_id(holding(serial, lot)) for serial in roles}
        # A parent or source stands first, the others in the order of their ids.
        ordered = sorted(roles, key=lambda serial: (roles[serial][0] not in {PARENT, SOURCE}, ids[serial]))
        items = [
            {"role": role, "origin": origin, "holding": holding(serial, lot), "seq": self.seq(serial, lot)}
            for serial in ordered
            for role, origin in [roles[serial]]
        ]
        self.sign(TENANT, "RecordLotEvent", kind=kind, action=action, items=items)
        self.created |= {serial: self.height for serial, (_, origin) in roles.items() if origin != EXISTING}

    def dispatch(self, serial: int, lapses_at: int = FAR, order: bytes = bytes(32)) -> None:
        self.sign(
            TENANT,
            "DispatchGoods",
            holding=holding(serial),
            consignment=consignment(serial),
            seq=self.seq(serial),
            order=order,
            line=0,
            lapsesAt=lapses_at,
        )

    def end_dispatch(self, serial: int) -> None:
        """The tenant withdraws what it sent."""
        self.sign(
            TENANT,
            "EndDispatch",
            holding=holding(serial),
            consignment=consignment(serial),
            seq=self.seq(serial),
        )

    def receive_directly(self) -> int:
        """The tenant takes in goods of a sender who does not sign."""
        serial = self._next_serial()
        self.sign(
            TENANT,
            "ReceiveDirect",
            holding={**holding(serial), "maker": 0},
            order=bytes(32),
            line=0,
            claim=bytes(32),
            quarantine=False,
        )
        return serial

    def reorganise(self, depth: int) -> None:
        """Replaces the last `depth` blocks by as many empty ones."""
        self.anvil.ask("anvil_reorg", depth, [])
        kept = self.height - depth
        self.created = {serial: block for serial, block in self.created.items() if block <= kept}

    def sign(self, signer: int, action: str, /, *more: Value, **fields: Any) -> bytes:
        """Signs one action, or with `more` several of a kind, and has them recorded in a block of their own; the hash
        of the first."""
        self._signed += 1
        statement = {"occurredAt": OCCURRED_AT, "schema": 5, "root": keccak(b"root%d" % self._signed)}
        actions = tuple({**statement, **each} for each in (fields, *more))
        # Numbers at the far end of what a signer may choose.
        batch = Batch(action, actions, nonce=2**256 - self._signed, deadline=2**64 - 1, mode=MODE_ALL)
        ledger = self.deployment.contracts[ACTIONS[action].ledger].address
        signature = sign(batch.digest(Domain(self.deployment.chain_id, ledger)), self._keys[signer])
        self.send(ledger, calldata(SignedBatch(batch, self.address(signer), signature)))
        return batch.action_hashes()[0]

    def send(self, to: str | None, data: bytes) -> dict[str, str]:
        """Has a transaction mined; its receipt."""
        accounts = self.anvil.ask("eth_accounts")
        assert isinstance(accounts, list)
        transaction = {"from": accounts[1], "gas": "0x1000000", "data": f"0x{data.hex()}"} | ({"to": to} if to else {})
        receipt = self.anvil.ask("eth_sendTransactionSync", transaction)
        assert isinstance(receipt, dict)
        assert "0x1" == receipt["status"]
        return receipt

    def seq(self, serial: int, lot: int = 1) -> int:
        return int.from_bytes(self._record("Traceability", holding_id(holding(serial, lot)))[27:30])

    def is_loose(self, serial: int) -> bool:
        """Whether the holding is there to be used: neither packed nor used up."""
        return self._record("Traceability", holding_id(holding(serial)))[30:] == bytes([1, 0])

    def _admit(self) -> None:
        key = self.address(TENANT)
        self.sign(
            OPERATOR,
            "AdmitOrganisation",
            organisation=TENANT,
            roles=ROLE_TENANT,
            key=key,
            rights=ALL_RIGHTS,
            validUntil=FAR,
            enrolBy=FAR,
        )
        head = self._record("Participants", organisation_id(TENANT))[:24]
        self.sign(AUTHORITY, "ConfirmAdmission", organisation=TENANT, agreesTo=head)
        head = self._record("Participants", signer_id(TENANT, key))[:24]
        self.sign(TENANT, "EnrolKey", organisation=TENANT, key=key, agreesTo=head)

    def _record(self, ledger: str, subject: bytes) -> bytes:
        call = {
            "to": self.deployment.contracts[ledger].address,
            "data": f"0x{(keccak(b'recordOf(bytes32)')[:4] + subject).hex()}",
        }
        return bytes.fromhex(str(self.anvil.ask("eth_call", call, "latest"))[2:])

    def _next_serial(self) -> int:
        self._serials += 1
        return self._serials


def consignment(number: int) -> dict[str, Any]:
    """The key of a consignment from the tenant to the operator."""
    return {"from": TENANT, "to": OPERATOR, "handle": keccak(b"consignment%d" % number)}


def holding(serial: int, lot: int = 1) -> dict[str, Any]:
    """The key of a holding."""
    return {"maker": TENANT, "handle": keccak(b"lot%d" % lot), "creator": TENANT, "serial": serial}
