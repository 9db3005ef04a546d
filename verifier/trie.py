"""Proofs in Merkle-Patricia tries (Ethereum yellow paper, appendix D): what stands at a key, or that nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.signatures import keccak
from verifier import rlp
from verifier.refusal import Refusal

EMPTY_ROOT: Final = keccak(rlp.encode(b""))
_BRANCH: Final = 17
_SHORT: Final = 2


class Nodes:
    """The nodes of a file, by hash, and which of them some way has passed."""

    def __init__(self, nodes: Sequence[bytes]) -> None:
        self._nodes = {keccak(node): node for node in nodes}
        self._decoded: dict[bytes, list[rlp.Item]] = {}

    def get(self, root: bytes, key: bytes, place: str) -> bytes | None:
        """What stands at ``keccak256(key)`` under a root; ``None`` if it is proven that nothing does.

        Raises :class:`Refusal` ``proof_missing`` or ``proof_invalid``.
        """
        if root == EMPTY_ROOT:
            return None
        path = keccak(key).hex()
        node = self._at(root, place)
        while True:
            if len(node) == _BRANCH:
                child, path = node[int(path[0], 16)], path[1:]
            else:
                way, is_leaf = _way(node[0], place)
                if is_leaf:
                    return _value(node[1], place) if way == path else None
                if not path.startswith(way):
                    return None
                child, path = node[1], path[len(way) :]
            if child == b"":
                return None
            if not path:
                raise _invalid(place, "a way goes on beyond its key")
            node = self._child(child, place)

    @property
    def unused(self) -> int:
        """How many nodes no way has passed."""
        return len(self._nodes) - len(self._decoded)

    @property
    def passed(self) -> tuple[bytes, ...]:
        """The nodes that some way has passed, ascending by hash."""
        return tuple(self._nodes[hash_] for hash_ in sorted(self._decoded))

    def _child(self, child: rlp.Item, place: str) -> list[rlp.Item]:
        """A node of less than 32 bytes stands in its parent itself."""
        if isinstance(child, list):
            if len(rlp.encode(child)) >= 32:
                raise _invalid(place, "a long node stands in its parent")
            return _checked(child, place)
        if len(child) != 32:
            raise _invalid(place, "a reference has not 32 bytes")
        return self._at(child, place)

    def _at(self, hash_: bytes, place: str) -> list[rlp.Item]:
        if hash_ not in self._decoded:
            if hash_ not in self._nodes:
                raise Refusal("proof_missing", place, f"node 0x{hash_.hex()} is not in the file")
            try:
                item = rlp.decode(self._nodes[hash_])
            except ValueError as error:
                raise _invalid(place, f"node 0x{hash_.hex()}: {error}") from None
            self._decoded[hash_] = _checked(item, place)
        return self._decoded[hash_]


def _checked(item: rlp.Item, place: str) -> list[rlp.Item]:
    if not isinstance(item, list) or len(item) not in (_BRANCH, _SHORT):
        raise _invalid(place, "a node is neither a branch nor a leaf nor an extension")
    return item


def _way(encoded: rlp.Item, place: str) -> tuple[str, bool]:
    """The nibbles of a leaf or an extension, and whether it is a leaf (hex-prefix encoding)."""
    digits = encoded.hex() if isinstance(encoded, bytes) else ""
    if not digits or digits[0] not in "0123" or (digits[0] in "02" and digits[1] != "0"):
        raise _invalid(place, "a way is not hex-prefix encoded")
    way = digits[1:] if digits[0] in "13" else digits[2:]
    is_leaf = digits[0] in "23"
    if not is_leaf and not way:
        raise _invalid(place, "an extension leads nowhere")
    return way, is_leaf


def _value(item: rlp.Item, place: str) -> bytes:
    if not isinstance(item, bytes) or not item:
        raise _invalid(place, "a leaf holds no value")
    return item


def _invalid(place: str, message: str) -> Refusal:
    return Refusal("proof_invalid", place, message)
