"""An order as the ledger takes it, and its details as the supplier reads them."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import RowMapping

from backend.items.schemas import ItemOut
from backend.requisitions.suppliers.schemas import SupplierOut
from backend.wire import to_hex
from contracts import details
from contracts.details import ORDER, Tag
from contracts.typed_data import Value, action_hash

MOST_LINES = 256
"""Of an order: the ledger has one bit for each."""

_PARK_TIME = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Terms:
    """What all orders of one preparation have in common. Times are Unix seconds."""

    buyer: int
    issued_at: int
    lapses_at: int
    deliver_to: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Drafted:
    """An order before anybody signed it."""

    name: str
    total_fen: int
    action: Value
    action_hash: bytes
    details: Mapping[str, Any]
    """`{schema, fields, event_key}` as JSON."""


def name_of(order: UUID, issued_at: int) -> str:
    """What the parties call an order: its day, and something of its id that tells it from others of the day."""
    day = datetime.fromtimestamp(issued_at, UTC).astimezone(_PARK_TIME)
    return f"PO-{day:%Y%m%d}-{hashlib.sha256(order.bytes).hexdigest()[:8].upper()}"


def total_of(lines: Sequence[RowMapping]) -> int:
    """The sum of some lines, in CNY 0.01."""
    return sum(line["quantity"] * line["price_fen"] for line in lines)


def draft(
    order: UUID,
    supplier: SupplierOut,
    lines: Sequence[RowMapping],
    items: Mapping[str, ItemOut],
    terms: Terms,
) -> Drafted:
    """Write an order for some lines of requests; bit i of its bitmaps is line i.

    Args:
        lines: rows of `purchase_request_line`, 1 to 256, in the order they get in the order.
        items: every item of those lines, by code.
    """
    name, salt, event_key = name_of(order, terms.issued_at), secrets.token_bytes(32), secrets.token_bytes(32)
    fields = {
        "handle": [name, to_hex(salt)],
        "number": name,
        "issued_on": f"{datetime.fromtimestamp(terms.issued_at, UTC).astimezone(_PARK_TIME):%Y-%m-%d}",
        "supplier_name": supplier.name,
        "deliver_to": terms.deliver_to,
        "note": terms.note,
        "currency": "CNY",
        "total_fen": total_of(lines),
        "lines": [_line(line, items[line["item"]]) for line in lines],
        "prices": [line["price_fen"] for line in lines],
        "agreements": [line["agreement"] and [line["agreement"], line["agreement_version"]] for line in lines],
    }
    action = {
        "order": {"buyer": terms.buyer, "supplier": supplier.member, "handle": details.handle(name, salt)},
        "lines": len(lines),
        "services": _bits(items[line["item"]].service for line in lines),
        "quarantines": _bits(items[line["item"]].quarantine for line in lines),
        "lapsesAt": terms.lapses_at,
        "occurredAt": terms.issued_at,
        "schema": ORDER.id,
        "root": _root(fields, event_key),
    }
    return Drafted(
        name=name,
        total_fen=total_of(lines),
        action=action,
        action_hash=action_hash("IssueOrder", action),
        details={
            "schema": ORDER.id,
            "fields": {path: value for path, value in fields.items() if value is not None},
            "event_key": to_hex(event_key),
        },
    )


def _line(line: RowMapping, item: ItemOut) -> dict[str, Any]:
    described = {
        "item": item.code,
        "name_zh": item.name_zh,
        "name_en": item.name_en,
        "gtin": item.gtin,
        "quantity": line["quantity"],
        "unit": item.unit,
        "needed_by": line["needed_by"],
        "requester": line["requester"],
    }
    return {name: value for name, value in described.items() if value is not None}


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << place for place, flag in enumerate(flags) if flag)


def _root(fields: Mapping[str, Any], event_key: bytes) -> bytes:
    values = {path: rfc8785.dumps(value) if ORDER.fields[path] is Tag.JSON else value for path, value in fields.items()}
    return details.root(ORDER, details.leaves(ORDER, values, event_key))
