"""A block's logs bloom: the header's own, independent word on which logs it has.

2048 bits; each address and topic of each log sets three. A node that leaves a log out of `eth_getLogs` is given away
by bits that nothing it returned explains.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from contracts.signatures import keccak
from indexer.decode import Log
from indexer.events import WORD


@lru_cache(maxsize=4096)
def bits(value: bytes) -> int:
    """The three bits of an address or topic (Ethereum yellow paper, 4.3.1)."""
    digest = keccak(value)
    mask = 0
    for at in (0, 2, 4):
        mask |= 1 << (int.from_bytes(digest[at : at + 2]) & 2047)
    return mask


def bloom_of(logs: Iterable[Log]) -> int:
    """The bloom of a block that has these logs and no others."""
    mask = 0
    for log in logs:
        mask |= bits(log.address)
        if log.topic:
            mask |= bits(log.topic)
        for at in range(0, len(log.topics), WORD):
            mask |= bits(log.topics[at : at + WORD])
    return mask
