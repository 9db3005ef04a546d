"""Where the fields of an event lie in a log's bytes, and the functions that slice them out.

A loop over a layout's fields would cost several times what the slicing does. So it runs once for each layout, when the
ABI is read, and leaves Python source behind: one `unpack_from`, one mask over all padding, one dict display.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any

Reader = Callable[[bytes, int], dict[str, Any]]

# The pieces an integer is put together from, by their bytes: `struct` has no three and no five.
_NATIVE = {8: "Q", 4: "I", 2: "H", 1: "B"}


@dataclass(frozen=True, slots=True)
class Field:
    """One value of an event. `type` is the Solidity type; `size` its bytes where it stands."""

    name: str
    type: str

    @property
    def size(self) -> int:
        if self.type == "address":
            return 20
        if self.type == "bool":
            return 1
        digits = int(self.type.removeprefix("uint").removeprefix("bytes"))
        return digits // 8 if self.is_integer else digits

    @property
    def is_integer(self) -> bool:
        return self.type.startswith("uint")


class Layout:
    """The fields of a run of static words.

    `slots` holds, in the order of the bytes, a Field or a number of padding bytes. `read(data, at)` gives the fields
    that stand at byte `at`, by name; it raises ValueError if they are cut off or their padding is not zero.
    """

    def __init__(self, slots: Sequence[Field | int]) -> None:
        self.fields = tuple(slot for slot in slots if isinstance(slot, Field))
        self.names = tuple(field.name for field in self.fields)
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"two fields of one event share a name: {self.names}; add a prefix in events.py")
        self.size = sum(slot if isinstance(slot, int) else slot.size for slot in slots)
        self.read = _reader(slots)


def _reader(slots: Sequence[Field | int]) -> Reader:
    form, padding = ">", b""
    targets: list[str] = []
    entries: list[str] = []
    for slot in slots:
        if isinstance(slot, int):
            form += f"{slot}x"
            padding += b"\xff" * slot
            continue
        pieces = _pieces(slot)
        names = [f"v{len(targets) + at}" for at in range(len(pieces))]
        form += "".join(pieces)
        # A truth value is 0 or 1: its upper bits are padding too.
        padding += b"\xfe" if slot.type == "bool" else bytes(slot.size)
        entries.append(f"{slot.name!r}: {_value(slot, names, pieces)}")
        targets += names
    struct = Struct(form)
    source = "\n".join(
        (
            "def read(data, at):",
            f"    end = at + {struct.size}",
            "    if len(data) < end:",
            "        raise cut_off(data, at)",
            "    if from_bytes(data[at:end]) & padding:",
            "        raise dirty(at)",
            f"    ({''.join(f'{each}, ' for each in targets)}) = unpack_from(data, at)",
            f"    return {{{', '.join(entries)}}}",
        )
    )
    names_in_source: dict[str, Any] = {
        "unpack_from": struct.unpack_from,
        "from_bytes": int.from_bytes,
        "padding": int.from_bytes(padding),
        "cut_off": lambda data, at: ValueError(
            f"{struct.size} bytes expected at byte {at}, {max(0, len(data) - at)} are there"
        ),
        "dirty": lambda at: ValueError(f"padding bits are set in the {struct.size} bytes at byte {at}"),
    }
    exec(source, names_in_source)  # noqa: S102 (the source is the lines above; names come from our own artifacts)
    read: Reader = names_in_source["read"]
    return read


def _pieces(field: Field) -> list[str]:
    """The `struct` codes that cover a field, most significant first."""
    if not (field.is_integer or field.type == "bool") or field.size > max(_NATIVE):
        return [f"{field.size}s"]
    pieces: list[str] = []
    left = field.size
    for size, code in _NATIVE.items():
        pieces += [code] * (left // size)
        left %= size
    return pieces


def _value(field: Field, names: Sequence[str], pieces: Sequence[str]) -> str:
    """The expression that makes a field of its pieces."""
    if field.is_integer and pieces[0].endswith("s"):
        return f"from_bytes({names[0]})"
    widths = {code: 8 * size for size, code in _NATIVE.items()}
    value = names[0]
    for name, code in zip(names[1:], pieces[1:], strict=True):
        value = f"({value} << {widths[code]} | {name})"
    return value
