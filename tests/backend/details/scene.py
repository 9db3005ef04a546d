"""What the route x actor table asks of details: a record of the tenant's own."""

from typing import Any

from backend.details import fields
from backend.member.signer import OBJECT, OBSERVE, SUBJECT, Holding
from contracts.signatures import keccak
from tests.backend.park import Park


def details_of_tenant(park: Park, subject: Holding) -> dict[tuple[str, str], tuple[str, Any]]:
    """(method, path) -> the path filled in, and a body."""
    given = fields.parse(1, {"bizStep": "inspecting"}, keccak(b"details of the tenant"))
    tenant = park.members["tenant"]
    event = tenant.lot_event(OBJECT, OBSERVE, {subject: (SUBJECT, 0)}) | {"root": given.root}
    park.submit("tenant", tenant.batch("RecordLotEvent", event) | {"details": [given.to_json()]})
    park.settle()
    path = f"/v1/details/0x{given.root.hex()}"
    return {
        ("POST", "/v1/captures/known"): ("/v1/captures/known", {"events": [{"hash": "0x" + "00" * 32}]}),
        ("POST", "/v1/details"): ("/v1/details", {"details": [given.to_json()]}),
        ("GET", "/v1/details"): ("/v1/details", None),
        ("GET", "/v1/details/{root}"): (path, None),
        ("POST", "/v1/details/{root}/readers"): (f"{path}/readers", {"organisation": 3}),
        ("POST", "/v1/details/{root}/shred"): (f"{path}/shred", None),
    }
