"""Whatever a member signs as details, the books take it: what means nothing is left out, and nothing is stopped."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.books.derivation import Rows, tell
from backend.books.models import DERIVED
from backend.books.openings import Item
from backend.details import fields
from contracts.details import LOT_EVENT, Tag
from tests.backend.books.scene import CONTEXT, LOT_LINK, epcis

WORDS = ["type", "quantity", "epcClass", "id", "@context", "eventList", "epcisBody", "bizTransaction", "time", "\x00"]
VALUES = ["ADD", "ObjectEvent", "https://example.com/Event", "2026-03-04T11:00:30Z", "+08:00", LOT_LINK, "urn:epc:id:"]

texts = st.sampled_from(VALUES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.floats(-1e9, 1e9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | texts, inner, max_size=3),
    max_leaves=8,
)
_OF = {Tag.TEXT: texts, Tag.JSON: anything, Tag.INTEGER: st.integers(), Tag.BYTES: st.just("0x00")}
changes = st.fixed_dictionaries({}, optional={path: _OF[tag] for path, tag in LOT_EVENT.fields.items()})


@settings(deadline=None)
@given(changed=changes, whole=st.booleans())
@example(changed={"type": "https://example.com/Event", "bizTransactionList": [{"type": "po"}]}, whole=True)
@example(changed={"quantityList": [{"epcClass": LOT_LINK, "quantity": "many"}]}, whole=True)
@example(changed={"extension/0": ["no object"]}, whole=True)
@example(changed={"type": "https://example.com/Event", "extension/0": {"epcisBody": {}}}, whole=True)
def test_anything_signed_is_told_or_left_out(changed: dict[str, Any], whole: bool) -> None:
    said = {name: value for name, value in epcis().items() if whole and name in LOT_EVENT.fields}
    found = fields.parse(LOT_EVENT.id, {"@context": CONTEXT} | said | changed, bytes(32))
    entry = {"number": 1 << 32, "kind": "LotEventRecorded"}
    rows: Rows = {table.name: [] for table in DERIVED}
    tell(rows, entry, found, [Item(1, bytes(32), bytes(32), bytes(32), is_creation=True)])
    (told,) = rows["entry"]
    assert set(found.to_json()["fields"]) == set(told["fields"])
    assert [] == rows["identifier"]
    json.dumps(rows["epcis_event"], default=bytes.hex)
