"""UBL, and what the supplier and the tenant trade, for the table of route x actor."""

from __future__ import annotations

from typing import Any

from backend.procurement.ubl.documents import read_any, write
from tests.backend.park import Park
from tests.backend.procurement.papers import a_despatch_advice, an_order, papers_about_an_order
from tests.backend.procurement.trade import Trade, to_hex

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


def trade_of_tenant(park: Park) -> dict[tuple[str, str], tuple[str, Any]]:
    """An order of the tenant's with a milestone and a consignment on it."""
    trade = Trade(park)
    order = trade.confirmed()
    trade.do(trade.reporting(order))
    sent = trade.dispatch(order)
    ids = {"order_id": to_hex(order.id), "consignment_id": to_hex(sent.consignment_id)}
    paths = (
        "/v1/orders",
        "/v1/orders/{order_id}",
        "/v1/orders/{order_id}/history",
        "/v1/consignments",
        "/v1/consignments/{consignment_id}",
        "/v1/consignments/{consignment_id}/history",
        "/v1/receipts/direct",
        "/v1/to-do",
    )
    prepared: dict[tuple[str, str], tuple[str, Any]] = {("GET", path): (path.format(**ids), None) for path in paths}
    return {**prepared, ("GET", "/v1/milestones"): (f"/v1/milestones?order={ids['order_id']}", None)}
