"""The item master: described, described anew, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from backend.identity.actor import Right
from backend.items import queries
from tests.backend.items.scene import item
from tests.backend.park import Park


def test_an_item_comes_back_as_it_was_described(park: Park) -> None:
    described = item(
        item_class="precursor",
        quarantine=True,
        shelf_after_opening_days=30,
        gtin="06901234567892",
        storage="2-8 °C",
        content=500,
        content_unit="MLT",
    )
    answer = park.ask("ada@tenant", "PUT", "/v1/items/ACETONE-500", described)
    assert 200 == answer.status_code
    got = park.get("tenant", "/v1/items/ACETONE-500").json()
    assert answer.json() == got
    assert {"code": "ACETONE-500", **described} == {name: got[name] for name in ("code", *described)}


def test_the_same_description_again_does_not_count_as_a_change(park: Park) -> None:
    park.ask("tenant", "PUT", "/v1/items/ETOH", item())
    with park.engine.begin() as connection:
        connection.execute(text("UPDATE service.item SET changed_at = 1000"))
    assert 1000 == park.ask("tenant", "PUT", "/v1/items/ETOH", item()).json()["changed_at"]
    assert [] == park.get("tenant", "/v1/items", changed_since=1001).json()["items"]
    park.ask("tenant", "PUT", "/v1/items/ETOH", item(storage="cool"))
    (changed,) = park.get("tenant", "/v1/items", changed_since=1001).json()["items"]
    assert ("ETOH", "cool") == (changed["code"], changed["storage"])


def test_the_unit_of_an_item_stays(park: Park) -> None:
    park.ask("tenant", "PUT", "/v1/items/ETOH", item())
    refused = park.ask("tenant", "PUT", "/v1/items/ETOH", item(unit="LTR", storage="cool"))
    assert (409, "item_unit_fixed") == (refused.status_code, refused.json()["code"])
    assert {"item": "ETOH", "unit": "BO"} == refused.json()["params"]
    assert park.get("tenant", "/v1/items/ETOH").json()["storage"] is None


def test_items_are_an_organisation_s_own(park: Park) -> None:
    park.ask("tenant", "PUT", "/v1/items/ETOH", item())
    park.ask("rival", "PUT", "/v1/items/ETOH", item(name_en="something else", unit="LTR"))
    assert "ethanol" == park.get("tenant", "/v1/items/ETOH").json()["name_en"]
    assert 404 == park.get("stranger", "/v1/items/ETOH").status_code
    assert [] == park.get("operator", "/v1/items").json()["items"]


def test_a_page_ends_where_the_next_begins(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    for code in ("C", "A", "B", "乙醇", "D"):
        park.ask("tenant", "PUT", f"/v1/items/{code}", item())
    seen: list[str] = []
    after: dict[str, str | int] = {}
    while True:
        page = park.get("tenant", "/v1/items", **after).json()
        seen += [each["code"] for each in page["items"]]
        if page["next_after"] is None:
            break
        after = {"after": page["next_after"]}
    assert ["A", "B", "C", "D", "乙醇"] == seen


def test_who_has_none_of_the_rights_describes_nothing(park: Park) -> None:
    park.token("bob@tenant", rights=Right.QUALITY)
    refused = park.ask("bob@tenant", "PUT", "/v1/items/ETOH", item())
    assert (403, "not_permitted") == (refused.status_code, refused.json()["code"])
    assert {"one_of": "order, stock, admin"} == refused.json()["params"]
    assert 404 == park.get("tenant", "/v1/items/ETOH").status_code


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("ETOH", {"gtin": "06901234567893"}),
        ("ETOH", {"gtin": "123"}),
        ("ETOH", {"item_class": "highly_toxic"}),
        ("ETOH", {"content": 5}),
        ("ETOH", {"item_class": "dull"}),
        ("ETOH", {"service": True, "quarantine": True}),
        ("ETOH", {"name_zh": "nul\0"}),
        ("ETOH", {"name_zh": ""}),
        ("ETOH", {"shelf_after_opening_days": -1}),
        ("ETOH", {"colour": "none"}),
        ("A" * 41, {}),
        ("A B", {}),
    ],
)
def test_what_is_no_item_is_refused(park: Park, code: str, fields: dict[str, Any]) -> None:
    refused = park.ask("tenant", "PUT", f"/v1/items/{code}", item(**fields))
    assert (422, "request_invalid") == (refused.status_code, refused.json()["code"])
    assert [] == park.get("tenant", "/v1/items").json()["items"]
