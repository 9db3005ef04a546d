"""Actions as JSON: what comes in is what goes out, and what is wrong with it has a code and a place."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.action_json import parse, to_json
from contracts.signatures import TypedDataError

HANDLE = "0x" + "ab" * 32
ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # the first example of EIP-55


def lot_event(**item: Any) -> dict[str, Any]:
    holding = {"maker": 1, "handle": HANDLE, "creator": 2, "serial": 3}
    items = [{"role": 0, "origin": 1, "holding": holding, "seq": 0, **item}]
    return {"kind": 0, "action": 1, "items": items, "occurredAt": 4, "schema": 5, "root": HANDLE}


def test_an_action_is_read_field_by_field_and_written_back_the_same() -> None:
    parsed = parse("RecordLotEvent", lot_event())
    assert bytes.fromhex("ab" * 32) == parsed["items"][0]["holding"]["handle"]
    assert lot_event() == to_json(parsed)


@pytest.mark.parametrize("maker", [7, "7", "007"], ids=repr)
def test_integers_come_as_numbers_or_as_decimal_digits(maker: int | str) -> None:
    assert 7 == parse("LotKey", {"maker": maker, "handle": HANDLE})["maker"]


@pytest.mark.parametrize("address", [ADDRESS, ADDRESS.lower(), "0x" + ADDRESS[2:].upper()])
def test_an_address_is_spelled_by_eip_55_however_it_came(address: str) -> None:
    assert ADDRESS == parse("SignerKey", {"organisation": 1, "key": address})["key"]


@pytest.mark.parametrize("edge", [0, 2**53 - 1, 2**53, 2**256 - 1])
def test_integers_that_javascript_would_round_are_written_as_digits(edge: int) -> None:
    assert (edge if edge < 2**53 else str(edge)) == to_json(edge)


@pytest.mark.parametrize(
    ("code", "path", "struct", "value"),
    [
        ("value_wrong_kind", "LotKey", "LotKey", [1, HANDLE]),
        ("value_wrong_kind", "LotKey", "LotKey", None),
        ("field_unknown", "price", "LotKey", {"maker": 1, "handle": HANDLE, "price": 1}),
        ("field_missing", "handle", "LotKey", {"maker": 1}),
        ("value_wrong_kind", "maker", "LotKey", {"maker": True, "handle": HANDLE}),
        ("value_wrong_kind", "maker", "LotKey", {"maker": 1.0, "handle": HANDLE}),
        ("value_wrong_kind", "maker", "LotKey", {"maker": "", "handle": HANDLE}),
        ("value_wrong_kind", "maker", "LotKey", {"maker": "0x1", "handle": HANDLE}),
        ("value_wrong_kind", "maker", "LotKey", {"maker": "-1", "handle": HANDLE}),
        ("value_wrong_kind", "maker", "LotKey", {"maker": "٧", "handle": HANDLE}),
        ("value_wrong_kind", "maker", "LotKey", {"maker": "9" * 79, "handle": HANDLE}),
        ("value_out_of_range", "maker", "LotKey", {"maker": -1, "handle": HANDLE}),
        ("value_out_of_range", "maker", "LotKey", {"maker": 2**24, "handle": HANDLE}),
        ("value_wrong_kind", "handle", "LotKey", {"maker": 1, "handle": 7}),
        ("value_wrong_kind", "handle", "LotKey", {"maker": 1, "handle": "ab" * 32}),
        ("value_wrong_kind", "handle", "LotKey", {"maker": 1, "handle": "0x" + "zz" * 32}),
        ("value_wrong_kind", "handle", "LotKey", {"maker": 1, "handle": "0xabc"}),
        ("value_wrong_length", "handle", "LotKey", {"maker": 1, "handle": "0xab"}),
        ("address_invalid", "key", "SignerKey", {"organisation": 1, "key": "0x00"}),
        ("value_wrong_kind", "key", "SignerKey", {"organisation": 1, "key": None}),
        ("value_wrong_kind", "items", "RecordLotEvent", {**lot_event(), "items": "none"}),
        ("value_wrong_kind", "items[0]", "RecordLotEvent", {**lot_event(), "items": [1]}),
        ("value_out_of_range", "items[0].seq", "RecordLotEvent", lot_event(seq=2**24)),
        ("field_missing", "items[0].holding.maker", "RecordLotEvent", lot_event(holding={})),
    ],
)
def test_what_is_wrong_has_a_code_and_a_place(code: str, path: str, struct: str, value: object) -> None:
    with pytest.raises(TypedDataError) as refused:
        parse(struct, value)
    assert (code, path) == (refused.value.code, refused.value.path)
