"""Details: the confidential fields of an action, which it commits to by one root and which can be shown one by one.

A schema gives each field a place and a type. The fields of an action are the leaves of a tree with 16, 32 or 64
places; the action carries the schema's number and the root. Byte for byte, with ``‖`` for concatenation and keccak for
Keccak-256:

- ``leaf = keccak(0x00 ‖ keccak(abi.encode(uint32 schema, uint8 index, uint8 tag, bytes value, bytes32 salt)))``
- ``node = keccak(0x01 ‖ left ‖ right)``: leaf and node cannot be taken for each other, and left stays left, so a field
  can be shown at its own place alone.
- A value is the UTF-8 of the NFC of a text (tag 1), 32 bytes big-endian two's complement of an integer (2), bytes (3),
  or RFC 8785 bytes of a JSON value (4). Nobody canonicalises JSON here: what is hashed is what will be shown.
  Where two normalisers differ, over characters newer than one of them, the author's bytes stand.
- A place without a field, and a field without a value, have tag 0, no value, and a salt as any other: from outside
  nobody sees how many fields there are.
- ``salt = HMAC-SHA256(event key, "salt" ‖ schema as 4 bytes big-endian ‖ UTF-8 of the path)``. The path of place *i*
  without a field is ``#i`` in decimal digits. The event key is 32 random bytes, new for each action: whoever holds it
  can open everything, one salt opens one field.

A *handle* is the salted hash of a trade identifier: ``keccak(salt ‖ UTF-8 of the NFC of the identifier)``.

The same in Solidity (``contracts/src/libraries/Details.sol``, verification only) and TypeScript
(``frontend/src/signing/details.ts``).
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any, Final

from contracts.signatures import TypedDataError, keccak

SIZES: Final = (16, 32, 64)
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
_OFFSET_OF_VALUE: Final = (5 * 32).to_bytes(32, "big")


class Tag(IntEnum):
    """What a leaf holds. The number is part of the leaf."""

    ABSENT = 0
    TEXT = 1
    INTEGER = 2
    BYTES = 3
    JSON = 4


@dataclass(frozen=True)
class Schema:
    """Which field stands at which place. Once used it never changes: a change is another schema."""

    id: int
    name: str
    size: int
    fields: Mapping[str, Tag]

    def __post_init__(self) -> None:
        if self.size not in SIZES or len(self.fields) > self.size:
            raise ValueError(f"{self.name}: {len(self.fields)} fields in a tree of {self.size}, sizes are {SIZES}")
        if any(not path or path.startswith("#") for path in self.fields):
            raise ValueError(f"{self.name}: a path is empty, or is that of a place without a field")

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The path of each place."""
        return (*self.fields, *(f"#{index}" for index in range(len(self.fields), self.size)))

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """The tag of each place, should its field have a value."""
        return (*self.fields.values(), *[Tag.ABSENT] * (self.size - len(self.fields)))

    def index(self, path: str) -> int:
        """The place of a field. Raises :class:`TypedDataError` ``field_unknown``."""
        if path not in self.fields:
            raise TypedDataError("field_unknown", path, f"schema {self.name} has no such field")
        return self.paths.index(path)


LOT_EVENT: Final = Schema(
    id=1,
    name="lot event",
    size=64,
    fields={
        # [[identifier, salt], ...]: opens the handle of each item, in the order of the items.
        "handles": Tag.JSON,
        # The properties of an EPCIS 2.0 event.
        "@context": Tag.JSON,
        "type": Tag.TEXT,
        "eventID": Tag.TEXT,
        "eventTime": Tag.TEXT,
        "eventTimeZoneOffset": Tag.TEXT,
        "recordTime": Tag.TEXT,
        "errorDeclaration": Tag.JSON,
        "certificationInfo": Tag.JSON,
        "action": Tag.TEXT,
        "parentID": Tag.TEXT,
        "childEPCs": Tag.JSON,
        "childQuantityList": Tag.JSON,
        "epcList": Tag.JSON,
        "quantityList": Tag.JSON,
        "inputEPCList": Tag.JSON,
        "inputQuantityList": Tag.JSON,
        "outputEPCList": Tag.JSON,
        "outputQuantityList": Tag.JSON,
        "transformationID": Tag.TEXT,
        "bizStep": Tag.TEXT,
        "disposition": Tag.TEXT,
        "persistentDisposition": Tag.JSON,
        "readPoint": Tag.JSON,
        "bizLocation": Tag.JSON,
        "bizTransactionList": Tag.JSON,
        "sourceList": Tag.JSON,
        "destinationList": Tag.JSON,
        "sensorElementList": Tag.JSON,
        "ilmd": Tag.JSON,
        # One extension namespace each, as an object with its properties; in ascending order of the namespaces.
        **{f"extension/{index}": Tag.JSON for index in range(8)},
    },
)

ORDER: Final = Schema(
    id=8,
    name="order",
    size=16,
    fields={
        # [identifier, salt]: opens the order's handle.
        "handle": Tag.JSON,
        "number": Tag.TEXT,
        "issued_on": Tag.TEXT,  # yyyy-mm-dd, in the buyer's time
        "supplier_name": Tag.TEXT,
        "deliver_to": Tag.TEXT,
        "note": Tag.TEXT,
        "currency": Tag.TEXT,
        "total_fen": Tag.INTEGER,
        # One element a line, in the order of the lines. Prices, and the agreements they are from, can be shown or
        # withheld apart from what was ordered.
        "lines": Tag.JSON,
        "prices": Tag.JSON,
        "agreements": Tag.JSON,
    },
)

DAILY_SHEET: Final = Schema(
    id=9,
    name="daily sheet",
    size=16,
    fields={
        "organisation": Tag.INTEGER,
        "day": Tag.INTEGER,  # yyyymmdd
        # The taps it covers, by their numbers in the organisation's journal, and how many they are.
        "first": Tag.INTEGER,
        "last": Tag.INTEGER,
        "count": Tag.INTEGER,
        # The hash of the last tap, which folds every tap before it.
        "chain_hash": Tag.BYTES,
    },
)

SCHEMAS: Final[Mapping[int, Schema]] = {schema.id: schema for schema in (LOT_EVENT, ORDER, DAILY_SHEET)}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One place of a tree, opened: ``value`` as bytes, ``salt`` of 32 bytes."""

    index: int
    tag: Tag
    value: bytes
    salt: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """Some leaves of a tree, ascending by index, and the hashes that lead from them to the root.

    ``siblings`` go level by level from the leaves up, in each from left to right, only those that do not follow from
    the leaves.
    """

    leaves: tuple[Leaf, ...]
    siblings: tuple[bytes, ...]


def leaves(schema: Schema, fields: Mapping[str, Any], event_key: bytes) -> tuple[Leaf, ...]:
    """Every leaf of the tree of some fields: ``str``, ``int`` or ``bytes`` by path; ``None`` counts as absent.

    Raises :class:`TypedDataError` naming the field: ``field_unknown``, ``value_wrong_kind``, ``value_out_of_range``,
    ``text_invalid``; ``value_wrong_length`` for an event key that has not 32 bytes.
    """
    if len(event_key) != 32:
        raise TypedDataError("value_wrong_length", "event_key", f"32 bytes are needed, not {len(event_key)}")
    for path in fields:
        schema.index(path)
    return tuple(
        _leaf(index, tag, path, fields.get(path), salt(schema, path, event_key))
        for index, (path, tag) in enumerate(zip(schema.paths, schema.tags, strict=True))
    )


def _leaf(index: int, tag: Tag, path: str, value: Any, own_salt: bytes) -> Leaf:
    if value is None:
        return Leaf(index, Tag.ABSENT, b"", own_salt)
    return Leaf(index, tag, encode_value(tag, value, path), own_salt)


def salt(schema: Schema, path: str, event_key: bytes) -> bytes:
    """The salt of one place, 32 bytes."""
    return hmac.digest(event_key, b"salt" + schema.id.to_bytes(4, "big") + path.encode(), "sha256")


def encode_value(tag: Tag, value: Any, path: str = "value") -> bytes:
    """The bytes of a value in its leaf. Raises :class:`TypedDataError`."""
    if tag is Tag.TEXT and isinstance(value, str):
        return _utf8(value, path)
    if tag is Tag.INTEGER and isinstance(value, int) and not isinstance(value, bool):
        if not -(1 << 255) <= value < 1 << 255:
            raise TypedDataError("value_out_of_range", path, "-2^255 to 2^255 - 1 is allowed")
        return value.to_bytes(32, "big", signed=True)
    if tag in {Tag.BYTES, Tag.JSON} and isinstance(value, bytes):
        return value
    raise TypedDataError("value_wrong_kind", path, f"{type(value).__name__} is no value of {tag.name.lower()}")


def decode_value(leaf: Leaf) -> str | int | bytes | None:
    """The value a leaf shows; ``None`` if it is absent. Raises :class:`TypedDataError` ``value_malformed``."""
    try:
        match leaf.tag:
            case Tag.TEXT:
                return leaf.value.decode()
            case Tag.INTEGER if len(leaf.value) == 32:
                return int.from_bytes(leaf.value, "big", signed=True)
            case Tag.BYTES | Tag.JSON:
                return leaf.value
            case Tag.ABSENT if not leaf.value:
                return None
    except UnicodeDecodeError:
        pass
    raise TypedDataError("value_malformed", f"leaves[{leaf.index}]", f"these bytes are no {leaf.tag.name.lower()}")


def _utf8(text: str, path: str) -> bytes:
    try:
        return unicodedata.normalize("NFC", text).encode()
    except UnicodeEncodeError:
        raise TypedDataError("text_invalid", path, "half of a surrogate pair stands alone in it") from None


def root(schema: Schema, all_leaves: Sequence[Leaf]) -> bytes:
    """The root of every leaf of a schema's tree, 32 bytes."""
    return _levels(schema, all_leaves)[-1][0]


def open_fields(schema: Schema, all_leaves: Sequence[Leaf], paths: Iterable[str]) -> Opening:
    """Opens some fields, present or absent. Raises :class:`TypedDataError` ``field_unknown``."""
    levels = _levels(schema, all_leaves)
    positions = sorted({schema.index(path) for path in paths})
    shown = tuple(all_leaves[position] for position in positions)
    siblings: list[bytes] = []
    for level in levels[:-1]:
        known = set(positions)
        siblings += [level[position ^ 1] for position in positions if position ^ 1 not in known]
        positions = sorted({position >> 1 for position in positions})
    return Opening(shown, tuple(siblings))


def verify(schema: Schema, expected_root: bytes, opening: Opening) -> bool:
    """Whether these leaves stand in the tree with that root, with the types their schema gives them."""
    indexes = [leaf.index for leaf in opening.leaves]
    if not indexes or indexes != sorted(set(indexes)) or not 0 <= indexes[0] <= indexes[-1] < schema.size:
        return False
    if any(leaf.tag not in {Tag.ABSENT, schema.tags[leaf.index]} for leaf in opening.leaves):
        return False
    if any(leaf.tag is Tag.ABSENT and leaf.value for leaf in opening.leaves):
        return False
    level = {leaf.index: leaf_hash(schema, leaf) for leaf in opening.leaves}
    siblings = list(reversed(opening.siblings))
    for _ in range(schema.size.bit_length() - 1):
        for position in sorted(level):
            if position ^ 1 not in level:
                if not siblings:
                    return False
                level[position ^ 1] = siblings.pop()
        level = {
            position >> 1: node_hash(level[position], level[position + 1])
            for position in sorted(level)
            if position % 2 == 0
        }
    return not siblings and level[0] == expected_root


def _levels(schema: Schema, all_leaves: Sequence[Leaf]) -> list[list[bytes]]:
    if [leaf.index for leaf in all_leaves] != list(range(schema.size)):
        raise ValueError(f"a tree of {schema.name} has {schema.size} leaves, in order")
    levels = [[leaf_hash(schema, leaf) for leaf in all_leaves]]
    while len(below := levels[-1]) > 1:
        levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below), 2)])
    return levels


def leaf_hash(schema: Schema, leaf: Leaf) -> bytes:
    """The hash of one place, 32 bytes."""
    value = leaf.value
    encoded = b"".join(
        (
            schema.id.to_bytes(32, "big"),
            leaf.index.to_bytes(32, "big"),
            leaf.tag.to_bytes(32, "big"),
            _OFFSET_OF_VALUE,
            leaf.salt,
            len(value).to_bytes(32, "big"),
            value,
            bytes(-len(value) % 32),
        )
    )
    return keccak(_LEAF + keccak(encoded))


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours, 32 bytes."""
    return keccak(_NODE + left + right)


def handle(identifier: str, own_salt: bytes) -> bytes:
    """The salted hash by which the chain knows a trade identifier. The salt has 32 random bytes.

    Raises :class:`TypedDataError` ``text_invalid`` or ``value_wrong_length``.
    """
    if len(own_salt) != 32:
        raise TypedDataError("value_wrong_length", "salt", f"32 bytes are needed, not {len(own_salt)}")
    return keccak(own_salt + _utf8(identifier, "identifier"))


def definitions() -> dict[str, Any]:
    """The schemas as JSON for other languages: ``contracts/artifacts/details.json``."""
    return {
        "schemas": [
            {
                "id": schema.id,
                "name": schema.name,
                "size": schema.size,
                "fields": [{"path": path, "type": tag.name.lower()} for path, tag in schema.fields.items()],
            }
            for schema in SCHEMAS.values()
        ]
    }
