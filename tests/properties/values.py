"""Values of any struct, batches of any action, details of any schema: what the properties are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from contracts.details import Schema, Tag
from contracts.signatures import checksum
from contracts.typed_data import STRUCTS, Batch
from contracts.wire import Trail

# A contract asked by `eth_call` has a clock too: deadlines lie beyond it. The vectors have the low ones.
_SOONEST = 2**40

# Normalisers agree on characters that all of them know: those of Python's own Unicode.
texts = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=40)


def integers(bits: int) -> st.SearchStrategy[int]:
    """Unsigned, with both ends likelier than chance has them."""
    top = 2**bits - 1
    return st.sampled_from((0, top)) | st.integers(0, top)


def fixed_bytes(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


addresses = fixed_bytes(20).map(checksum)


def values(type_: str) -> st.SearchStrategy[Any]:
    """Values of a Solidity type or of one of our structs."""
    if type_.endswith("[]"):
        return st.lists(values(type_[:-2]), max_size=3)
    if type_ in STRUCTS:
        return st.fixed_dictionaries({field.name: values(field.type) for field in STRUCTS[type_]})
    if type_ == "address":
        return addresses
    if type_ == "bool":
        return st.booleans()
    return integers(int(type_[4:])) if type_.startswith("uint") else fixed_bytes(int(type_[5:]))


def batches(action: str) -> st.SearchStrategy[Batch]:
    return st.builds(
        Batch,
        action=st.just(action),
        actions=st.lists(values(action), min_size=1, max_size=3).map(tuple),
        nonce=integers(256),
        deadline=st.integers(_SOONEST, 2**64 - 1),
        mode=st.sampled_from((0, 1)),
    )


def trails(count: int) -> st.SearchStrategy[tuple[Trail, ...]]:
    steps = st.lists(st.tuples(fixed_bytes(32), addresses), max_size=3).map(tuple)
    trail = st.builds(Trail, head_before=fixed_bytes(24), steps=steps)
    return st.lists(trail, min_size=count, max_size=count).map(tuple)


_OF_TAG: Mapping[Tag, st.SearchStrategy[Any]] = {
    Tag.TEXT: texts,
    Tag.INTEGER: st.sampled_from((-(2**255), 2**255 - 1)) | st.integers(-(2**255), 2**255 - 1),
    Tag.BYTES: st.binary(max_size=100),
    Tag.JSON: st.binary(max_size=100),
}


def details(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Some of a schema's fields."""
    return st.fixed_dictionaries({}, optional={path: _OF_TAG[tag] for path, tag in schema.fields.items()})
