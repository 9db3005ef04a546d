"""Details in the clear, as JSON and as leaves.

JSON carries a text as a string, an integer as a number or decimal digits, bytes as `0x` hex, and a JSON value as
itself; its leaf holds RFC 8785 bytes. A number in such a value that RFC 8785, which knows doubles alone, would change
is refused: what is signed is what was meant.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from backend.errors import ServiceError
from backend.reading.exact_json import canonical_json
from contracts import details
from contracts.details import Schema, Tag
from contracts.signatures import TypedDataError


@dataclass(frozen=True)
class Details:
    """The fields of one action and the key their salts come from: whoever holds both can open all of it."""

    schema: Schema
    fields: Mapping[str, str | int | bytes]
    event_key: bytes

    # Kept once made: it is most of the work of taking a batch, which checks it, seals by it and keeps it.
    @cached_property
    def root(self) -> bytes:
        """What the action commits to."""
        return details.root(self.schema, details.leaves(self.schema, self.fields, self.event_key))

    def to_bytes(self) -> bytes:
        """As they are sealed: JSON that `parse` reads."""
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":")).encode()

    def to_json(self) -> dict[str, Any]:
        """As they travel."""
        return {
            "schema": self.schema.id,
            "fields": {path: _shown(self.schema.fields[path], value) for path, value in self.fields.items()},
            "event_key": "0x" + self.event_key.hex(),
        }

    def value(self, path: str) -> Any:
        """A field as Python has it, a JSON value read; None if it is absent.

        Numbers with a point are Decimals, as they were written.
        """
        value = self.fields.get(path)
        if isinstance(value, bytes) and self.schema.fields[path] is Tag.JSON:
            return json.loads(value, parse_float=Decimal)
        return value


def parse(schema: int, fields: Mapping[str, Any], event_key: bytes) -> Details:
    """Details out of their JSON form; a field that is null is absent.

    Raises:
        ServiceError: `details_invalid`, naming the field.
    """
    known = details.SCHEMAS.get(schema)
    if known is None:
        raise ServiceError("details_invalid", at="schema", problem="schema_unknown", detail=f"there is no {schema}")
    try:
        found = _details(known, fields, event_key)
        # Everything wrong with the fields shows when the root is made of them.
        _ = found.root
    except TypedDataError as error:
        raise ServiceError("details_invalid", at=error.path, problem=error.code, detail=error.message) from error
    return found


def from_bytes(plaintext: bytes) -> Details:
    """The reverse of `Details.to_bytes`. What was parsed once, and sealed since, is not looked at for errors again."""
    content = json.loads(plaintext, parse_float=Decimal)
    return _details(details.SCHEMAS[content["schema"]], content["fields"], bytes.fromhex(content["event_key"][2:]))


def _details(schema: Schema, fields: Mapping[str, Any], event_key: bytes) -> Details:
    read = {path: _read(schema, path, value) for path, value in fields.items() if value is not None}
    return Details(schema, read, event_key)


def _read(schema: Schema, path: str, value: Any) -> Any:
    schema.index(path)
    tag = schema.fields[path]
    if tag is Tag.JSON:
        return canonical_json(value, path)
    if tag is Tag.INTEGER and isinstance(value, str) and value.lstrip("-").isdigit() and len(value) <= 79:
        return int(value)
    if tag is Tag.BYTES and isinstance(value, str) and value.startswith("0x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            raise TypedDataError("value_wrong_kind", path, "0x and hexadecimal digits are needed") from None
    return value


def _shown(tag: Tag, value: Any) -> Any:
    if tag is Tag.JSON:
        return json.loads(value)
    if tag is Tag.BYTES:
        return "0x" + value.hex()
    return str(value) if isinstance(value, int) and abs(value) >= 1 << 53 else value
