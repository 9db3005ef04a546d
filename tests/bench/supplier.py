"""A supplier on ledgers of its own, who signs lot events, and the gas they take."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from eth_account import Account

from backend.sandbox.anvil import Anvil
from contracts.deployer import Deployment, Founders, deploy
from contracts.signatures import keccak, sign
from contracts.typed_data import ACTIONS, MODE_ALL, Batch, Domain, Value, organisation_id, signer_id
from contracts.wire import SignedBatch, calldata

OPERATOR, AUTHORITY, SUPPLIER = 1, 2, 3
_ROLE_SUPPLIER = 1 << 2
_ALL_RIGHTS = (1 << 10) - 1
_FAR = (1 << 40) - 1
_OBJECT = 0
_ADD, _OBSERVE = 1, 2
_EXISTING, _MADE = 0, 1


class Supplier:
    """Deploys the ledgers on a chain, has itself admitted, and records one batch a transaction."""

    def __init__(self, anvil: Anvil) -> None:
        self._anvil = anvil
        self._keys = {organisation: os.urandom(32) for organisation in (OPERATOR, AUTHORITY, SUPPLIER)}
        founders = Founders(operator=self.address(OPERATOR), authority=self.address(AUTHORITY))
        self.deployment: Deployment = deploy(anvil.url, anvil.funded_keys[0], founders)
        self._occurred_at = int(time.time()) - 60
        self._nonce = 0
        self._admit()

    def address(self, organisation: int) -> str:
        return str(Account.from_key(self._keys[organisation]).address)

    def make(self, handles: Sequence[bytes]) -> int:
        """Records a new holding of each lot, all under one signature; the gas of the transaction."""
        return self.record(SUPPLIER, "RecordLotEvent", [self.lot_event(handle) for handle in handles])

    def observe(self, handles: Sequence[bytes], seq: int) -> int:
        """Records that each of these holdings was seen, all under one signature; the gas of the transaction."""
        return self.record(SUPPLIER, "RecordLotEvent", [self.lot_event(handle, seq) for handle in handles])

    def lot_event(self, handle: bytes, seq: int = 0) -> dict[str, Any]:
        """One event about one holding: its making, or for a `seq` that it was seen."""
        item = {"role": 0, "origin": _EXISTING if seq else _MADE, "holding": self.holding(handle), "seq": seq}
        return {"kind": _OBJECT, "action": _OBSERVE if seq else _ADD, "items": [item], **self.statement()}

    def holding(self, handle: bytes) -> dict[str, Any]:
        """The key of its holding of a lot."""
        return {"maker": SUPPLIER, "handle": handle, "creator": SUPPLIER, "serial": 1}

    def statement(self, root: bytes | None = None) -> dict[str, Any]:
        """What every action says; about details that nobody has, if there is no root."""
        return {"occurredAt": self._occurred_at, "schema": 1, "root": root or os.urandom(32)}

    def signed(self, organisation: int, action: str, actions: Sequence[Value], nonce: int | None = None) -> SignedBatch:
        """If it is not given, the nonce ascends, as a client's does: 256 of them share a slot."""
        if nonce is None:
            self._nonce += 1
            nonce = self._nonce
        batch = Batch(action, tuple(actions), nonce, _FAR, MODE_ALL)
        signature = sign(batch.digest(self._domain(action)), self._keys[organisation])
        return SignedBatch(batch, self.address(organisation), signature)

    def record(self, organisation: int, action: str, actions: Sequence[Value]) -> int:
        data = calldata(self.signed(organisation, action, actions))
        return gas_of(self._anvil, self._domain(action).verifying_contract, data)

    def post(self, action: str, data: bytes) -> None:
        """Hands the calldata of a signed batch to the chain, and does not wait for its block."""
        self._anvil.ask("eth_sendTransaction", _transaction(self._anvil, self._domain(action).verifying_contract, data))

    def _domain(self, action: str) -> Domain:
        ledger = self.deployment.contracts[ACTIONS[action].ledger]
        return Domain(self.deployment.chain_id, ledger.address)

    def _admit(self) -> None:
        key = self.address(SUPPLIER)
        terms = {"roles": _ROLE_SUPPLIER, "key": key, "rights": _ALL_RIGHTS, "validUntil": _FAR, "enrolBy": _FAR}
        self._record_one(OPERATOR, "AdmitOrganisation", **terms)
        self._record_one(AUTHORITY, "ConfirmAdmission", agreesTo=self._head(organisation_id(SUPPLIER)))
        self._record_one(SUPPLIER, "EnrolKey", key=key, agreesTo=self._head(signer_id(SUPPLIER, key)))

    def _record_one(self, organisation: int, action: str, **fields: Any) -> None:
        self.record(organisation, action, [{"organisation": SUPPLIER, **fields, **self.statement()}])

    def _head(self, subject: bytes) -> bytes:
        participants = self.deployment.contracts["Participants"].address
        data = keccak(b"recordOf(bytes32)")[:4] + subject
        answer = self._anvil.ask("eth_call", {"to": participants, "data": f"0x{data.hex()}"}, "latest")
        return bytes.fromhex(str(answer)[2:])[:24]


def gas_of(anvil: Anvil, to: str | None, data: bytes) -> int:
    """Has a transaction mined; its gas.

    Raises:
        RuntimeError: it reverted, so there is nothing to measure.
    """
    return int(receipt_of(anvil, to, data)["gasUsed"], 16)


def receipt_of(anvil: Anvil, to: str | None, data: bytes) -> Mapping[str, Any]:
    """Has a transaction mined, paid for by an account of the chain's own; `to` is None to create a contract."""
    receipt = anvil.ask("eth_sendTransactionSync", _transaction(anvil, to, data))
    assert isinstance(receipt, dict)
    if receipt["status"] != "0x1":
        raise RuntimeError(f"a transaction to {to} with {len(data)} bytes reverted")
    return receipt


def _transaction(anvil: Anvil, to: str | None, data: bytes) -> dict[str, str]:
    accounts = anvil.ask("eth_accounts")
    assert isinstance(accounts, list)
    return {"from": accounts[1], "gas": hex(200_000_000), "data": f"0x{data.hex()}"} | ({"to": to} if to else {})
