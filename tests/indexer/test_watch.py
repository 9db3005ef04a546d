"""What Prometheus, a terminal and a log are told while a mirror is built."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from math import isnan

from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from indexer.chain import Header, Link
from indexer.errors import Halt, Retryable
from indexer.follow import Follower
from indexer.metrics import MirrorMetrics
from indexer.progress import Bar, BlocksToGo, Display, Lines, shown_on
from indexer.store import Store
from indexer.watch import Watch
from tests.indexer.conftest import FINALITY_DEPTH, Mirror
from tests.indexer.history import History


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Ten seconds later whenever it is asked."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 10.0
        return self._now


def header(number: int, recorded_at: int = 0) -> Header:
    return Header(number=number, hash=b"", parent_hash=b"", recorded_at=recorded_at, bloom=0)


def figure(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(f"suyuan_{name}", labels)


def test_the_figures_of_a_mirror_are_those_of_its_chain_over_a_reorg(history: History, mirror: Mirror) -> None:
    registry = CollectorRegistry()
    store = Store(mirror.engine, mirror.source.fingerprint)
    for _ in range(3):
        history.make()
    with Follower(mirror.source, store, FINALITY_DEPTH, watch=MirrorMetrics(registry)) as follower:
        follower.prepare()
        while follower.step():
            pass
        rows = figure(registry, "mirror_rows_total")
        history.reorganise(2)
        while follower.step():
            pass
    height = history.height
    expected = (height, height, height - FINALITY_DEPTH, 0, 0, 1, 2)
    names = ("chain_head_block", "mirror_block", "mirror_finalised_block", "mirror_lag_blocks", "mirror_lag_seconds")
    assert expected == tuple(
        figure(registry, name) for name in (*names, "mirror_reorgs_total", "mirror_last_reorg_blocks")
    )
    assert rows is not None
    assert rows > 20
    assert (figure(registry, "mirror_blocks_total") or 0) > height - history.deployment.first_block
    assert (figure(registry, "mirror_batch_seconds_count") or 0) > 0


def test_lag_in_seconds_is_time_of_the_chain_and_not_a_number_while_unknown() -> None:
    registry = CollectorRegistry()
    metrics = MirrorMetrics(registry)
    metrics.stands([Link(10, b"", b"")])
    metrics.saw(header(14, recorded_at=1_080))
    assert 4 == figure(registry, "mirror_lag_blocks")
    assert isnan(figure(registry, "mirror_lag_seconds") or 0)
    metrics.wrote([header(11, 1_020), header(12, 1_040)], rows=7, seconds=0.1)
    metrics.stands([Link(12, b"", b"")])
    assert (2, 40) == (figure(registry, "mirror_lag_blocks"), figure(registry, "mirror_lag_seconds"))


def test_retries_and_halts_are_counted_by_their_cause() -> None:
    registry = CollectorRegistry()
    metrics = MirrorMetrics(registry)
    for _ in range(2):
        metrics.failed(Retryable("node_behind", "", ""))
    metrics.failed(Halt("event_unknown", "", ""))
    assert 2 == figure(registry, "mirror_retries_total", cause="node_behind")
    assert 1 == figure(registry, "mirror_halts_total", cause="event_unknown")
    assert None is figure(registry, "mirror_retries_total", cause="event_unknown")


def a_long_way(display: Display) -> Iterator[Watch]:
    watch = BlocksToGo("mirroring", display)
    watch.stands([Link(0, b"", b"")])
    watch.aims_at(1_000)
    for block in (250, 500, 1_000):
        watch.stands([Link(block, b"", b"")])
        yield watch


def test_a_log_is_told_rate_and_time_left() -> None:
    with capture_logs() as lines:
        for _ in a_long_way(Lines(Clock())):
            pass
    begun, *_, at_half, at_the_end, ended = lines
    assert {"first": 0, "last": 1_000, "unit": "blocks"}.items() <= begun.items()
    assert {"event": "mirroring", "at": 500, "per_second": 25.0, "seconds_left": 20}.items() <= at_half.items()
    assert (0, True) == (at_the_end["seconds_left"], ended["ended"])


def test_a_person_sees_a_bar_with_rate_and_time_left_and_none_once_it_is_done() -> None:
    terminal = Terminal()
    steps = a_long_way(Bar(terminal))
    next(steps)
    next(steps)
    watch = next(steps)
    drawn = terminal.getvalue()
    for shown in ("mirroring, blocks", "1000/1000", "/s", ":"):
        assert shown in drawn
    watch.aims_at(1_001)
    watch.stands([Link(1_001, b"", b"")])
    assert drawn == terminal.getvalue()


def test_a_few_blocks_are_no_news() -> None:
    with capture_logs() as lines:
        watch = BlocksToGo("mirroring", Lines())
        watch.stands([Link(0, b"", b"")])
        watch.aims_at(20)
        watch.stands([Link(20, b"", b"")])
    assert [] == lines


def test_a_bar_is_gone_when_its_work_breaks_off() -> None:
    terminal = Terminal()
    with suppress(Halt), shown_on(terminal) as display:
        display.begin("replaying", 0, 10, "blocks")
        raise Halt("event_unknown", "", "")
    drawn = terminal.getvalue()
    display.show(5, 10)
    assert drawn == terminal.getvalue()
