"""Builds Merkle-Patricia tries, to make proofs of them: written apart from the verifier's reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, Union

from contracts.signatures import keccak
from verifier import rlp

_Node: TypeAlias = list[Union[bytes, "_Node"]]


class Trie:
    """A trie over ``keccak256(key)``. Values are what stands in the leaves, never empty."""

    def __init__(self, content: Mapping[bytes, bytes]) -> None:
        self._nodes: dict[bytes, bytes] = {}
        entries = sorted((keccak(key).hex(), value) for key, value in content.items())
        self._top = self._build(entries, 0) if entries else None
        self.root = keccak(rlp.encode(b"")) if self._top is None else self._store(self._top)

    def proof(self, key: bytes) -> set[bytes]:
        """The nodes with a hash of their own on the way to a key, or to where it would stand."""
        passed: set[bytes] = set()
        if self._top is None:
            return passed
        path, node = keccak(key).hex(), self._top
        passed.add(self._nodes[self.root])
        while True:
            if len(node) == 17:
                child, path = node[int(path[0], 16)], path[1:]
            else:
                assert isinstance(node[0], bytes)
                way = node[0].hex()[1:] if node[0][0] >> 4 & 1 else node[0].hex()[2:]
                if node[0][0] >> 4 >= 2 or not path.startswith(way):
                    return passed
                child, path = node[1], path[len(way) :]
            if child == b"":
                return passed
            if isinstance(child, bytes):
                passed.add(self._nodes[child])
                decoded = rlp.decode(self._nodes[child])
                assert isinstance(decoded, list)
                node = decoded
            else:
                node = child

    def _build(self, entries: list[tuple[str, bytes]], depth: int) -> _Node:
        first, last = entries[0][0], entries[-1][0]
        if len(entries) == 1:
            return [_hex_prefix(first[depth:], leaf=True), entries[0][1]]
        shared = depth
        while first[shared] == last[shared]:
            shared += 1
        if shared > depth:
            return [_hex_prefix(first[depth:shared], leaf=False), self._reference(self._build(entries, shared))]
        branch: _Node = [b""] * 17
        for digit in range(16):
            below = [entry for entry in entries if int(entry[0][depth], 16) == digit]
            if below:
                branch[digit] = self._reference(self._build(below, depth + 1))
        return branch

    def _reference(self, node: _Node) -> bytes | _Node:
        return self._store(node) if len(rlp.encode(node)) >= 32 else node

    def _store(self, node: _Node) -> bytes:
        encoded = rlp.encode(node)
        self._nodes[keccak(encoded)] = encoded
        return keccak(encoded)


def _hex_prefix(digits: str, *, leaf: bool) -> bytes:
    flag = 2 * leaf + len(digits) % 2
    return bytes.fromhex(f"{flag}{digits}" if len(digits) % 2 else f"{flag}0{digits}")
