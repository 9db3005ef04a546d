"""The words in the slots a file proves, as ``contracts/src/types/Record.sol`` and ``Key.sol`` lay them out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from contracts.signatures import keccak

RECORDS_SLOT: Final = 0
ENROLLED_SLOT: Final = 7


class Flag(IntFlag):
    """What lies on a subject."""

    PACKED = 1 << 0
    HELD_BY_PARTY = 1 << 1
    HELD_BY_REGULATOR = 1 << 2
    RECALLED = 1 << 3
    DISPUTED = 1 << 4
    BREACH = 1 << 5
    CLOSED = 1 << 6
    QUARANTINED = 1 << 7


@dataclass(frozen=True, slots=True)
class Record:
    """The record of a subject: 24 bytes of head, who is answerable, how many records, status and flags."""

    head: bytes
    holder: int
    seq: int
    status: int
    flags: Flag

    @classmethod
    def of(cls, word: bytes) -> Record:
        """Unpacks a slot of 32 bytes."""
        return cls(
            head=word[:24],
            holder=int.from_bytes(word[24:27], "big"),
            seq=int.from_bytes(word[27:30], "big"),
            status=word[30],
            flags=Flag(word[31]),
        )


@dataclass(frozen=True, slots=True)
class Key:
    """Whom a key speaks for and when, in Unix seconds; 0 where nothing was said."""

    organisation: int
    rights: int
    valid_from: int
    valid_until: int
    compromised_since: int
    revoked_at: int

    @classmethod
    def of(cls, word: bytes) -> Key:
        """Unpacks a slot of 32 bytes."""
        number = int.from_bytes(word, "big")
        moments = [number >> shift & (1 << 40) - 1 for shift in (40, 80, 120, 160)]
        return cls(number & (1 << 24) - 1, number >> 24 & (1 << 16) - 1, *moments)


def place_in_mapping(key: bytes, slot: int) -> bytes:
    """Where Solidity keeps the value of a key of a mapping at a slot; shorter keys are padded on the left."""
    return keccak(key.rjust(32, b"\0") + slot.to_bytes(32, "big"))
