"""Details are one root in Python, Solidity and TypeScript, and show what they hold and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.action_json import to_json
from contracts.details import LOT_EVENT, Opening, Schema, Tag, decode_value, handle, leaves, open_fields, root, verify
from tests.properties.languages import Solidity, TypeScript
from tests.properties.values import details, fixed_bytes, texts

ANYTHING = Schema(
    id=7,
    name="anything",
    size=16,
    fields={"name": Tag.TEXT, "名称": Tag.TEXT, "amount_fen": Tag.INTEGER, "photo": Tag.BYTES, "parts": Tag.JSON},
)

every_schema = pytest.mark.parametrize("schema", [ANYTHING, LOT_EVENT], ids=lambda schema: schema.name)


def _shown(schema: Schema) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(list(schema.fields)), min_size=1, max_size=4, unique=True)


def _field(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else str(to_json(value))


@every_schema
@settings(max_examples=40)
@given(data=st.data())
def test_what_is_opened_verifies_in_every_language(
    schema: Schema, data: st.DataObject, solidity: Solidity, typescript: TypeScript
) -> None:
    fields = data.draw(details(schema))
    event_key = data.draw(fixed_bytes(32))
    shown = data.draw(_shown(schema))
    tree = leaves(schema, fields, event_key)
    opening = open_fields(schema, tree, shown)

    assert verify(schema, root(schema, tree), opening)
    assert {"root": to_json(root(schema, tree)), "siblings": to_json(opening.siblings), "verified": True} == (
        typescript.ask(
            "details",
            schema={
                "id": schema.id,
                "name": schema.name,
                "size": schema.size,
                "fields": [{"path": path, "type": tag.name.lower()} for path, tag in schema.fields.items()],
            },
            eventKey=to_json(event_key),
            fields={path: _field(value) for path, value in fields.items()},
            shown=shown,
        )
    )
    assert solidity.verifies(schema, root(schema, tree), opening.leaves, opening.siblings)


@every_schema
@settings(max_examples=40)
@given(data=st.data())
def test_an_opening_changed_anywhere_verifies_nowhere(schema: Schema, data: st.DataObject, solidity: Solidity) -> None:
    tree = leaves(schema, data.draw(details(schema)), data.draw(fixed_bytes(32)))
    opening = open_fields(schema, tree, data.draw(_shown(schema)))
    changed = data.draw(_changed(opening))
    assert not verify(schema, root(schema, tree), changed)
    assert not solidity.verifies(schema, root(schema, tree), changed.leaves, changed.siblings)


@st.composite
def _changed(draw: st.DrawFn, opening: Opening) -> Opening:
    """One bit, one sibling or one leaf is not as it was."""
    if draw(st.booleans()):
        at = draw(st.integers(0, len(opening.siblings)))
        before, after = opening.siblings[:at], opening.siblings[at:]
        kept = draw(st.sampled_from((after[1:], (bytes(32), *after), (bytes(32), *after[1:]))))
        siblings = (*before, *kept)
        return replace(opening, siblings=siblings if siblings != opening.siblings else (*siblings, bytes(32)))
    at = draw(st.integers(0, len(opening.leaves) - 1))
    leaf = opening.leaves[at]
    flipped = bytes([leaf.salt[0] ^ 1]) + leaf.salt[1:]
    changes: list[Any] = [
        replace(leaf, value=leaf.value + b"\x00"),
        replace(leaf, salt=flipped),
        replace(leaf, tag=draw(st.sampled_from([tag for tag in Tag if tag is not leaf.tag]))),
        replace(leaf, index=leaf.index ^ 1),
    ]
    changed = draw(st.sampled_from(changes))
    return replace(opening, leaves=(*opening.leaves[:at], changed, *opening.leaves[at + 1 :]))


@given(fields=details(ANYTHING), event_key=fixed_bytes(32))
def test_leaves_hold_what_went_in(fields: dict[str, Any], event_key: bytes) -> None:
    tree = leaves(ANYTHING, fields, event_key)
    shown = {path: decode_value(tree[ANYTHING.index(path)]) for path in ANYTHING.fields}
    again = leaves(ANYTHING, shown, event_key)
    assert tree == again
    assert {path for path in fields if fields[path] is not None} == {path for path, v in shown.items() if v is not None}


@given(identifier=texts, salt=fixed_bytes(32))
def test_a_handle_is_the_same_in_typescript(identifier: str, salt: bytes, typescript: TypeScript) -> None:
    assert {"handle": to_json(handle(identifier, salt))} == (
        typescript.ask("handle", identifier=identifier, salt=to_json(salt))
    )
