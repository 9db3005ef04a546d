"""A tenant's rooms and items, and people who tap: what the stock tests stand on."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from backend import clock
from backend.member.signer import Holding
from backend.stock.days import day_of
from tests.backend.items.scene import item
from tests.backend.park import Park

ADA, BO, CY = "ada@tenant", "bo@tenant", "cy@tenant"


class Shelf:
    """A storeroom with a fridge in it, a project, and one ordinary item that keeps 30 days once it is open."""

    def __init__(self, park: Park) -> None:
        self.park = park
        self.good("PUT", "/v1/items/ETOH", item(shelf_after_opening_days=30))
        self.good("PUT", "/v1/items/SERUM", item(quarantine=True))
        self.good("PUT", "/v1/stock/rooms/STORE", {"name": "库房"})
        self.good("PUT", "/v1/stock/rooms/FRIDGE", {"name": "冰箱", "inside": "STORE"})
        self.good("PUT", "/v1/stock/cost-objects/project/P-1", {"name": "a project"})

    def ask(self, method: str, path: str, body: Any = None, *, who: str | None = ADA) -> httpx.Response:
        """Any request, refused or not."""
        return self.park.ask(who, method, path, body)

    def good(self, method: str, path: str, body: Any = None, *, who: str = ADA) -> Any:
        """A request that is done; what it answers."""
        answer = self.ask(method, path, body, who=who)
        assert 200 == answer.status_code, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None, *, who: str = ADA) -> tuple[str, dict[str, Any]]:
        """A request that is refused; its code and parameters."""
        answer = self.ask(method, path, body, who=who)
        assert answer.status_code in (403, 404, 409, 422), answer.text
        return answer.json()["code"], answer.json()["params"]

    def book_in(self, quantity: int = 10, **fields: Any) -> str:
        """A lot at the dock; its id."""
        lot = {"lot_id": str(uuid4()), "item": "ETOH", "lot_number": "L-1", "quantity": quantity, **fields}
        return str(self.good("POST", "/v1/stock/lots", lot)["lot_id"])

    def put(self, quantity: int = 10, *, room: str = "STORE", **fields: Any) -> str:
        """A lot in a room; its id."""
        lot_id = self.book_in(quantity, **fields)
        self.tap("put_away", lot_id, quantity, room=room)
        return lot_id

    def tap(self, kind: str, lot_id: str, quantity: int = 1, *, who: str = ADA, **fields: Any) -> Any:
        """A tap that is done."""
        return self.good("POST", "/v1/stock/taps", tap(kind, lot_id, quantity, **fields), who=who)

    def refused_tap(
        self, kind: str, lot_id: str, quantity: int = 1, *, who: str = ADA, **fields: Any
    ) -> tuple[str, dict[str, Any]]:
        """A tap that is refused; its code and parameters."""
        return self.refused("POST", "/v1/stock/taps", tap(kind, lot_id, quantity, **fields), who=who)

    def lies(self, lot_id: str) -> dict[tuple[str | None, bool], int]:
        """How much of a lot lies where: (room, whether it is open) -> quantity."""
        parts = self.good("GET", f"/v1/stock/lots/{lot_id}")["parts"]
        return {(part["room"], part["opened_at"] is not None): part["quantity"] for part in parts}

    def move_time(self, table_column: str, seconds: int) -> None:
        """Make a moment lie so much earlier than it was."""
        table, column = table_column.split(".")
        with self.park.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE service.{table} SET {column} = {column} - {seconds} WHERE {column} > 0")


def tap(kind: str, lot_id: str, quantity: int = 1, **fields: Any) -> dict[str, Any]:
    """A tap as a client sends it, in the storeroom if nothing else is said."""
    charged = {"project": "P-1"} if kind == "consume" and "cost_centre" not in fields else {}
    body = {"kind": kind, "tap_id": str(uuid4()), "lot_id": lot_id, "quantity": quantity, "room": "STORE"}
    return {**body, **charged, **fields}


def count(*found: tuple[str, int]) -> dict[str, Any]:
    """A count as a client sends it: so much of each lot."""
    return {"count_id": str(uuid4()), "lines": [{"lot_id": lot_id, "quantity": there} for lot_id, there in found]}


def stock_of_tenant(park: Park, made: Holding) -> dict[tuple[str, str], tuple[str, Any]]:
    """The requests of the domain, made ready: (method, path) -> (path filled in, body)."""
    shelf = Shelf(park)
    lot_id = shelf.put()

    def take(*counters: str) -> str:
        """A stock-take of the empty fridge, counted by so many."""
        take_id = str(uuid4())
        shelf.good("POST", "/v1/stock/takes", {"take_id": take_id, "room": "FRIDGE"})
        for who in counters:
            shelf.good("POST", f"/v1/stock/takes/{take_id}/counts", count(), who=who)
        return take_id

    link = {"tap_id": str(uuid4()), "holding_id": "0x" + made.id.hex()}
    lot = {"lot_id": str(uuid4()), "item": "SERUM", "lot_number": "L-2", "quantity": 1}
    sheet_of_an_erp = "item,name_zh,unit,lot,quantity,room\nTIPS,吸头,BX,L-3,1,NEW".encode()
    return {
        ("PUT", "/v1/stock/rooms/{code}"): ("/v1/stock/rooms/NEW", {"name": "new"}),
        ("PUT", "/v1/stock/cost-objects/{kind}/{code}"): ("/v1/stock/cost-objects/project/NEW", {"name": "new"}),
        ("GET", "/v1/stock/suggestion"): ("/v1/stock/suggestion?item=ETOH&quantity=1", None),
        ("POST", "/v1/stock/lots"): ("/v1/stock/lots", lot),
        ("GET", "/v1/stock/lots/{lot_id}"): (f"/v1/stock/lots/{lot_id}", None),
        ("POST", "/v1/stock/lots/{lot_id}/holding"): (f"/v1/stock/lots/{lot_id}/holding", link),
        ("POST", "/v1/stock/taps"): ("/v1/stock/taps", tap("transfer", lot_id, to="FRIDGE")),
        ("POST", "/v1/stock/takes"): ("/v1/stock/takes", {"take_id": str(uuid4()), "room": "STORE"}),
        ("GET", "/v1/stock/takes/{take_id}"): (f"/v1/stock/takes/{take()}", None),
        ("POST", "/v1/stock/takes/{take_id}/counts"): (f"/v1/stock/takes/{take()}/counts", count()),
        ("POST", "/v1/stock/takes/{take_id}/recount"): (f"/v1/stock/takes/{take(ADA, BO)}/recount", {"round": 1}),
        ("POST", "/v1/stock/takes/{take_id}/settle"): (f"/v1/stock/takes/{take(ADA, BO)}/settle", None),
        ("POST", "/v1/stock/takes/{take_id}/cancel"): (f"/v1/stock/takes/{take()}/cancel", None),
        ("POST", "/v1/stock/sheets/prepare"): ("/v1/stock/sheets/prepare", {"day": str(day_of(clock.now()))}),
        ("POST", "/v1/stock/import"): ("/v1/stock/import", sheet_of_an_erp),
    }
