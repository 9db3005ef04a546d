"""Whose an action is: the organisations that may read its details."""

from collections.abc import Mapping
from typing import Any

# Nested keys, and the fields in them that name an organisation.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "order": ("buyer", "supplier"),
    "consignment": ("from", "to"),
    "sheet": ("organisation",),
}


def parties(action: Mapping[str, Any], signer: int) -> set[int]:
    """The organisation that signs an action, and those it names as its parties. Makers and creators are none: what is
    done with goods they once made is not theirs to read."""
    found = {signer}
    if isinstance(organisation := action.get("organisation"), int):
        found.add(organisation)
    milestone = action.get("milestone")
    for holder in (action, milestone if isinstance(milestone, Mapping) else {}):
        for name, fields in _KEYS.items():
            key = holder.get(name)
            if isinstance(key, Mapping):
                found |= {int(key[field]) for field in fields}
    return found - {0}
