"""A block's logs bloom: the header's own, independent word on which logs it has.

2048 bits; each address and topic of each log sets three. A node that leaves a log out of `eth_getLogs` is given away
by bits that nothing it returned explains.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct

from contracts.signatures import keccak
from indexer.decode import Log
from indexer.events import WORD

_BITS = tuple(1 << at for at in range(2048))
_PLACES = Struct(">HHH")


def bits(value: bytes) -> int:
    """The three bits of an address or topic (Ethereum yellow paper, 4.3.1)."""
    places: tuple[int, int, int] = _PLACES.unpack_from(keccak(value))
    first, second, third = places
    return _BITS[first & 2047] | _BITS[second & 2047] | _BITS[third & 2047]


def bloom_of(logs: Iterable[Log]) -> int:
    """The bloom of a block that has these logs and no others."""
    # Hashing is what costs, and most values stand in many logs of a block.
    values: set[bytes] = set()
    for log in logs:
        topics = log.topics
        values.add(log.address)
        if log.topic:
            values.add(log.topic)
        for at in range(0, len(topics), WORD):
            values.add(topics[at : at + WORD])
    mask = 0
    for value in values:
        mask |= bits(value)
    return mask
