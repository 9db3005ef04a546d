"""What the contracts can say: every event of the ABI as a flat list of named fields with their place in the log.

The ABI is the only source. A struct is flattened into its fields; a packed word (`Record`, `Key`, `LotEventFacts`,
`LotItemFacts`) into the fields its Solidity file documents. All of them lie on byte borders, which is what lets
layout.py slice the whole static part of a log at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.artifact import artifact
from contracts.signatures import keccak
from contracts.typed_data import LEDGERS
from indexer.layout import Field, Layout

WORD = 32

# Most significant field first, as the bytes of the word stand in a log (contracts/src/types/*.sol).
PACKED: Mapping[str, Sequence[tuple[str, str]]] = {
    "Record": (
        ("head", "bytes24"),
        ("holder", "uint24"),
        ("seq", "uint24"),
        ("status", "uint8"),
        ("flags", "uint8"),
    ),
    "Key": (
        ("enrol_by", "uint40"),
        ("revoked_at", "uint40"),
        ("compromised_since", "uint40"),
        ("valid_until", "uint40"),
        ("valid_from", "uint40"),
        ("rights", "uint16"),
        ("organisation", "uint24"),
    ),
    "Terms": (
        ("buyer", "uint24"),
        ("supplier", "uint24"),
        ("lines", "uint16"),
        ("done", "uint8"),
        ("first_promised_at", "uint40"),
        ("promised_at", "uint40"),
        ("lapses_at", "uint40"),
        ("proposer", "uint24"),
        ("next_promised_at", "uint40"),
    ),
    "LotEventFacts": (
        ("index", "uint16"),
        ("breaches", "uint16"),
        ("items", "uint16"),
        ("occurred_at", "uint64"),
        ("schema", "uint32"),
        ("action", "uint8"),
        ("kind", "uint8"),
    ),
    "LotItemFacts": (
        ("seq", "uint24"),
        ("serial", "uint32"),
        ("creator", "uint24"),
        ("maker", "uint24"),
        ("origin", "uint8"),
        ("role", "uint8"),
    ),
}

# Parameters that only wrap: their fields speak for themselves and take no prefix.
WRAPPERS = frozenset({"action", "facts"})

_ELEMENTARY = re.compile(r"(uint|bytes)(\d+)|address|bool")


@dataclass(frozen=True)
class EventKind:
    """One event of one contract.

    `head` covers the indexed topics (without the first) followed by the static words of the data, in which each
    dynamic parameter has left its offset in the field `<name>_offset`. `lists` are the arrays of static structs,
    `blobs` the `bytes` parameters, `tail` the names of both in their order.
    """

    contract: str
    name: str
    signature: str
    indexed: int
    head: Layout
    tail: tuple[str, ...]
    lists: Mapping[str, Layout]
    blobs: frozenset[str]

    @cached_property
    def topic(self) -> bytes:
        return keccak(self.signature.encode())

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields that carry meaning: the head without offsets, then the blobs."""
        offsets = {f"{name}_offset" for name in self.tail}
        plain = tuple(field for field in self.head.fields if field.name not in offsets)
        return plain + tuple(Field(name, "bytes") for name in self.tail if name in self.blobs)


def snake(name: str) -> str:
    """`validUntil` -> `valid_until`, `KeyGranted` -> `key_granted`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def event_kinds(contract: str, abi: Sequence[Mapping[str, Any]]) -> tuple[EventKind, ...]:
    """Every event of an ABI; raises ValueError on a type this module cannot slice."""
    return tuple(_event_kind(contract, entry) for entry in abi if entry["type"] == "event")


def ledger_event_kinds() -> tuple[EventKind, ...]:
    """Every event of every ledger."""
    return tuple(kind for name in LEDGERS for kind in event_kinds(name, artifact(name).abi))


def _event_kind(contract: str, entry: Mapping[str, Any]) -> EventKind:
    inputs = entry["inputs"]
    indexed = [parameter for parameter in inputs if parameter["indexed"]]
    slots: list[Field | int] = []
    for parameter in indexed:
        slots += _static(parameter, "")
    tail: list[str] = []
    lists: dict[str, Layout] = {}
    blobs: set[str] = set()
    for parameter in inputs:
        if parameter["indexed"]:
            continue
        name = snake(parameter["name"])
        if parameter["type"] == "tuple[]":
            lists[name] = Layout([slot for part in parameter["components"] for slot in _static(part, "")])
        elif parameter["type"] == "bytes":
            blobs.add(name)
        else:
            slots += _static(parameter, "")
            continue
        tail.append(name)
        slots += [WORD - 8, Field(f"{name}_offset", "uint64")]
    return EventKind(
        contract=contract,
        name=entry["name"],
        signature=f"{entry['name']}({','.join(_canonical(parameter) for parameter in inputs)})",
        indexed=len(indexed),
        head=Layout(slots),
        tail=tuple(tail),
        lists=lists,
        blobs=frozenset(blobs),
    )


def _static(parameter: Mapping[str, Any], prefix: str) -> Iterator[Field | int]:
    """The slots of one static parameter, structs flattened and packed words opened."""
    name = snake(parameter["name"])
    inner = prefix if name in WRAPPERS else f"{prefix}{name}_"
    if parameter["type"] == "tuple":
        for component in parameter["components"]:
            yield from _static(component, inner)
        return
    if not _ELEMENTARY.fullmatch(parameter["type"]):
        raise ValueError(f"{parameter['type']} {name}: not a static type; teach indexer/events.py to slice it")
    internal = parameter["internalType"]
    if internal in PACKED:
        fields = [Field(inner + field, type_) for field, type_ in PACKED[internal]]
        unused = WORD - sum(field.size for field in fields)
        if unused:
            yield unused
        yield from fields
        return
    if internal != parameter["type"] and not internal.startswith(("enum ", "contract ")):
        raise ValueError(f"{internal} {name}: a packed word without a layout; add it to PACKED in events.py")
    field = Field(prefix + name, parameter["type"])
    padding = WORD - field.size
    if field.type.startswith("bytes"):
        yield field
        if padding:
            yield padding
    else:
        if padding:
            yield padding
        yield field


def _canonical(parameter: Mapping[str, Any]) -> str:
    """The type as it stands in an event's signature."""
    if not parameter["type"].startswith("tuple"):
        return str(parameter["type"])
    inner = ",".join(_canonical(component) for component in parameter["components"])
    return f"({inner}){parameter['type'].removeprefix('tuple')}"
