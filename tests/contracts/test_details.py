"""Details: what can be committed to, what an opening shows, and what it does not."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode

from contracts.details import (
    LOT_EVENT,
    SCHEMAS,
    Leaf,
    Opening,
    Schema,
    Tag,
    decode_value,
    definitions,
    handle,
    leaf_hash,
    leaves,
    node_hash,
    open_fields,
    root,
    salt,
    verify,
)
from contracts.signatures import TypedDataError, keccak

EVENT_KEY = bytes(range(32))
SCHEMA = Schema(
    id=9,
    name="delivery",
    size=16,
    fields={"supplier": Tag.TEXT, "amount_fen": Tag.INTEGER, "photo": Tag.BYTES, "lines": Tag.JSON},
)
FIELDS = {"supplier": "甲", "amount_fen": 1250, "photo": b"\xff", "lines": b"[1]"}


def test_a_leaf_is_hashed_twice_over_its_abi_encoding() -> None:
    leaf = leaves(SCHEMA, FIELDS, EVENT_KEY)[1]
    encoded = encode(("uint32", "uint8", "uint8", "bytes", "bytes32"), (9, 1, 2, (1250).to_bytes(32, "big"), leaf.salt))
    assert keccak(b"\x00" + keccak(encoded)) == leaf_hash(SCHEMA, leaf)


def test_a_node_keeps_left_and_right_apart() -> None:
    assert keccak(b"\x01" + bytes(32) + b"\xff" * 32) == node_hash(bytes(32), b"\xff" * 32)
    assert node_hash(bytes(32), b"\xff" * 32) != node_hash(b"\xff" * 32, bytes(32))


def test_a_salt_is_made_of_schema_and_path_by_hmac() -> None:
    message = b"salt" + b"\x00\x00\x00\x09" + b"supplier"
    assert hmac.new(EVENT_KEY, message, hashlib.sha256).digest() == salt(SCHEMA, "supplier", EVENT_KEY)
    assert salt(SCHEMA, "#15", EVENT_KEY) == leaves(SCHEMA, FIELDS, EVENT_KEY)[15].salt


def test_every_place_has_a_salt_of_its_own_also_those_without_a_field() -> None:
    assert SCHEMA.size == len({leaf.salt for leaf in leaves(SCHEMA, {}, EVENT_KEY)})


def test_nothing_at_all_has_another_root_with_another_event_key() -> None:
    roots = {root(SCHEMA, leaves(SCHEMA, {}, key)) for key in (EVENT_KEY, bytes(32))}
    assert 2 == len(roots)


def test_an_empty_value_is_not_an_absent_one() -> None:
    empty = root(SCHEMA, leaves(SCHEMA, {"supplier": "", "photo": b""}, EVENT_KEY))
    assert empty != root(SCHEMA, leaves(SCHEMA, {}, EVENT_KEY))
    assert root(SCHEMA, leaves(SCHEMA, {"supplier": None}, EVENT_KEY)) == root(SCHEMA, leaves(SCHEMA, {}, EVENT_KEY))


@pytest.mark.parametrize(
    ("field", "value"), [("supplier", ""), ("amount_fen", -1), ("photo", b""), ("lines", b"{}"), ("supplier", None)]
)
def test_a_leaf_shows_the_value_it_was_made_of(field: str, value: Any) -> None:
    assert value == decode_value(leaves(SCHEMA, {field: value}, EVENT_KEY)[SCHEMA.index(field)])


def test_text_is_composed_before_it_is_hashed() -> None:
    composed, decomposed = ({"supplier": text} for text in ("é", "e\u0301"))
    assert leaves(SCHEMA, composed, EVENT_KEY) == leaves(SCHEMA, decomposed, EVENT_KEY)


def test_an_opening_shows_what_was_asked_for_and_hashes() -> None:
    tree = leaves(SCHEMA, FIELDS, EVENT_KEY)
    opening = open_fields(SCHEMA, tree, ["lines", "supplier"])
    assert (tree[0], tree[3]) == opening.leaves
    # Of places 0 to 3 two are shown; then one hash for each of the two levels above them.
    assert 4 == len(opening.siblings)
    assert verify(SCHEMA, root(SCHEMA, tree), opening)


def test_that_a_field_is_absent_can_be_shown_too() -> None:
    tree = leaves(SCHEMA, {}, EVENT_KEY)
    opening = open_fields(SCHEMA, tree, ["photo"])
    assert verify(SCHEMA, root(SCHEMA, tree), opening)
    assert None is decode_value(opening.leaves[0])


def _opened() -> tuple[bytes, Opening]:
    tree = leaves(SCHEMA, FIELDS, EVENT_KEY)
    return root(SCHEMA, tree), open_fields(SCHEMA, tree, ["supplier", "photo"])


@pytest.mark.parametrize(
    "changed",
    [
        replace(_opened()[1], leaves=()),
        replace(_opened()[1], leaves=_opened()[1].leaves[::-1]),
        replace(_opened()[1], leaves=_opened()[1].leaves * 2),
        replace(_opened()[1], siblings=_opened()[1].siblings[1:]),
        replace(_opened()[1], siblings=(*_opened()[1].siblings, bytes(32))),
        replace(_opened()[1], siblings=_opened()[1].siblings[::-1]),
        *(
            replace(_opened()[1], leaves=(replace(_opened()[1].leaves[0], **change), _opened()[1].leaves[1]))
            for change in (
                {"index": -1},
                {"index": 1},
                {"index": 16},
                {"tag": Tag.BYTES},
                {"tag": Tag.ABSENT},
                {"value": b""},
                {"salt": bytes(32)},
            )
        ),
    ],
)
def test_an_opening_that_was_tampered_with_is_refused(changed: Opening) -> None:
    assert not verify(SCHEMA, _opened()[0], changed)


def test_an_opening_counts_for_its_own_schema_alone() -> None:
    expected_root, opening = _opened()
    assert not verify(replace(SCHEMA, id=10), expected_root, opening)


def test_a_value_of_another_type_than_the_schemas_is_refused_though_its_author_committed_to_it() -> None:
    tree = list(leaves(SCHEMA, FIELDS, EVENT_KEY))
    tree[0] = replace(tree[0], tag=Tag.BYTES)
    opening = open_fields(SCHEMA, tree, ["supplier"])
    assert not verify(SCHEMA, root(SCHEMA, tree), opening)


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("field_unknown", {"price": 1}),
        ("field_unknown", {"#15": 1}),
        ("value_wrong_kind", {"supplier": 1}),
        ("value_wrong_kind", {"amount_fen": True}),
        ("value_wrong_kind", {"amount_fen": "1"}),
        ("value_wrong_kind", {"photo": "0xff"}),
        ("value_wrong_kind", {"lines": [1]}),
        ("value_out_of_range", {"amount_fen": 2**255}),
        ("value_out_of_range", {"amount_fen": -(2**255) - 1}),
        ("text_invalid", {"supplier": "\ud800"}),
    ],
)
def test_what_cannot_be_committed_to_is_refused_by_code_and_field(code: str, fields: dict[str, Any]) -> None:
    with pytest.raises(TypedDataError) as refused:
        leaves(SCHEMA, fields, EVENT_KEY)
    assert (code, next(iter(fields))) == (refused.value.code, refused.value.path)


@pytest.mark.parametrize("event_key", [b"", bytes(31), bytes(33)])
def test_an_event_key_has_32_bytes(event_key: bytes) -> None:
    with pytest.raises(TypedDataError, match="value_wrong_length: event_key"):
        leaves(SCHEMA, {}, event_key)


@pytest.mark.parametrize(
    "leaf",
    [
        Leaf(0, Tag.TEXT, b"\xff", bytes(32)),
        Leaf(0, Tag.INTEGER, b"\x01", bytes(32)),
        Leaf(0, Tag.ABSENT, b"\x01", bytes(32)),
    ],
)
def test_bytes_that_are_no_value_of_their_type_are_not_shown_as_one(leaf: Leaf) -> None:
    with pytest.raises(TypedDataError, match="value_malformed"):
        decode_value(leaf)


@pytest.mark.parametrize(
    ("size", "fields"),
    [(15, {}), (128, {}), (16, dict.fromkeys("abcdefghijklmnopq", Tag.TEXT)), (16, {"": Tag.TEXT})],
)
def test_a_schema_that_does_not_fit_its_tree_is_no_schema(size: int, fields: dict[str, Tag]) -> None:
    with pytest.raises(ValueError, match="wrong"):
        Schema(1, "wrong", size, fields)


def test_a_tree_with_a_leaf_missing_has_no_root() -> None:
    with pytest.raises(ValueError, match="16 leaves"):
        root(SCHEMA, leaves(SCHEMA, {}, EVENT_KEY)[1:])


@pytest.mark.parametrize("identifier", ["", "LOT-7", "批号甲"])
def test_a_handle_is_the_salted_hash_of_an_identifier(identifier: str) -> None:
    assert keccak(EVENT_KEY + identifier.encode()) == handle(identifier, EVENT_KEY)


@pytest.mark.parametrize(
    ("code", "identifier", "own_salt"),
    [("value_wrong_length", "LOT-7", b""), ("text_invalid", "\udfff", EVENT_KEY)],
)
def test_a_handle_without_its_salt_or_with_half_a_character_is_refused(
    code: str, identifier: str, own_salt: bytes
) -> None:
    with pytest.raises(TypedDataError) as refused:
        handle(identifier, own_salt)
    assert code == refused.value.code


def test_the_places_of_a_lot_event_never_move() -> None:
    """A changed schema is another schema: old roots stand on chain."""
    assert {1: "lot event", 8: "order", 9: "daily sheet"} == {number: schema.name for number, schema in SCHEMAS.items()}
    assert LOT_EVENT is SCHEMAS[1]
    pinned = "043f470d7cb4a06a992591467b10be9eb7a275d5d6f0675e3a9b773017a00d39"
    assert pinned == keccak(json.dumps(definitions()["schemas"][0]).encode()).hex()
