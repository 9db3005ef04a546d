"""A node's answers held against each other: what does not fit together is not believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from contracts.signatures import keccak
from indexer.bloom import bloom_of
from indexer.chain import Header
from indexer.decode import Log
from indexer.errors import Retryable
from indexer.window import Pace, Window, check
from tests.indexer.conftest import Mirror
from tests.indexer.history import History

OURS, THEIRS = b"\x01" * 20, b"\x02" * 20


def log(block: int, index: int, address: bytes = OURS) -> Log:
    topics = keccak(b"batch%d" % block) + keccak(b"action%d" % index)
    return Log(block, keccak(b"block%d" % block), index, bytes(32), address, keccak(b"Event()"), topics, b"")


def header(number: int, logs: Sequence[Log]) -> Header:
    return Header(number, keccak(b"block%d" % number), bytes(32), 1000, bloom_of(logs))


LOGS = [log(1, 0), log(1, 1), log(3, 0)]
HEADERS = [header(number, [each for each in LOGS if each.block == number]) for number in (1, 2, 3)]


def no_second_opinion(header: Header) -> Sequence[Log]:
    raise AssertionError(f"nothing about block {header.number} was in doubt")


def test_answers_that_agree_are_believed_without_asking_twice() -> None:
    check(HEADERS, LOGS, {OURS}, no_second_opinion)


CONTRADICTIONS = {
    "out of order": [LOGS[1], LOGS[0], LOGS[2]],
    "twice": [LOGS[0], LOGS[0], LOGS[1], LOGS[2]],
    "of a block not asked for": [*LOGS, log(4, 0)],
    "of a contract not asked for": [log(1, 0, THEIRS), *LOGS[1:]],
    "of another branch": [*LOGS[:2], replace(LOGS[2], block_hash=bytes(32))],
    "ruled out by the bloom": [*LOGS, replace(log(3, 1), topics=keccak(b"x") * 2)],
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_a_log_that_contradicts_its_header_is_not_believed(what: str) -> None:
    with pytest.raises(Retryable, match=r"node_contradicts.*use another node"):
        check(HEADERS, CONTRADICTIONS[what], {OURS}, no_second_opinion)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_log_the_bloom_knows_of_and_the_receipts_have_is_missed(missing: int) -> None:
    answer = [each for at, each in enumerate(LOGS) if at != missing]
    with pytest.raises(Retryable, match="eth_getLogs and the receipts of block"):
        check(HEADERS, answer, {OURS}, lambda header: [each for each in LOGS if each.block == header.number])


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_log_left_out_of_the_receipts_as_well_is_missed_by_the_bloom(missing: int) -> None:
    answer = [each for at, each in enumerate(LOGS) if at != missing]
    with pytest.raises(Retryable, match="by its bloom that are in none of its receipts"):
        check(HEADERS, answer, {OURS}, lambda header: [each for each in answer if each.block == header.number])


def test_somebody_elses_log_in_our_block_costs_a_question_and_nothing_more() -> None:
    together = [*LOGS[:2], log(1, 2, THEIRS)]
    shared = header(1, together)
    asked: list[int] = []

    def receipts(header: Header) -> Sequence[Log]:
        asked.append(header.number)
        return together

    check([shared, *HEADERS[1:]], LOGS, {OURS}, receipts)
    assert [1] == asked


def test_a_block_whose_bloom_does_not_have_us_is_not_asked_about() -> None:
    check([header(5, [log(5, 0, THEIRS)])], [], {OURS}, no_second_opinion)


def test_a_real_node_agrees_with_itself(history: History, mirror: Mirror) -> None:
    for serial in [history.make(), history.make()]:
        history.split(serial)
    window = mirror.source.fetch(0, history.height)
    assert history.height + 1 == len(window.headers)
    by_block = {header.number: header.bloom for header in window.headers}
    for number, bloom in by_block.items():
        assert bloom == bloom_of(each for each in window.logs if each.block == number)


def window(blocks: int, logs: int) -> Window:
    return Window(tuple(HEADERS[:1] * blocks), tuple(LOGS[:1] * logs))


def test_the_pace_doubles_while_there_is_room_and_is_cut_to_size_when_there_is_not() -> None:
    pace = Pace(blocks=20, most=60, logs_wanted=100)
    assert 40 == pace.after(window(20, 10)).blocks
    assert 60 == pace.after(window(20, 10)).after(window(40, 10)).blocks
    assert 20 == pace.after(window(20, 90)).blocks
    assert 5 == pace.after(window(20, 400)).blocks
    assert 1 == pace.after(window(1, 400)).blocks
    assert 10 == pace.after_failure().blocks


def test_a_window_cut_short_by_the_head_does_not_slow_the_next() -> None:
    assert 20 == Pace(blocks=20).after(window(3, 0)).blocks
