"""The node, asked for what it proves: the header of a block in full, and what stood in contracts' storage then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from indexer.errors import Retryable
from indexer.rpc import Node

SLOTS_PER_REQUEST = 512


class StateGone(Exception):
    """The node keeps the state of that block no longer, or has none of it yet."""


class ProvingNode(Node):
    """A node that proves what it says. Every method raises Retryable as those of `Node` do."""

    def header(self, number: int) -> Mapping[str, Any]:
        """The header of a block as `eth_getBlockByNumber` has it, with what else stands beside it there."""
        answer = self._call("eth_getBlockByNumber", hex(number), False)  # noqa: FBT003 (transactions by hash)
        if not isinstance(answer, dict):
            raise self._lie(f"block {number} is no object")
        return answer

    def proof(self, address: bytes, slots: Sequence[bytes], block: int) -> set[bytes]:
        """The nodes of the state trie on the way to an account, and of its storage trie on the ways to slots.

        Args:
            slots: 32 bytes each; whether or not anything stands there.
            block: as of the end of which block.

        Raises:
            StateGone: the node does not have that state.
        """
        nodes: set[bytes] = set()
        for start in range(0, max(1, len(slots)), SLOTS_PER_REQUEST):
            asked = [f"0x{slot.hex()}" for slot in slots[start : start + SLOTS_PER_REQUEST]]
            try:
                answer = self._call("eth_getProof", f"0x{address.hex()}", asked, hex(block))
            except Retryable as error:
                # Each client has its own words for a state it has pruned; all of them answer, and with an error.
                if error.code == "node_refused":
                    raise StateGone(error.message) from error
                raise
            nodes |= self._nodes(answer)
        return nodes

    def _nodes(self, answer: Any) -> set[bytes]:
        try:
            ways = [answer["accountProof"], *(each["proof"] for each in answer["storageProof"])]
            return {bytes.fromhex(node[2:]) for way in ways for node in way}
        except (KeyError, ValueError, TypeError) as error:
            raise self._lie(f"a proof is malformed: {type(error).__name__} {error}") from error
