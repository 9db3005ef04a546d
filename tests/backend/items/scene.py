"""Items as tests describe them, and the tenant's for the table of route x actor."""

from __future__ import annotations

from typing import Any

from tests.backend.park import Park


def item(**fields: Any) -> dict[str, Any]:
    """A bottle of something harmless, except for what is said otherwise."""
    return {"name_zh": "乙醇", "name_en": "ethanol", "unit": "BO", **fields}


def items_of_tenant(park: Park) -> dict[tuple[str, str], tuple[str, Any]]:
    """The requests of the domain, made ready: (method, path) -> (path filled in, body)."""
    assert 200 == park.ask("tenant", "PUT", "/v1/items/BUFFER", item()).status_code
    return {
        ("GET", "/v1/items"): ("/v1/items", None),
        ("GET", "/v1/items/{code}"): ("/v1/items/BUFFER", None),
        ("PUT", "/v1/items/{code}"): ("/v1/items/BUFFER", item()),
    }
