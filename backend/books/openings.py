"""Which trade identifier stands on which holding: the handles that details open, held against those of the chain.

Whoever signs can write anything into details. An identifier counts only where its salted hash is the handle of the very
holding the event names at that place; one that does not fit makes the event's whole list worth nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backend.epcis import gs1
from contracts.details import handle

_SALT = re.compile(r"0x[0-9a-fA-F]{64}")
_UNPRINTABLE = str.maketrans({"\x00": "\ufffd"})


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a lot event, as the mirror has it."""

    position: int
    holding_id: bytes
    lot_id: bytes
    handle: bytes
    is_creation: bool


def identified(handles: Any, items: Sequence[Item], event: Mapping[str, Any] | None) -> list[dict[str, Any]] | None:
    """The identifiers of an event's holdings, as columns of `identifier`; None if any handle does not fit its item.

    Args:
        handles: the field `handles`, whatever was written there.
        items: of the event, in its order.
        event: the EPCIS event that the details tell, if they tell one.
    """
    if not isinstance(handles, list):
        return None
    opened = [opening for pair in handles if (opening := _opening(pair)) is not None]
    fits = len(opened) == len(handles) and [handle(*opening) for opening in opened] == [item.handle for item in items]
    if not fits:
        return None
    amounts = _amounts(event or {})
    created = [canonical(written) for (written, _), item in zip(opened, items, strict=True) if item.is_creation]
    rows = []
    for (written, salt), item in zip(opened, items, strict=True):
        identifier = canonical(written)
        # Of two that one event creates under one identifier, nobody said how much is which.
        alone = item.is_creation and created.count(identifier) == 1
        rows.append(
            {
                "position": item.position,
                "identifier": identifier,
                "holding_id": item.holding_id,
                "lot_id": item.lot_id,
                "handle": item.handle,
                "salt": salt,
                "amount": amounts.get(identifier) if alone else None,
            }
        )
    return rows


def canonical(identifier: str) -> str:
    """An identifier as it is compared: a GS1 key in its one form, anything else as it was written."""
    return storable(gs1.canonical(identifier) or identifier)


def storable(text: str) -> str:
    """A text without what PostgreSQL has no place for."""
    return text.translate(_UNPRINTABLE)


def _opening(pair: Any) -> tuple[str, bytes] | None:
    """An identifier as it was written, and its salt."""
    match pair:
        case [str() as identifier, str() as salt] if _SALT.fullmatch(salt):
            return identifier, bytes.fromhex(salt[2:])
    return None


def _amounts(event: Mapping[str, Any]) -> dict[str, str]:
    """How much an event says it made of each class; classes named twice are added up."""
    found: dict[str, Decimal] = {}
    for element in (*_listed(event, "quantityList"), *_listed(event, "outputQuantityList")):
        match element:
            case {"epcClass": str() as written, "quantity": int() | float() as much} if not isinstance(much, bool):
                identifier = canonical(written)
                found[identifier] = found.get(identifier, Decimal(0)) + Decimal(str(much))
    return {identifier: f"{amount:f}" for identifier, amount in found.items()}


def _listed(event: Mapping[str, Any], name: str) -> list[Any]:
    value = event.get(name)
    return value if isinstance(value, list) else []
