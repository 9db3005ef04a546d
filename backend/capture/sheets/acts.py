"""From a row that has been read to the EPCIS event it tells: one row, one event.

A row is an event of its own, so that a sheet to which rows were added can be captured again: what it told before is
known by its hash. Source: EPCIS 2.0 section 7, CBV 2.0 section 7 for the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from backend.capture.sheets.moments import offset_of
from backend.capture.sheets.words import Act

CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
"""What the words of the events mean; it binds `rdfs` and `cbvmda` too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a row says, in the terms of EPCIS. Either `lot` or `box`, or where the act has both, both."""

    act: Act
    moment: datetime
    lot: str | None
    amount: Decimal | None
    unit: str | None
    box: str | None
    order: str | None
    document: str | None
    place: str | None
    expiry: date | None
    note: str


@dataclass(frozen=True, slots=True)
class _Form:
    """How an act looks as an event."""

    action: str
    step: str
    disposition: str
    document: str | None = None
    """The type of the business document it is told by."""


_FORMS: Final[Mapping[Act, _Form]] = {
    Act.MADE: _Form("ADD", "creating_class_instance", "active", "prodorder"),
    Act.PACKED: _Form("ADD", "packing", "in_progress"),
    Act.SHIPPED: _Form("OBSERVE", "shipping", "in_transit", "desadv"),
    Act.RECEIVED: _Form("OBSERVE", "receiving", "in_progress", "recadv"),
    Act.USED_UP: _Form("DELETE", "decommissioning", "inactive"),
    Act.DESTROYED: _Form("DELETE", "destroying", "destroyed"),
}


def event_of(told: Told) -> dict[str, Any]:
    """The event a row tells. It has no eventID: it is known by what it says."""
    form = _FORMS[told.act]
    event: dict[str, Any] = {
        "type": "AggregationEvent" if told.act is Act.PACKED else "ObjectEvent",
        "eventTime": told.moment.isoformat(),
        "eventTimeZoneOffset": offset_of(told.moment),
        "action": form.action,
        **_objects(told),
        # A box is an instance: it is commissioned, no class is created.
        "bizStep": "commissioning" if told.act is Act.MADE and told.lot is None else form.step,
        "disposition": form.disposition,
    }
    if told.place is not None:
        event["readPoint"] = {"id": told.place}
    documents = _documents(told, form)
    if documents:
        event["bizTransactionList"] = documents
    if told.expiry is not None:
        event["ilmd"] = {"cbvmda:itemExpirationDate": told.expiry.isoformat()}
    if told.note:
        event["rdfs:comment"] = told.note
    return event


def _objects(told: Told) -> dict[str, Any]:
    quantities = [] if told.lot is None else [_quantity(told.lot, told.amount, told.unit)]
    if told.act is Act.PACKED:
        return {"parentID": told.box, "childQuantityList": quantities}
    objects: dict[str, Any] = {} if told.box is None else {"epcList": [told.box]}
    return objects | ({"quantityList": quantities} if quantities else {})


def _quantity(lot: str, amount: Decimal | None, unit: str | None) -> dict[str, Any]:
    assert amount is not None, "a lot has a quantity"
    # The same number in both ways to write it is the same event; whole ones look like what was typed.
    number = int(amount) if amount == amount.to_integral_value() else amount
    return {"epcClass": lot, "quantity": number, "uom": unit}


def _documents(told: Told, form: _Form) -> list[dict[str, str]]:
    documents = [] if told.order is None else [{"type": "po", "bizTransaction": told.order}]
    if told.document is not None:
        kind = {} if form.document is None else {"type": form.document}
        documents.append({**kind, "bizTransaction": told.document})
    return documents
