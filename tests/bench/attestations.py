"""The peer of the gas bench: the Ethereum Attestation Service, as its authors compiled it, on the same chain.

One attestation carries 200 bytes; `multiAttestByDelegation` takes many in one transaction, each with its author's own
signature. A later event about a subject is an attestation that refers to the first by its uid.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from eth_abi.abi import decode, encode
from eth_account import Account
from eth_account.messages import encode_typed_data

from backend.sandbox.anvil import CHAIN_ID, Anvil
from contracts.signatures import keccak
from tests.bench.supplier import receipt_of

PEER: Final = "EAS 1.4 multiAttestByDelegation"
DATA_BYTES: Final = 200

FOLDER: Final = Path(__file__).parent / "eas" / "node_modules" / "@ethereum-attestation-service" / "eas-contracts"
_SCHEMA: Final = "bytes record"
_NOBODY: Final = "0x" + "00" * 20
_REQUEST: Final = "(address,uint64,bool,bytes32,bytes,uint256)"
_ATTEST: Final = f"((bytes32,{_REQUEST}[],(uint8,bytes32,bytes32)[],address,uint64)[])"
_ATTESTED: Final = "0x" + keccak(b"Attested(address,address,bytes32,bytes32)").hex()
_FIELDS: Final = (
    "address attester,bytes32 schema,address recipient,uint64 expirationTime,bool revocable,bytes32 refUID,"
    "bytes data,uint256 value,uint256 nonce,uint64 deadline"
)


@cache
def _artifact(name: str) -> dict[str, Any]:
    path = FOLDER / "artifacts" / "contracts" / f"{name}.sol" / f"{name}.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


class Attester:
    """Deploys the schema registry and EAS on a chain, and attests by delegation."""

    def __init__(self, anvil: Anvil) -> None:
        self._anvil = anvil
        self._account = Account.create()
        self._deadline = int(time.time()) + 10**6
        self._nonce = 0
        registry = self._create("SchemaRegistry")
        self._eas = self._create("EAS", encode(("address",), (registry,)))
        register = encode(("string", "address", "bool"), (_SCHEMA, _NOBODY, True))
        receipt_of(anvil, registry, keccak(b"register(string,address,bool)")[:4] + register)
        self._schema = keccak(_SCHEMA.encode() + bytes(20) + b"\x01")
        self._name = self._ask_name()

    def attest(self, about: Sequence[bytes]) -> tuple[int, list[bytes]]:
        """Attests once for each uid referred to (32 zero bytes for none); the transaction's gas, and the new uids."""
        requests = [(_NOBODY, 0, True, reference, os.urandom(DATA_BYTES), 0) for reference in about]
        signatures = [self._sign(request) for request in requests]
        batch = [(self._schema, requests, signatures, self._account.address, self._deadline)]
        data = keccak(f"multiAttestByDelegation{_ATTEST}".encode())[:4] + encode((_ATTEST[1:-1],), (batch,))
        receipt = receipt_of(self._anvil, self._eas, data)
        uids = [bytes.fromhex(log["data"][2:]) for log in receipt["logs"] if log["topics"][0] == _ATTESTED]
        return int(receipt["gasUsed"], 16), uids

    def _sign(self, request: tuple[Any, ...]) -> tuple[int, bytes, bytes]:
        recipient, expiration, revocable, reference, data, value = request
        names = [field.split() for field in _FIELDS.split(",")]
        values = (
            *(self._account.address, self._schema, recipient, expiration, revocable, reference, data, value),
            *(self._nonce, self._deadline),
        )
        message = encode_typed_data(
            {"name": self._name, "version": "1.4.0", "chainId": CHAIN_ID, "verifyingContract": self._eas},
            {"Attest": [{"name": name, "type": type_} for type_, name in names]},
            dict(zip([name for _, name in names], values, strict=True)),
        )
        self._nonce += 1
        signed = self._account.sign_message(message)
        return signed.v, signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big")

    def _create(self, name: str, arguments: bytes = b"") -> str:
        code = bytes.fromhex(_artifact(name)["bytecode"][2:])
        return str(receipt_of(self._anvil, None, code + arguments)["contractAddress"])

    def _ask_name(self) -> str:
        data = "0x" + keccak(b"getName()")[:4].hex()
        answer = str(self._anvil.ask("eth_call", {"to": self._eas, "data": data}, "latest"))
        return str(decode(("string",), bytes.fromhex(answer[2:]))[0])
