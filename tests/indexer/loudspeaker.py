"""A contract that says whatever it is told, so that a real chain can carry any log, also ones no ledger would write.

Its calldata is three topics, then the data of one LOG3: every event of ours but `NoncesCancelled` has two indexed
parameters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from backend.sandbox.anvil import Anvil
from indexer.events import ARTIFACTS

_RUNTIME = bytes.fromhex("60603603806060600037604035602035600035836000a300")
_DEPLOY = bytes.fromhex("60188060093d393df3") + _RUNTIME


class Loudspeaker:
    """One of them on a chain, standing in for a contract of ours."""

    def __init__(self, anvil: Anvil, contract: str) -> None:
        self._anvil = anvil
        self.contract = contract
        self._account = _first(anvil.ask("eth_accounts"))
        receipt = self._send({"data": f"0x{_DEPLOY.hex()}"})
        self.address = bytes.fromhex(receipt["contractAddress"][2:])
        self.block = int(receipt["blockNumber"], 16)

    def say(self, event: str, *arguments: Any) -> None:
        """Emits an event of the contract it stands for, its parameters in the order of the ABI."""
        topics, data = encoded(self.contract, event, arguments)
        self.say_raw(topics, data)

    def say_raw(self, topics: bytes, data: bytes) -> None:
        """Emits `topics` (three, joined) with `data`."""
        self._send({"to": f"0x{self.address.hex()}", "data": f"0x{(topics + data).hex()}"})

    def _send(self, transaction: Mapping[str, str]) -> dict[str, str]:
        sent = {"from": self._account, "gas": "0x200000", **transaction}
        receipt = self._anvil.ask("eth_sendTransactionSync", sent)
        assert isinstance(receipt, dict)
        assert "0x1" == receipt["status"]
        return receipt


def encoded(contract: str, event: str, arguments: tuple[Any, ...]) -> tuple[bytes, bytes]:
    """The topics, joined, and the data of an event, by eth_abi: an encoder that is not ours."""
    entry = _entries(contract)[event]
    types = [_type(parameter) for parameter in entry["inputs"]]
    pairs = list(zip(entry["inputs"], types, arguments, strict=True))
    topics = keccak(f"{event}({','.join(types)})".encode())
    topics += b"".join(encode([type_], [value]) for parameter, type_, value in pairs if parameter["indexed"])
    said = [(type_, value) for parameter, type_, value in pairs if not parameter["indexed"]]
    return topics, encode([type_ for type_, _ in said], [value for _, value in said])


@cache
def _entries(contract: str) -> dict[str, Any]:
    abi = json.loads((ARTIFACTS / f"{contract}.json").read_text(encoding="utf-8"))["abi"]
    return {entry["name"]: entry for entry in abi if entry["type"] == "event"}


def _type(parameter: Mapping[str, Any]) -> str:
    if not parameter["type"].startswith("tuple"):
        return str(parameter["type"])
    return f"({','.join(map(_type, parameter['components']))}){parameter['type'].removeprefix('tuple')}"


def _first(accounts: object) -> str:
    assert isinstance(accounts, list)
    return str(accounts[0])
