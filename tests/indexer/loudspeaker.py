"""Contracts and logs that no ledger of ours would make, for the mirror to stumble over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_abi.abi import encode

from contracts.artifact import artifact
from contracts.deployer import Contract
from contracts.signatures import keccak
from tests.indexer.history import History

# Calldata is three topics, then the data, of the one LOG3 it emits.
_RUNTIME = bytes.fromhex("60603603806060600037604035602035600035836000a300")
_DEPLOY = bytes.fromhex("60188060093d393df3") + _RUNTIME


class Loudspeaker:
    """Says whatever it is told, from an address of its own."""

    def __init__(self, history: History) -> None:
        self._history = history
        receipt = history.send(None, _DEPLOY)
        self.contract = Contract(
            address=receipt["contractAddress"],
            code_hash=f"0x{keccak(_RUNTIME).hex()}",
            constructor_arguments=(),
            block=int(receipt["blockNumber"], 16),
            transaction=receipt["transactionHash"],
        )

    def say(self, topics: bytes, data: bytes) -> None:
        self._history.send(self.contract.address, topics + data)


def encoded(contract: str, event: str, arguments: tuple[Any, ...]) -> tuple[bytes, bytes]:
    """The topics, joined, and the data of an event, by eth_abi: an encoder that is not ours."""
    entry = next(each for each in artifact(contract).abi if each["type"] == "event" and each["name"] == event)
    types = [_type(parameter) for parameter in entry["inputs"]]
    pairs = list(zip(entry["inputs"], types, arguments, strict=True))
    topics = keccak(f"{event}({','.join(types)})".encode())
    topics += b"".join(encode([type_], [value]) for parameter, type_, value in pairs if parameter["indexed"])
    said = [(type_, value) for parameter, type_, value in pairs if not parameter["indexed"]]
    return topics, encode([type_ for type_, _ in said], [value for _, value in said])


def _type(parameter: Mapping[str, Any]) -> str:
    if not parameter["type"].startswith("tuple"):
        return str(parameter["type"])
    return f"({','.join(map(_type, parameter['components']))}){parameter['type'].removeprefix('tuple')}"
