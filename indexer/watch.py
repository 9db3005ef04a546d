"""Who looks on while a mirror is built: metrics, a progress bar, log lines. None of them changes what is done."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.chain import Header, Link
from indexer.errors import IndexerError


class Watch:
    """Is told what a follower does, in its thread, after it is done. This one does nothing with it."""

    def saw(self, head: Header) -> None:
        """The node's newest block."""

    def aims_at(self, block: int) -> None:
        """The follower sets out for a block."""

    def stands(self, known: Sequence[Link]) -> None:
        """The mirror knows the blocks from `known[0]`, the highest final one, to `known[-1]`, its tip."""

    def wrote(self, headers: Sequence[Header], rows: int, seconds: float) -> None:
        """A run of blocks and its journal rows were written, in one transaction that took so long."""

    def went_back(self, blocks: int) -> None:
        """A reorg took so many blocks back."""

    def failed(self, error: IndexerError) -> None:
        """A step failed: it is tried again, or it was a halt and nothing comes after it."""


class Watches(Watch):
    """Several, told in their order."""

    def __init__(self, *watches: Watch) -> None:
        self._watches = watches

    def saw(self, head: Header) -> None:
        for watch in self._watches:
            watch.saw(head)

    def aims_at(self, block: int) -> None:
        for watch in self._watches:
            watch.aims_at(block)

    def stands(self, known: Sequence[Link]) -> None:
        for watch in self._watches:
            watch.stands(known)

    def wrote(self, headers: Sequence[Header], rows: int, seconds: float) -> None:
        for watch in self._watches:
            watch.wrote(headers, rows, seconds)

    def went_back(self, blocks: int) -> None:
        for watch in self._watches:
            watch.went_back(blocks)

    def failed(self, error: IndexerError) -> None:
        for watch in self._watches:
            watch.failed(error)


UNWATCHED = Watch()
