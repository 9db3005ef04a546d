"""A run of blocks with our logs in them, believed only after the node's answers were held against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.bloom import bits, bloom_of
from indexer.chain import Header
from indexer.decode import Log
from indexer.errors import Retryable
from indexer.rpc import Node


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive headers, and every log of our contracts in them in chain order."""

    headers: tuple[Header, ...]
    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True)
class Pace:
    """How many blocks to ask for at once: as many as carry about `logs_wanted` logs.

    Few to begin with, because several windows are asked for before the first says how full blocks are.
    """

    blocks: int = 4
    most: int = 1000
    logs_wanted: int = 2500

    def after(self, window: Window) -> Pace:
        """The pace once this window arrived: doubled while there is room, cut to size when there were too many."""
        blocks, logs = len(window.headers), len(window.logs)
        if logs > self.logs_wanted:
            return self._with(blocks * self.logs_wanted // logs)
        return self._with(self.blocks * 2) if blocks >= self.blocks and logs * 2 <= self.logs_wanted else self

    def after_failure(self) -> Pace:
        """The pace once a window did not arrive: nodes refuse ranges they find too wide."""
        return self._with(self.blocks // 2)

    def _with(self, blocks: int) -> Pace:
        return Pace(max(1, min(blocks, self.most)), self.most, self.logs_wanted)


def fetch(node: Node, first: int, last: int, addresses: Collection[bytes]) -> Window:
    """Blocks `first` to `last`, both included.

    Raises:
        Retryable: the node did not answer, or its answers contradict each other.
    """
    headers = node.headers(first, last)
    logs = node.logs(first, last, addresses)
    check(headers, logs, addresses, lambda header: node.receipt_logs(header.hash))
    return Window(headers, tuple(logs))


def check(
    headers: Sequence[Header],
    logs: Sequence[Log],
    addresses: Collection[bytes],
    second_opinion: Callable[[Header], Sequence[Log]],
) -> None:
    """Holds headers and logs of one run of blocks against each other.

    Args:
        second_opinion: all logs of one block, whoever's, by another way; asked where the bloom hints at a log that is
            not there.
    Raises:
        Retryable: a log out of order, twice, from another block or contract; or one the header knows of is missing.
    """
    by_number = {header.number: header for header in headers}
    logs_of: dict[int, list[Log]] = defaultdict(list)
    for log in logs:
        header = by_number.get(log.block)
        if header is None or log.address not in addresses:
            raise _contradiction(f"a log of block {log.block} and 0x{log.address.hex()}, which were not asked for")
        if log.block_hash != header.hash:
            raise _contradiction(f"block {log.block} has another hash in its logs: the chain moved meanwhile")
        logs_of[log.block].append(log)
    for before, after in pairwise(logs):
        if (before.block, before.index) >= (after.block, after.index):
            raise _contradiction(f"logs of block {after.block} out of order or twice")
    traces = [bits(address) for address in addresses]
    for header in headers:
        if _hints_at_more(header, logs_of[header.number], traces):
            _check_against_receipts(header, logs_of[header.number], addresses, second_opinion(header))


def _hints_at_more(header: Header, logs: Sequence[Log], traces: Sequence[int]) -> bool:
    """Whether the bloom says more than the logs explain, and it may be of ours: others may share the block, or logs are
    missing.

    `traces` are the bits that a log of one of our contracts leaves in a bloom.
    """
    explained = bloom_of(logs)
    if explained & ~header.bloom:
        raise _contradiction(f"block {header.number} has a log that its own bloom rules out")
    return header.bloom != explained and any(trace & ~header.bloom == 0 for trace in traces)


def _check_against_receipts(
    header: Header, logs: Sequence[Log], addresses: Collection[bytes], receipt_logs: Sequence[Log]
) -> None:
    """The receipts must have the same logs of ours, and with everybody's explain the bloom to its last bit: what was
    left out of both answers is in the header still."""
    if [log for log in receipt_logs if log.address in addresses] != list(logs):
        raise _contradiction(f"eth_getLogs and the receipts of block {header.number} disagree")
    if bloom_of(receipt_logs) != header.bloom:
        raise _contradiction(f"block {header.number} has logs by its bloom that are in none of its receipts")


def _contradiction(message: str) -> Retryable:
    return Retryable(
        "node_contradicts", f"the node gave {message}", "the step is tried again; if this lasts, use another node"
    )
