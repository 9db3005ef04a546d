"""How bytes and large integers look in JSON: `0x` with lower-case hex, and decimal strings past 2^53."""

from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_JSON_SAFE = 2**53


def to_hex(value: bytes) -> str:
    """`0x` and lower-case hex digits."""
    return "0x" + value.hex()


def from_hex(text: object, size: int) -> bytes:
    """Exactly `size` bytes from `0x` hex, either case.

    Raises:
        ValueError: another length, or not hex.
    """
    if not isinstance(text, str) or len(text) != 2 + 2 * size or not text.startswith("0x"):
        raise ValueError(f"must be 0x and {2 * size} hex digits")
    return bytes.fromhex(text[2:])


def _bytes_of(size: int) -> Callable[[object], bytes]:
    """A reader of `size` bytes, from JSON or from our own code."""
    return lambda value: value if isinstance(value, bytes) else from_hex(value, size)


def _decimal(value: object) -> int:
    """An unsigned integer given as a number or as a decimal string."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("must be an integer or a string of decimal digits")
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 78):
        raise ValueError("must be an integer or a string of decimal digits")
    return int(value)


def to_decimal(value: int) -> int | str:
    """A number where JavaScript reads it exactly, else a decimal string."""
    return value if value < _JSON_SAFE else str(value)


Hash = Annotated[
    bytes,
    BeforeValidator(_bytes_of(32)),
    PlainSerializer(to_hex, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{64}$"}),
]
"""32 bytes: an id, a digest, an action hash."""

Head = Annotated[
    bytes,
    BeforeValidator(_bytes_of(24)),
    PlainSerializer(to_hex, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{48}$"}),
]
"""24 bytes: the head of a record."""

Address = Annotated[
    bytes,
    BeforeValidator(_bytes_of(20)),
    PlainSerializer(to_hex, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"}),
]
"""20 bytes: a signer or a contract."""

Signature = Annotated[
    bytes,
    BeforeValidator(_bytes_of(65)),
    PlainSerializer(to_hex, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{130}$"}),
]
"""65 bytes r, s, v."""

Unsigned = Annotated[
    int,
    BeforeValidator(_decimal),
    PlainSerializer(to_decimal, return_type=int | str),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]{1,78}$"}]}),
]
"""An unsigned integer of up to 256 bits."""
