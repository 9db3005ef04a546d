"""A block as an evidence file carries it: its header in RLP, and the seals of the consensus that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.signatures import checksum
from indexer.errors import Retryable
from indexer.proofs import ProvingNode
from verifier import rlp
from verifier.anchor import check_anchor
from verifier.refusal import Refusal
from verifier.trust import Seals, Trust

# The fields of a header in their order. A fork adds to the end; a chain has those of the forks it is past.
_BYTES, _NUMBER = False, True
_FIELDS = (
    ("parentHash", _BYTES),
    ("sha3Uncles", _BYTES),
    ("miner", _BYTES),
    ("stateRoot", _BYTES),
    ("transactionsRoot", _BYTES),
    ("receiptsRoot", _BYTES),
    ("logsBloom", _BYTES),
    ("difficulty", _NUMBER),
    ("number", _NUMBER),
    ("gasLimit", _NUMBER),
    ("gasUsed", _NUMBER),
    ("timestamp", _NUMBER),
    ("extraData", _BYTES),
    ("mixHash", _BYTES),
    ("nonce", _BYTES),
    ("baseFeePerGas", _NUMBER),
    ("withdrawalsRoot", _BYTES),
    ("blobGasUsed", _NUMBER),
    ("excessBlobGas", _NUMBER),
    ("parentBeaconBlockRoot", _BYTES),
    ("requestsHash", _BYTES),
)
_ALWAYS = 15


@dataclass(frozen=True, slots=True)
class Anchor:
    """A block to prove things in: its number and hash, its header in RLP, who may seal such blocks."""

    number: int
    hash: bytes
    header: bytes
    seals: Seals | None


def anchor_at(node: ProvingNode, number: int) -> Anchor:
    """A block of the node's.

    Raises:
        Retryable: the node does not answer, or gives a header that does not have the hash it names.
    """
    answer = node.header(number)
    try:
        header = encoded(answer)
        found = Anchor(number, bytes.fromhex(answer["hash"][2:]), header, _seals(answer["extraData"]))
    except (KeyError, ValueError, TypeError) as error:
        raise _half(number, f"{type(error).__name__} {error}") from error
    try:
        block, _ = check_anchor(header, None, _trusting(found.seals))
    except Refusal as refusal:
        raise _half(number, str(refusal)) from refusal
    if (block.number, block.hash) != (number, found.hash):
        raise _half(number, "its header does not have its hash")
    return found


def encoded(answer: Mapping[str, Any]) -> bytes:
    """The RLP of a header that came as `eth_getBlockByNumber` gives it."""
    present = [field for place, field in enumerate(_FIELDS) if place < _ALWAYS or answer.get(field[0]) is not None]
    return rlp.encode([_number(answer[name]) if is_number else _raw(answer[name]) for name, is_number in present])


def _raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _number(text: str) -> bytes:
    number = int(text, 16)
    return number.to_bytes((number.bit_length() + 7) // 8)


def _seals(extra: str) -> Seals | None:
    """The validators that a QBFT header names. A Clique header does not name them, and other chains seal nothing."""
    try:
        content = rlp.decode(_raw(extra))
    except ValueError:
        return None
    match content:
        case [bytes(), list() as validators, _, bytes(), list()]:
            return Seals("qbft", frozenset(checksum(each) for each in validators if isinstance(each, bytes)))
    return None


def _trusting(seals: Seals | None) -> Trust:
    """Asks for nothing but what a header says of itself."""
    return Trust(
        chain_id=0,
        genesis=bytes(32),
        ledgers={},
        threshold=0,
        witnesses=frozenset(),
        seals=seals,
        not_before=0,
        names={},
    )


def _half(number: int, reason: str) -> Retryable:
    return Retryable("node_contradicts", f"block {number}: {reason}", "tried again; if this lasts, use another node")
