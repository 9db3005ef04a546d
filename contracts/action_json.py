"""Actions as JSON: how they travel over HTTP and lie in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.signatures import TypedDataError, address_bytes, checksum
from contracts.typed_data import STRUCTS


def parse(struct: str, value: object, path: str = "") -> dict[str, Any]:
    """Makes a value of a struct out of JSON: bytes from ``0x`` strings, integers from numbers or decimal strings.

    Raises :class:`TypedDataError` naming the field (``actions[3].items[0].seq``) and what is wrong with it: a
    missing or an unknown field, a wrong kind, length or range.
    """
    if not isinstance(value, Mapping):
        raise TypedDataError("value_wrong_kind", path or struct, f"an object of {struct} is needed")
    names = {field.name for field in STRUCTS[struct]}
    for name in value:
        if name not in names:
            raise TypedDataError("field_unknown", f"{path}.{name}".lstrip("."), f"{struct} has no such field")
    parsed = {}
    for field in STRUCTS[struct]:
        place = f"{path}.{field.name}".lstrip(".")
        if field.name not in value:
            raise TypedDataError("field_missing", place, f"{struct} needs {field.type} {field.name}")
        parsed[field.name] = _parse_field(field.type, value[field.name], place)
    return parsed


def _parse_field(type_: str, value: object, path: str) -> Any:
    if type_.endswith("[]"):
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            raise TypedDataError("value_wrong_kind", path, "a list is needed")
        return [_parse_field(type_[:-2], item, f"{path}[{i}]") for i, item in enumerate(value)]
    if type_ in STRUCTS:
        return parse(type_, value, path)
    if type_.startswith("uint"):
        return _parse_uint(int(type_[4:]), value, path)
    if type_ == "bool":
        if not isinstance(value, bool):
            raise TypedDataError("value_wrong_kind", path, "true or false is needed")
        return value
    if not isinstance(value, str):
        raise TypedDataError("value_wrong_kind", path, f"a 0x string of {type_} is needed")
    if type_ == "address":
        try:
            return checksum(address_bytes(value))
        except TypedDataError as error:
            raise TypedDataError(error.code, path, error.message) from None
    return _parse_bytes(int(type_[5:]), value, path)


def _parse_uint(bits: int, value: object, path: str) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 78:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypedDataError("value_wrong_kind", path, "a whole number (or its decimal digits) is needed")
    if not 0 <= value < 1 << bits:
        raise TypedDataError("value_out_of_range", path, f"0 to 2^{bits} - 1 is allowed")
    return value


def _parse_bytes(size: int, value: str, path: str) -> bytes:
    try:
        raw = bytes.fromhex(value[2:]) if value[:2] == "0x" else None
    except ValueError:
        raw = None
    if raw is None:
        raise TypedDataError("value_wrong_kind", path, "0x and hexadecimal digits are needed")
    if len(raw) != size:
        raise TypedDataError("value_wrong_length", path, f"{size} bytes are needed, not {len(raw)}")
    return raw


def to_json(value: Any) -> Any:
    """The reverse of :func:`parse`: bytes as ``0x`` strings, integers past 2^53 as decimal strings."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Mapping):
        return {name: to_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return str(value) if isinstance(value, int) and value >= 1 << 53 else value
