"""Certificates as tests register them, and the tenant's for the table of route x actor."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from backend import clock
from tests.backend.park import Park

DAY = 86_400


def certificate(**fields: Any) -> dict[str, Any]:
    """A filing for 10 kg of any precursor, valid for a month, except for what is said otherwise."""
    number = uuid4()
    return {
        "id": str(number),
        "kind": "filing",
        "number": f"购备（2026）{number.hex[:6]}号",
        "issued_by": "区公安分局",
        "item_class": "precursor",
        "item": None,
        "valid_from": clock.now() - DAY,
        "valid_until": clock.now() + 30 * DAY,
        "unit": "GRM",
        "allowed": 10_000,
        **fields,
    }


def certificates_of_tenant(park: Park) -> dict[tuple[str, str], tuple[str, Any]]:
    """The requests of the domain, made ready: (method, path) -> (path filled in, body)."""
    paper = certificate()
    assert 200 == park.ask("tenant", "POST", "/v1/chemical-certificates", paper).status_code
    here = f"/v1/chemical-certificates/{paper['id']}"
    return {
        ("GET", "/v1/chemical-certificates"): ("/v1/chemical-certificates", None),
        ("POST", "/v1/chemical-certificates"): ("/v1/chemical-certificates", certificate()),
        ("GET", "/v1/chemical-certificates/{certificate_id}"): (here, None),
        ("GET", "/v1/chemical-certificates/{certificate_id}/entries"): (f"{here}/entries", None),
        ("POST", "/v1/chemical-certificates/{certificate_id}/withdraw"): (f"{here}/withdraw", None),
    }
