"""Records with details for the books to read, and what the route x actor table asks of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from backend.books.models import DERIVED
from backend.books.store import Books
from backend.details import fields
from backend.details.fields import Details
from backend.epcis.fields import of_event
from backend.member.signer import ADD, MADE, OBJECT, SUBJECT, Holding
from contracts.details import handle
from contracts.signatures import keccak
from tests.backend.park import Park

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
LOT = "urn:epc:class:lgtin:4012345.012345.998877"
LOT_LINK = "https://id.gs1.org/01/04012345123456/10/998877"


@dataclass(frozen=True, slots=True)
class Told:
    """A record, its holdings and what was said of them."""

    holdings: Sequence[Holding]
    details: Details


def epcis(**changed: Any) -> dict[str, Any]:
    """An event that makes 200 litres of a lot."""
    return {
        "type": "ObjectEvent",
        "eventID": "urn:uuid:3fa9c1e2-0000-4000-8000-000000000001",
        "eventTime": "2026-03-04T11:00:30.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00001.0"},
        "quantityList": [{"epcClass": LOT, "quantity": 200, "uom": "LTR"}],
        "example:note": "超纯水 冷藏保存 Acetonitrile",
    } | changed


def salt_of(identifier: str, seed: int = 0) -> bytes:
    """The salt behind the handle of an identifier."""
    return keccak(b"salt %d of " % seed + identifier.encode())


def tell(
    park: Park,
    name: str,
    event: Mapping[str, Any] | None = None,
    *,
    identifiers: Sequence[str] = (LOT_LINK,),
    seed: int = 0,
    claimed: Sequence[tuple[str, bytes]] | None = None,
    send: bool = True,
) -> Told:
    """A member makes a holding of each identifier, with details that tell an event.

    Args:
        seed: of the salts and of the event key: another one makes other lots.
        claimed: the handles the details open, if they are not those of the holdings.
        send: whether the details go along, or are kept back.
    """
    member = park.members[name]
    handles = {handle(each, salt_of(each, seed)): (each, salt_of(each, seed)) for each in identifiers}
    made = {member.new_holding(each): (SUBJECT, MADE) for each in handles}
    action = member.lot_event(OBJECT, ADD, made)
    ordered = [handles[item["holding"]["handle"]] for item in action["items"]]
    said = of_event(
        epcis(**{"example:number": seed}) if event is None else event,
        [CONTEXT, {"example": "https://example.com/"}],
        claimed or ordered,
    )
    presented = fields.parse(1, said, keccak(b"event key %d of %s" % (seed, name.encode())))
    batch = member.batch("RecordLotEvent", action | {"root": presented.root})
    if send:
        batch["details"] = [presented.to_json()]
    answer = park.submit(name, batch)
    assert 202 == answer.status_code, answer.text
    park.settle()
    by_id = {holding.id: holding for holding in made}
    recorded = action | {"root": presented.root}
    return Told([each.after("RecordLotEvent", recorded, member.address) for each in by_id.values()], presented)


def kept(park: Park) -> Books:
    """The park's books, brought to what mirror and details are now."""
    books = Books(park.engine, park.service.ring)
    books.create()
    books.catch_up()
    return books


def rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Everything in the books."""
    return {
        table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
        for table in DERIVED
    }


def books_of_anybody(park: Park) -> dict[tuple[str, str], tuple[str, Any]]:
    """(method, path) -> the path filled in, and a body."""
    kept(park)
    return {
        ("GET", "/v1/books/search"): ("/v1/books/search?q=acetonitrile", None),
        ("POST", "/v1/books/resolve"): ("/v1/books/resolve", {"identifiers": [LOT]}),
        ("GET", "/v1/books/coverage"): ("/v1/books/coverage", None),
    }
