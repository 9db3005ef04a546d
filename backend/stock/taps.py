"""Taps: what an act moves, and the chain of hashes that keeps anybody from dropping or editing one unnoticed.

``hash_i = keccak256(hash_(i-1) ‖ RFC 8785 JSON of tap i)``, beginning with 32 zero bytes. The JSON has every column of
the tap but the hash; the tap that books a lot in also has the lot's facts (`lot`), so that those are sealed with it.
Bytes are 0x hex, ids and days as text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import rfc8785

from backend.stock.models import Kind
from backend.wire import to_hex
from contracts.signatures import keccak

NO_TAP = bytes(32)
"""The hash before the first tap."""

DOCK = "-"
"""收货区: where what was booked in lies until it is put away. No room can have this code."""

_LOT_FACTS = ("item", "lot_number", "expires_on", "released_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did: the columns of a tap that the journal does not give it itself."""

    kind: Kind
    lot_id: UUID
    quantity: int = 0
    room_from: str | None = None
    room_to: str | None = None
    opened_at: int = 0
    project: str | None = None
    cost_centre: str | None = None
    reason: str | None = None
    take_id: UUID | None = None
    take_round: int | None = None
    holding_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What changes in one place: `quantity` of the part of a lot that was opened then (0: unopened), up or down."""

    lot_id: UUID
    room: str
    opened_at: int
    quantity: int


def moves(tap: Mapping[str, Any]) -> list[Move]:
    """What a tap moves: out of one place, into another, or both. A count and a link move nothing."""
    found: list[Move] = []
    if tap["kind"] == Kind.COUNT:
        return found
    if tap["room_from"] is not None:
        found.append(Move(tap["lot_id"], tap["room_from"], tap["opened_at"], -tap["quantity"]))
    if tap["room_to"] is not None:
        opened_at = tap["at"] if tap["kind"] == Kind.OPEN else tap["opened_at"]
        found.append(Move(tap["lot_id"], tap["room_to"], opened_at, tap["quantity"]))
    return found


def seal(previous: bytes, tap: Mapping[str, Any], lot: Mapping[str, Any]) -> bytes:
    """The hash of a tap, 32 bytes.

    Args:
        previous: the hash of the tap before it.
        tap: its columns by name; `hash` is left out.
        lot: the columns of its stock lot.
    """
    row: dict[str, Any] = {name: _plain(value) for name, value in tap.items() if name != "hash"}
    if tap["kind"] == Kind.BOOK_IN:
        row["lot"] = {name: _plain(lot[name]) for name in _LOT_FACTS}
    return keccak(previous + rfc8785.dumps(row))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return to_hex(value)
    return str(value) if isinstance(value, UUID | date | Kind) else value
