"""What an order says to its two parties: its details, as the service keeps them and the supplier reads them.

The chain sees their root alone. The fields are those that a purchase of an organisation's own desk has
(`backend/requisitions/orders/documents.py`); here every salt comes from the seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from backend.demo.business import Line
from backend.member.signer import Member
from contracts import details
from contracts.details import ORDER, Tag

_UNIT = "H87"  # UN/CEFACT Recommendation 20: piece
_PARK_SECONDS_AHEAD = 8 * 3_600


@dataclass(frozen=True, slots=True)
class Paper:
    """An order's handle, the root of its details, and these as they travel beside the signed action."""

    handle: bytes
    root: bytes
    details: dict[str, Any]


def paper_of(buyer: Member, supplier_name: str, lines: Sequence[Line], at: int) -> Paper:
    """Write an order with its prices and the agreements they are from."""
    salt, event_key = buyer.salt(), buyer.salt()
    day = datetime.fromtimestamp(at + _PARK_SECONDS_AHEAD, UTC)
    # Without the day in it: told on another day, the order has the same number, handle and id.
    number = f"PO-{salt[:6].hex().upper()}"
    fields: dict[str, Any] = {
        "handle": [number, f"0x{salt.hex()}"],
        "number": number,
        "issued_on": f"{day:%Y-%m-%d}",
        "supplier_name": supplier_name,
        "currency": "CNY",
        "total_fen": sum(line.amount_fen for line in lines),
        "lines": [{"item": line.item_code, "quantity": line.quantity, "unit": _UNIT} for line in lines],
        "prices": [line.price_fen for line in lines],
        "agreements": [[f"{supplier_name}/{line.item_code}", line.agreement] for line in lines],
    }
    values = {path: rfc8785.dumps(value) if ORDER.fields[path] is Tag.JSON else value for path, value in fields.items()}
    return Paper(
        handle=details.handle(number, salt),
        root=details.root(ORDER, details.leaves(ORDER, values, event_key)),
        details={"schema": ORDER.id, "fields": fields, "event_key": f"0x{event_key.hex()}"},
    )
