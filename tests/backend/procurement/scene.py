"""UBL for the table of route x actor."""

from __future__ import annotations

from typing import Any

from backend.procurement.ubl.documents import read_any, write
from tests.backend.procurement.papers import a_despatch_advice, an_order, papers_about_an_order

_ADDRESSES = {
    "orders": an_order(),
    "despatch-advices": a_despatch_advice(),
    **papers_about_an_order(),
}


def ubl_of_anybody() -> dict[tuple[str, str], tuple[str, Any]]:
    """The requests of the domain, made ready: (method, path) -> (path, body)."""
    prepared: dict[tuple[str, str], tuple[str, Any]] = {}
    for name, content in _ADDRESSES.items():
        document = read_any(content.encode()).document
        prepared["POST", f"/v1/ubl/{name}"] = (f"/v1/ubl/{name}", write(document))
        prepared["POST", f"/v1/ubl/{name}/xml"] = (f"/v1/ubl/{name}/xml", document.model_dump(mode="json"))
    return prepared
