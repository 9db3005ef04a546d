"""Each lie of a node, told once to whom it concerns: what our processes make of it, and that nothing comes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.faults.lies import LIES
from backend.faults.life import Fault
from backend.faults.world import World

Occasion = Callable[[World, str], str]
"""Has a lie told; what came of it, in the word of whoever was lied to."""


def to_the_indexer(world: World, lie: str) -> str:
    """While it takes up a block with records in it, and one without, having all before them."""
    world.index()
    world.index()
    world.submit()
    world.relay()
    world.nature.mine(2)
    return what_it_says_to(world, lie)


def what_it_says_to(world: World, lie: str) -> str:
    retries, halts = world.indexer.retries.copy(), len(world.indexer.halts)
    world.index([Fault(lie, 0)])
    noticed = [*(world.indexer.retries - retries), *(halt.code for halt in world.indexer.halts[halts:])]
    return noticed[0] if noticed else "borne"


def to_an_indexer_that_starts(world: World, lie: str) -> str:
    """While it looks which chain this is."""
    world.indexer.restart()
    return what_it_says_to(world, lie)


def to_the_relayer(world: World, lie: str) -> str:
    """While what it has sent is in no block yet."""
    world.submit()
    return round_of_the_relayer(world, lie)


def to_the_relayer_about_a_block(world: World, lie: str) -> str:
    """While it looks for what has just been mined."""
    world.submit()
    world.relay()
    world.nature.mine(1)
    return round_of_the_relayer(world, lie)


def to_the_relayer_about_a_block_that_went(world: World, lie: str) -> str:
    """While it looks for what was mined, and has lost its block since; whatever was under way before has arrived."""
    world.settle()
    world.submit()
    world.relay()
    world.nature.mine(1)
    world.relay()
    world.nature.reorganisation()
    return round_of_the_relayer(world, lie)


def round_of_the_relayer(world: World, lie: str) -> str:
    before = world.worker.interruptions.copy()
    world.relay([Fault(lie, 0)])
    return next(iter(world.worker.interruptions - before), "borne")


OCCASIONS: dict[tuple[str, Occasion], str] = {
    ("silence", to_the_indexer): "node_unavailable",
    ("hang_up", to_the_indexer): "node_unavailable",
    ("answer_lost", to_the_relayer): "ChainUnavailable",
    ("too_many_requests", to_the_indexer): "node_unavailable",
    ("too_many_requests", to_the_relayer): "ChainUnavailable",
    ("error_in_words", to_the_indexer): "node_refused",
    ("error_in_words", to_the_relayer): "ChainUnavailable",
    ("half_answer", to_the_indexer): "node_unavailable",
    ("field_missing", to_the_indexer): "node_answered_half",
    ("field_missing", to_the_relayer_about_a_block): "ChainUnavailable",
    ("batch_short", to_the_indexer): "node_contradicts",
    ("empty_result", to_the_indexer): "node_refused",
    ("pruned", to_the_indexer): "node_refused",
    ("pruned", to_the_relayer): "ChainRefusal",
    ("logs_withheld", to_the_indexer): "node_contradicts",
    ("one_log_withheld_twice", to_the_indexer): "node_contradicts",
    ("logs_out_of_order", to_the_indexer): "node_contradicts",
    ("log_twice", to_the_indexer): "node_contradicts",
    ("log_of_another_block", to_the_indexer): "node_contradicts",
    ("wrong_block_hash", to_the_indexer): "borne",
    ("head_goes_back", to_the_indexer): "borne",
    ("head_goes_back", to_the_relayer): "borne",
    ("another_chain", to_an_indexer_that_starts): "another_chain",
    ("code_missing", to_an_indexer_that_starts): "contract_not_there",
    ("transaction_dropped", to_the_relayer): "borne",
    ("pool_full", to_the_relayer): "borne",
    ("receipt_late", to_the_relayer_about_a_block): "borne",
    ("receipt_of_failure", to_the_relayer_about_a_block): "borne",
    ("receipt_of_the_past", to_the_relayer_about_a_block_that_went): "borne",
    ("receipt_invented", to_the_relayer_about_a_block_that_went): "borne",
}


@pytest.mark.timeout(300)
def test_every_lie_is_noticed_or_borne_and_in_the_end_each_record_is_there_once(world: World) -> None:
    """One world for all: what a lie left behind would break a law at the end."""
    met: dict[tuple[str, Occasion], str] = {}
    for lie, occasion in OCCASIONS:
        before = world.suffered[lie]
        met[lie, occasion] = occasion(world, lie)
        assert before + 1 == world.suffered[lie], f"{lie} was not told {occasion.__name__}"
    world.settle()
    assert OCCASIONS == met
    assert set(LIES) == {lie for lie, _ in OCCASIONS}


def test_whoever_dies_between_question_and_answer_has_not_read_it(world: World) -> None:
    world.submit()
    for at in range(3):
        world.relay([Fault("death_before_reading", at)])
    assert 3 == world.suffered["death_before_reading"]
    world.settle()
