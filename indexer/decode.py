"""One log -> one event, or a halt. Never a skip: a log that is not understood is a record that would be lost.

The encoding must be the canonical one, as solc writes it: tails in order, no gap, nothing after the last. What
is short, long, padded with anything but zeros or unknown stops the indexer before a row is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from indexer.errors import Halt
from indexer.events import WORD, EventKind

# number = block << 32 | log index << 12 | position, so that rows sort as the chain does.
BLOCK_SHIFT = 32
LOG_SHIFT = 12
POSITION_BITS = 12
MAX_BLOCK = 1 << 31
MAX_LOG = 1 << (BLOCK_SHIFT - LOG_SHIFT)
MAX_POSITION = 1 << POSITION_BITS


Sliced = tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]


# Log and Event are made once a record; frozen ones would take four times as long to make.
@dataclass(slots=True)
class Log:
    """A log as the node gave it, in bytes. `topics` without the first one, joined."""

    block: int
    block_hash: bytes
    index: int
    transaction: bytes
    address: bytes
    topic: bytes
    topics: bytes
    data: bytes


@dataclass(slots=True)
class Event:
    """A decoded log. `number` is its place in chain order (position 0); `fields` has every scalar by name,
    `lists` every array of structs, each element again by name."""

    kind: EventKind
    number: int
    contract: bytes
    transaction: bytes
    fields: dict[str, Any]
    lists: dict[str, list[dict[str, Any]]]


def event_number(block: int, log: int) -> int:
    """The surrogate of an event; raises Halt where a chain outgrows it."""
    if not (0 <= block < MAX_BLOCK and 0 <= log < MAX_LOG):
        raise Halt(
            "number_exhausted",
            f"block {block}, log {log} is beyond what a row number holds",
            "widen it in indexer/decode.py and run `suyuan index rebuild`",
        )
    return block << BLOCK_SHIFT | log << LOG_SHIFT


class Decoder:
    """Decodes the logs of the deployed contracts.

    `contracts` maps each address to the name of its artifact; `kinds` are the events of all artifacts.
    """

    def __init__(self, contracts: Mapping[bytes, str], kinds: Iterable[EventKind]) -> None:
        kinds = tuple(kinds)
        known = {kind.contract for kind in kinds}
        for address, name in contracts.items():
            if name not in known:
                raise Halt(
                    "contract_unknown",
                    f"no artifact describes {name} at 0x{address.hex()}",
                    "install the release that deployed it",
                )
        self._kinds = {
            (address, kind.topic): (kind, _slicer(kind))
            for address, name in contracts.items()
            for kind in kinds
            if kind.contract == name
        }

    def decode(self, log: Log) -> Event:
        """
        Raises:
            Halt: no contract of ours says such a thing, or not in this encoding.
        """
        known = self._kinds.get((log.address, log.topic))
        if known is None:
            raise Halt(
                "event_unknown",
                f"event 0x{log.topic.hex()} of 0x{log.address.hex()} in block {log.block}, log {log.index}",
                "install the release whose artifacts describe it, then run `suyuan index rebuild`",
            )
        kind, slice_ = known
        try:
            fields, lists = slice_(log.topics, log.data)
        except ValueError as error:
            raise Halt(
                "event_malformed",
                f"{kind.name} in block {log.block}, log {log.index} is not canonically encoded: {error}",
                "ask a second node for this log; if it answers alike, the deployed contract is not the one we know",
            ) from error
        return Event(kind, event_number(log.block, log.index), log.address, log.transaction, fields, lists)


def _slicer(kind: EventKind) -> Callable[[bytes, bytes], Sliced]:
    """The function that takes the topics (without the first) and the data of such an event apart."""
    indexed = kind.indexed * WORD
    tail = tuple((name, f"{name}_offset", kind.lists.get(name)) for name in kind.tail)

    def slice_(topics: bytes, data: bytes) -> Sliced:
        if len(topics) != indexed:
            raise ValueError(f"{len(topics) // WORD} indexed topics instead of {kind.indexed}")
        said = topics + data
        fields = kind.head.read(said, 0)
        lists: dict[str, list[dict[str, Any]]] = {}
        at = kind.head.size
        for name, offset, layout in tail:
            if fields.pop(offset) != at - indexed:
                raise ValueError(f"the tail of {name} does not follow the one before it")
            length = int.from_bytes(said[at : at + WORD])
            at += WORD
            if length > len(said):
                raise ValueError(f"{name} claims {length} elements in {len(said)} bytes")
            if layout is None:
                fields[name], at = _blob(name, said, at, length)
                continue
            if length >= MAX_POSITION:
                raise ValueError(f"{name} has {length} elements, a row number holds {MAX_POSITION - 1}")
            end = at + length * layout.size
            lists[name] = [layout.read(said, start) for start in range(at, end, layout.size)]
            at = end
        if at != len(said):
            raise ValueError(f"{len(said) - indexed} bytes of data instead of {at - indexed}")
        return fields, lists

    return slice_


def _blob(name: str, said: bytes, at: int, length: int) -> tuple[bytes, int]:
    """The bytes at `at`, and where the word after them begins."""
    end = at + length
    after = at + -(-length // WORD) * WORD
    if any(said[end:after]):
        raise ValueError(f"padding bits are set after {name}")
    return said[at:end], after
