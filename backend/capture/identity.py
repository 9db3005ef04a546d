"""What makes two events the same: what they say, and whether they are declared erroneous; not what they are called."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.epcis import canonical, jsonld
from backend.reading.exact_json import canonical_json

_PREFIX = "ni:///sha-256;"


@dataclass(frozen=True, slots=True)
class EventIdentity:
    """An event's canonical hash, 32 bytes, and SHA-256 of its error declaration, empty if it has none."""

    hash: bytes
    error: bytes

    @property
    def name(self) -> str:
        """The hash as CBV 2.0 writes it: `ni:///sha-256;...?ver=CBV2.0`."""
        return f"{_PREFIX}{self.hash.hex()}?ver=CBV2.0"


def identity_of(event: Mapping[str, Any]) -> EventIdentity:
    """The identity of an event that brings its `@context` along."""
    (read,) = jsonld.events(event)
    name = canonical.event_hash(read)
    declared = event.get("errorDeclaration")
    error = b"" if declared is None else hashlib.sha256(canonical_json(declared, "errorDeclaration")).digest()
    return EventIdentity(bytes.fromhex(name.removeprefix(_PREFIX)[:64]), error)
