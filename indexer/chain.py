"""What a new run of headers means for the chain the mirror has. Pure: no node, no database, no clock.

The mirror knows an unbroken run of headers: the first is the *anchor*, the highest final block, the last is the
*tip*, the block the rows go up to. A run fetched from a node can say one of these:

    Extend    the run goes on from the tip
    Reorg     some known blocks are no longer on the chain; go back to their last common ancestor
    Finalise  nothing new, but a block that can now be final (the configured depth has shrunk)
    Gap       headers are missing before anything can be said; fetch those first
    None      nothing new

A run that contradicts the anchor halts: what was called final was not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from indexer.errors import Halt, Retryable


@dataclass(frozen=True, slots=True)
class Link:
    """What makes a chain a chain."""

    number: int
    hash: bytes
    parent_hash: bytes


@dataclass(frozen=True, slots=True)
class Header(Link):
    """A block's header as far as the mirror reads it. `recorded_at` in Unix seconds; `bloom` as an integer."""

    recorded_at: int
    bloom: int


@dataclass(frozen=True, slots=True)
class Extend:
    """`headers` follow the tip; `kept` is the known run afterwards, from the new anchor to the new tip."""

    headers: tuple[Header, ...]
    kept: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Reorg:
    """`ancestor` is the highest block both chains have; `dropped` are the known blocks above it."""

    ancestor: Link
    dropped: tuple[Link, ...]
    kept: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Finalise:
    """`kept[0]` is the new anchor."""

    kept: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Both numbers inclusive."""

    first: int
    last: int


Decision = Extend | Reorg | Finalise | Gap | None


def reconcile(known: Sequence[Link], fetched: Sequence[Header], finality_depth: int) -> Decision:
    """What `fetched` means to a mirror that knows `known`.

    Args:
        known: from anchor to tip, unbroken, at least one.
        fetched: unbroken, at least one.
        finality_depth: how many blocks must stand on a block for it to be final (QBFT 1, Clique 12).
    Raises:
        Retryable: the headers of a run do not follow each other.
        Halt: the run contradicts the anchor.
    """
    check_unbroken(known)
    check_unbroken(fetched)
    anchor, tip = known[0], known[-1]
    if fetched[-1].number < anchor.number:
        return _finalise(known, finality_depth)
    run = [header for header in fetched if header.number >= anchor.number]
    first = run[0]
    if first.number > tip.number + 1:
        return Gap(tip.number + 1, first.number - 1)

    shared = [header for header in run if header.number <= tip.number]
    agreed = list(takewhile(lambda header: header.hash == known[header.number - anchor.number].hash, shared))
    if len(agreed) < len(shared) or (not shared and first.parent_hash != tip.hash):
        return _fork(known, run, agreed)
    fresh = tuple(run[len(shared) :])
    if not fresh:
        return _finalise(known, finality_depth)
    return Extend(fresh, _keep((*known, *fresh), finality_depth))


def _fork(known: Sequence[Link], run: Sequence[Header], agreed: Sequence[Header]) -> Decision:
    anchor, tip = known[0], known[-1]
    if agreed:
        height = agreed[-1].number
    elif run[0].number == anchor.number:
        raise Halt(
            "final_block_changed",
            f"block {anchor.number} was final as 0x{anchor.hash.hex()} and is now 0x{run[0].hash.hex()}",
            "ask a second node; if the chain was really rewritten, raise SUYUAN_FINALITY_DEPTH and run"
            " `suyuan index rebuild`",
        )
    elif run[0].parent_hash == known[run[0].number - 1 - anchor.number].hash:
        height = run[0].number - 1
    else:
        return Gap(anchor.number, min(run[0].number - 1, tip.number))
    at = height - anchor.number
    return Reorg(known[at], tuple(known[at + 1 :]), tuple(known[: at + 1]))


def _finalise(known: Sequence[Link], finality_depth: int) -> Decision:
    kept = _keep(known, finality_depth)
    return Finalise(kept) if len(kept) < len(known) else None


def _keep(known: Sequence[Link], finality_depth: int) -> tuple[Link, ...]:
    """The run from the highest final block on. Finality never goes back: the anchor never falls."""
    return tuple(known[max(0, len(known) - 1 - finality_depth) :])


def check_unbroken(run: Sequence[Link]) -> None:
    """Raises Retryable unless each block of a run stands on the one before."""
    for below, above in pairwise(run):
        if above.number != below.number + 1 or above.parent_hash != below.hash:
            raise Retryable(
                "headers_broken",
                f"block {above.number} does not stand on block {below.number}: the chain moved between two requests,"
                " or the node mixes two chains",
                "the step is tried again; if this lasts, use another node",
            )
