"""How a signed batch becomes calldata, and back.

All actions travel as the plain ABI of their struct but one: `RecordLotEvent` travels packed (contracts/src/types/
LotEvent.sol), because at fifty records a transaction that saves a tenth of the gas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Final

from eth_abi.abi import decode, encode

from contracts.signatures import TypedDataError, keccak
from contracts.typed_data import ACTIONS, STRUCTS, Batch, Value

_AUTHORISATION: Final = "(address,uint256,uint64,uint8,bytes)"
_LOT_EVENT: Final = "(uint256,bytes32)"
_LOT_ITEM: Final = "(bytes32,uint256)"
_TRAIL: Final = "(bytes24,(bytes32,address)[])"

# name, bits - least significant first
_EVENT_FACTS: Final = (("kind", 8), ("action", 8), ("schema", 32), ("occurredAt", 64), ("items", 16))
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
    return pack(_EVENT_FACTS, {**event, "items": len(event["items"])})


def pack_item_facts(item: Value) -> int:
    """The word `LotItemFacts` of a `LotItem`."""
    return pack(_ITEM_FACTS, {**item["holding"], **item})


def unpack_lot_event(facts: int, root: bytes, items: Iterable[tuple[bytes, int]]) -> dict[str, Any]:
    """The `RecordLotEvent` that travelled as these words: what calldata and the log `LotEventRecorded` carry.

    ``items`` are (handle, facts) pairs. Breaches and index, which the log adds to the facts, are left aside.
    """
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
    arguments: list[Any] = [[_positional(batch.action, value) for value in batch.actions]]
    if batch.action == "RecordLotEvent":
        items = [item for event in batch.actions for item in event["items"]]
        arguments.append([(item["holding"]["handle"], pack_item_facts(item)) for item in items])
    elif ACTIONS[batch.action].proof:
        if len(signed.trails) != len(batch.actions):
            raise TypedDataError("trails_mismatch", "trails", f"{len(batch.actions)} are needed, one for each action")
        arguments.append([(trail.head_before, trail.steps) for trail in signed.trails])
    arguments.append((signed.signer, batch.nonce, batch.deadline, batch.mode, signed.signature))
    return selector(batch.action) + encode(_types(batch.action), arguments)


def parse_calldata(data: bytes) -> SignedBatch:
    """The reverse of :func:`calldata`. Raises ``KeyError`` for a call that records no batch."""
    action = _actions_by_selector()[data[:4]]
    rows, *more, authorisation = decode(_types(action), data[4:])
    trails: tuple[Trail, ...] = ()
    if action == "RecordLotEvent":
        items = iter(more[0])
        actions = [
            unpack_lot_event(facts, root, islice(items, unpack(_EVENT_FACTS, facts)["items"])) for facts, root in rows
        ]
    else:
        actions = [_named(action, row) for row in rows]
        trails = tuple(Trail(head, tuple(steps)) for head, steps in (more[0] if more else ()))
    signer, nonce, deadline, mode, signature = authorisation
    return SignedBatch(Batch(action, tuple(actions), nonce, deadline, mode), signer, signature, trails)


@cache
def selector(action: str) -> bytes:
    """The four bytes that call an action's function."""
    return keccak(f"{ACTIONS[action].function}({','.join(_types(action))})".encode())[:4]


@cache
def _types(action: str) -> tuple[str, ...]:
    """ABI types of the arguments of an action's function."""
    if action == "RecordLotEvent":
        return (f"{_LOT_EVENT}[]", f"{_LOT_ITEM}[]", _AUTHORISATION)
    proof = (f"{_TRAIL}[]",) if ACTIONS[action].proof else ()
    return (f"{_struct_type(action)}[]", *proof, _AUTHORISATION)


@cache
def _actions_by_selector() -> dict[bytes, str]:
    return {selector(action): action for action in ACTIONS}


def _struct_type(struct: str) -> str:
    parts = [_struct_type(field.type) if field.type in STRUCTS else field.type for field in STRUCTS[struct]]
    return f"({','.join(parts)})"


def _positional(struct: str, value: Value) -> tuple[Any, ...]:
    if struct == "RecordLotEvent":
        return (pack_event_facts(value), value["root"])
    return tuple(
        _positional(field.type, value[field.name]) if field.type in STRUCTS else value[field.name]
        for field in STRUCTS[struct]
    )


def _named(struct: str, value: Sequence[Any]) -> dict[str, Any]:
    return {
        field.name: _named(field.type, item) if field.type in STRUCTS else item
        for field, item in zip(STRUCTS[struct], value, strict=True)
    }
