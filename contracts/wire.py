"""How a signed batch becomes calldata, and back.

All actions travel as the plain ABI of their struct but one: `RecordLotEvent` travels packed (contracts/src/types/
LotEvent.sol), because at fifty records a transaction that saves a tenth of the gas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from eth_abi.abi import decode, encode

from contracts.signatures import TypedDataError, keccak
from contracts.typed_data import ACTIONS, STRUCTS, Batch, Value

_AUTHORISATION: Final = "(address,uint256,uint64,uint8,bytes)"
_LOT_EVENT: Final = "(uint256,bytes32,(bytes32,uint256)[])"
_TRAIL: Final = "(bytes24,(bytes32,address)[])"

# name, bits - least significant first
_EVENT_FACTS: Final = (("kind", 8), ("action", 8), ("schema", 32), ("occurredAt", 64))
_ITEM_FACTS: Final = (("role", 8), ("origin", 8), ("maker", 24), ("creator", 24), ("serial", 32), ("seq", 24))


@dataclass(frozen=True, slots=True)
class SignedBatch:
    """A batch, who signed it, and the 65-byte signature. ``trails`` go with corrections only."""

    batch: Batch
    signer: str
    signature: bytes
    trails: tuple[Trail, ...] = ()


@dataclass(frozen=True, slots=True)
class Trail:
    """Opens a head: the one before the corrected action, then every (action hash, signer) since, its own first."""

    head_before: bytes
    steps: tuple[tuple[bytes, str], ...]


def pack(layout: Sequence[tuple[str, int]], values: Mapping[str, int]) -> int:
    """Packs named numbers into one word, least significant first. They must fit: EIP-712 encoding has checked them."""
    word = shift = 0
    for name, bits in layout:
        word |= values[name] << shift
        shift += bits
    return word


def unpack(layout: Sequence[tuple[str, int]], word: int) -> dict[str, int]:
    """The reverse of :func:`pack`."""
    values = {}
    for name, bits in layout:
        values[name] = word & ((1 << bits) - 1)
        word >>= bits
    return values


def pack_event_facts(event: Value) -> int:
    """The word `LotEventFacts` of a `RecordLotEvent`."""
    return pack(_EVENT_FACTS, event)


def pack_item_facts(item: Value) -> int:
    """The word `LotItemFacts` of a `LotItem`."""
    return pack(_ITEM_FACTS, {**item["holding"], **item})


def unpack_lot_event(facts: int, root: bytes, items: Sequence[tuple[bytes, int]]) -> dict[str, Any]:
    """The `RecordLotEvent` that travelled as these words: what calldata and the log `LotEventRecorded` carry."""
    return {
        **unpack(_EVENT_FACTS, facts),
        "root": root,
        "items": [_unpack_item(handle, words) for handle, words in items],
    }


def _unpack_item(handle: bytes, facts: int) -> dict[str, Any]:
    values = unpack(_ITEM_FACTS, facts)
    holding = {"maker": values["maker"], "handle": handle, "creator": values["creator"], "serial": values["serial"]}
    return {"role": values["role"], "origin": values["origin"], "holding": holding, "seq": values["seq"]}


def calldata(signed: SignedBatch) -> bytes:
    """The call that records a signed batch.

    Raises :class:`TypedDataError` ``trails_mismatch`` if a correction does not bring one trail an action.
    """
    batch = signed.batch
    action = ACTIONS[batch.action]
    authorisation = (signed.signer, batch.nonce, batch.deadline, batch.mode, signed.signature)
    actions = [_positional(batch.action, value) for value in batch.actions]
    if action.proof is None:
        return selector(batch.action) + encode(
            [f"{_wire_type(batch.action)}[]", _AUTHORISATION], [actions, authorisation]
        )
    if len(signed.trails) != len(actions):
        raise TypedDataError("trails_mismatch", "trails", f"{len(actions)} trails are needed, one for each action")
    trails = [(trail.head_before, trail.steps) for trail in signed.trails]
    return selector(batch.action) + encode(
        [f"{_wire_type(batch.action)}[]", f"{_TRAIL}[]", _AUTHORISATION], [actions, trails, authorisation]
    )


def parse_calldata(data: bytes) -> SignedBatch:
    """The reverse of :func:`calldata`. Raises ``KeyError`` for a call that records no batch."""
    action = _actions_by_selector()[data[:4]]
    types = [f"{_wire_type(action)}[]", *([f"{_TRAIL}[]"] if ACTIONS[action].proof else []), _AUTHORISATION]
    actions, *trails, authorisation = decode(types, data[4:])
    signer, nonce, deadline, mode, signature = authorisation
    return SignedBatch(
        Batch(action, tuple(_named(action, value) for value in actions), nonce, deadline, mode),
        signer,
        signature,
        tuple(Trail(head, tuple(steps)) for head, steps in (trails[0] if trails else ())),
    )


@cache
def selector(action: str) -> bytes:
    """The four bytes that call an action's function."""
    trails = f"{_TRAIL}[]," if ACTIONS[action].proof else ""
    return keccak(f"{ACTIONS[action].function}({_wire_type(action)}[],{trails}{_AUTHORISATION})".encode())[:4]


@cache
def _actions_by_selector() -> dict[bytes, str]:
    return {selector(action): action for action in ACTIONS}


@cache
def _wire_type(struct: str) -> str:
    if struct == "RecordLotEvent":
        return _LOT_EVENT
    parts = [_wire_type(field.type) if field.type in STRUCTS else field.type for field in STRUCTS[struct]]
    return f"({','.join(parts)})"


def _positional(struct: str, value: Value) -> tuple[Any, ...]:
    if struct == "RecordLotEvent":
        items = [(item["holding"]["handle"], pack_item_facts(item)) for item in value["items"]]
        return (pack_event_facts(value), value["root"], items)
    return tuple(
        _positional(field.type, value[field.name]) if field.type in STRUCTS else value[field.name]
        for field in STRUCTS[struct]
    )


def _named(struct: str, value: Sequence[Any]) -> dict[str, Any]:
    if struct == "RecordLotEvent":
        return unpack_lot_event(*value)
    return {
        field.name: _named(field.type, item) if field.type in STRUCTS else item
        for field, item in zip(STRUCTS[struct], value, strict=True)
    }
