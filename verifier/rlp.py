"""Recursive Length Prefix, strictly: one encoding for each content (Ethereum yellow paper, appendix B)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, Union

Item: TypeAlias = Union[bytes, "list[Item]"]


def encode(item: bytes | Sequence[object]) -> bytes:
    """Bytes, or lists of them at any depth."""
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _prefix(len(item), 0x80) + item
    content = b"".join(encode(each) for each in item)  # type: ignore[arg-type]  # mypy knows no recursion through Sequence
    return _prefix(len(content), 0xC0) + content


def _prefix(length: int, offset: int) -> bytes:
    if length < 56:
        return bytes([offset + length])
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([offset + 55 + len(size)]) + size


def decode(data: bytes) -> Item:
    """The reverse of :func:`encode`. Raises ``ValueError`` for anything it does not give."""
    item, end = _item(data, 0, 0)
    if end != len(data):
        raise ValueError("there are bytes behind the end")
    return item


def _item(data: bytes, at: int, level: int) -> tuple[Item, int]:
    if at >= len(data) or level > 16:
        raise ValueError("cut short, or nested too deep")
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    offset = 0x80 if first < 0xC0 else 0xC0
    begin, end = _extent(data, at, first - offset)
    if offset == 0x80:
        if end - begin == 1 and data[begin] < 0x80:
            raise ValueError("a single byte has a prefix")
        return data[begin:end], end
    items: list[Item] = []
    while begin < end:
        item, begin = _item(data, begin, level + 1)
        items.append(item)
    if begin != end:
        raise ValueError("an item reaches beyond its list")
    return items, end


def _extent(data: bytes, at: int, length: int) -> tuple[int, int]:
    begin = at + 1
    if length > 55:
        size = data[begin : begin + length - 55]
        begin += length - 55
        length = int.from_bytes(size, "big")
        if length < 56 or size[0] == 0:
            raise ValueError("a length is written longer than needed")
    if begin + length > len(data):
        raise ValueError("cut short")
    return begin, begin + length
