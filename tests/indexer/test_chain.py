"""`reconcile` alone: what a run of headers means, for any two chains that share a beginning."""

from __future__ import annotations

import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.chain import Extend, Finalise, Gap, Header, Link, Reorg, reconcile
from indexer.errors import Halt, Retryable

DEPTH = 3


def grow(chain: list[Header], length: int, branch: str) -> list[Header]:
    """`chain` and `length` blocks more, whose hashes depend on `branch`."""
    grown = list(chain)
    for _ in range(length):
        number = len(grown)
        parent = grown[-1].hash if grown else bytes(32)
        grown.append(Header(number, hashlib.sha256(parent + branch.encode()).digest(), parent, 1000 + number, 0))
    return grown


def known(chain: list[Header], depth: int = DEPTH) -> list[Header]:
    return chain[max(0, len(chain) - 1 - depth) :]


def numbers(links: tuple[Link, ...]) -> list[int]:
    return [link.number for link in links]


def test_a_block_on_the_tip_extends_and_pushes_one_block_into_finality() -> None:
    chain = grow([], 10, "a")
    step = reconcile(known(chain[:9]), [chain[9]], DEPTH)
    assert isinstance(step, Extend)
    assert ([9], [6, 7, 8, 9]) == (numbers(step.headers), numbers(step.kept))


def test_a_head_we_have_says_nothing() -> None:
    chain = grow([], 10, "a")
    assert reconcile(known(chain), [chain[9]], DEPTH) is None


def test_a_node_that_lags_on_our_chain_takes_nothing_back() -> None:
    chain = grow([], 10, "a")
    assert reconcile(known(chain), [chain[7]], DEPTH) is None
    assert reconcile(known(chain), [chain[2]], DEPTH) is None


def test_a_head_further_up_leaves_a_gap() -> None:
    chain = grow([], 12, "a")
    assert Gap(10, 10) == reconcile(known(chain[:10]), [chain[11]], DEPTH)


def test_a_block_on_another_parent_asks_for_the_blocks_below() -> None:
    ours, theirs = grow(grow([], 8, "a"), 2, "b"), grow(grow([], 8, "a"), 3, "c")
    assert Gap(6, 9) == reconcile(known(ours), [theirs[10]], DEPTH)


def test_a_shorter_chain_that_differs_is_a_reorg() -> None:
    ours, theirs = grow(grow([], 8, "a"), 2, "b"), grow(grow([], 8, "a"), 1, "c")
    step = reconcile(known(ours), [theirs[8]], DEPTH)
    assert isinstance(step, Reorg)
    assert (7, [8, 9], [6, 7]) == (step.ancestor.number, numbers(step.dropped), numbers(step.kept))


def test_a_chain_that_differs_in_the_anchor_halts() -> None:
    ours, theirs = grow(grow([], 5, "a"), 5, "b"), grow(grow([], 5, "a"), 5, "c")
    with pytest.raises(Halt, match=r"final_block_changed.*SUYUAN_FINALITY_DEPTH"):
        reconcile(known(ours), theirs[6:], DEPTH)


def test_a_run_with_a_hole_is_refused() -> None:
    chain = grow([], 10, "a")
    with pytest.raises(Retryable, match="headers_broken"):
        reconcile(known(chain), [chain[3], chain[5]], DEPTH)


def test_a_smaller_depth_finalises_without_a_new_block() -> None:
    chain = grow([], 10, "a")
    step = reconcile(known(chain), [chain[9]], 1)
    assert isinstance(step, Finalise)
    assert [8, 9] == numbers(step.kept)


def test_a_larger_depth_makes_nothing_unfinal() -> None:
    chain = grow([], 10, "a")
    assert reconcile(known(chain, 1), [chain[9]], 5) is None


def follow(ours: list[Header], theirs: list[Header], depth: int, start: int) -> list[Header]:
    """Does what `reconcile` says until it says nothing; gives the chain it ends with. Bounded, or it would hang."""
    mine, kept = list(ours), known(ours, depth)
    run = theirs[start:]
    for _ in range(6):
        step = reconcile(kept, run, depth)
        if isinstance(step, Gap):
            run = theirs[step.first :] if step.first > mine[-1].number else theirs[step.first : step.last + 1]
            continue
        if isinstance(step, Extend):
            mine += step.headers
        elif isinstance(step, Reorg):
            mine = mine[: step.ancestor.number + 1]
        elif step is None:
            if run[-1].number == theirs[-1].number:
                return mine
            run = theirs[-1:]
            continue
        kept = [mine[link.number] for link in step.kept]
        run = theirs[-1:]
    return mine


@given(
    shared=st.integers(1, 12),
    ours=st.integers(0, 6),
    theirs=st.integers(1, 8),
    depth=st.integers(0, 8),
    data=st.data(),
)
def test_whatever_run_comes_first_we_end_on_the_nodes_chain_or_halt(
    shared: int, ours: int, theirs: int, depth: int, data: st.DataObject
) -> None:
    trunk = grow([], shared, "trunk")
    mine, node = grow(trunk, ours, "ours"), grow(trunk, theirs, "theirs")
    start = data.draw(st.integers(0, len(node) - 1))
    anchor = known(mine, depth)[0].number
    if ours and anchor >= shared:
        # What we call final is not on the node's chain. Either nothing of it is seen yet, or we halt.
        with suppress(Halt):
            assert mine == follow(mine, node, depth, start)
        return
    assert node == follow(mine, node, depth, start)
