"""How far a long work is, how fast it goes and how long it will take: a bar on a terminal, lines in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Protocol, TextIO

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from indexer.chain import Link
from indexer.watch import Watch

# Fewer blocks than this are there before a bar is drawn.
_WORTH_SHOWING = 200
_LINE_EACH_SECONDS = 10.0

log = structlog.get_logger("indexer")


class Display(Protocol):
    """Shows one work after another."""

    def begin(self, work: str, first: int, last: int, unit: str) -> None:
        """A work begins: from `first` to `last`, counted in `unit`."""

    def show(self, done: int, last: int) -> None:
        """It has come to `done`, on the way to what may have moved on to `last`."""

    def end(self) -> None:
        """It is done or given up; nothing, where none has begun."""


class Unseen:
    """For nobody."""

    def begin(self, work: str, first: int, last: int, unit: str) -> None: ...

    def show(self, done: int, last: int) -> None: ...

    def end(self) -> None: ...


class Bar:
    """For people."""

    def __init__(self, terminal: TextIO) -> None:
        self._console = Console(file=terminal)
        self._first = 0
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def begin(self, work: str, first: int, last: int, unit: str) -> None:
        self.end()
        self._first = first
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
        self._bar = Progress(TextColumn("{task.description}"), *columns, console=self._console, transient=True)
        self._task = self._bar.add_task(f"{work}, {unit}", total=last - first, rate="")
        self._bar.start()

    def show(self, done: int, last: int) -> None:
        if self._bar is not None:
            speed = self._bar.tasks[0].speed
            rate = "" if speed is None else f"{speed:,.0f}/s"
            self._bar.update(self._task, completed=done - self._first, total=last - self._first, rate=rate)

    def end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


class Lines:
    """For logs: a line now and then, with the same figures as fields."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._work = self._unit = ""
        self._first = 0
        self._began = self._said = 0.0
        self._under_way = False

    def begin(self, work: str, first: int, last: int, unit: str) -> None:
        self.end()
        self._work, self._unit, self._first, self._under_way = work, unit, first, True
        self._began = self._said = self._clock()
        log.info(work, unit=unit, first=first, last=last)

    def show(self, done: int, last: int) -> None:
        now = self._clock()
        if now - self._said < _LINE_EACH_SECONDS:
            return
        self._said = now
        rate = (done - self._first) / (now - self._began)
        left = round((last - done) / rate) if rate > 0 else None
        log.info(self._work, unit=self._unit, at=done, last=last, per_second=round(rate, 1), seconds_left=left)

    def end(self) -> None:
        if self._under_way:
            self._under_way = False
            log.info(self._work, unit=self._unit, ended=True, seconds=round(self._clock() - self._began, 1))


@contextmanager
def shown_on(terminal: TextIO) -> Iterator[Display]:
    """What suits a stream: a bar if a person is looking, else lines in the log. Whatever goes wrong, it is ended."""
    display: Display = Bar(terminal) if terminal.isatty() else Lines()
    try:
        yield display
    finally:
        display.end()


class BlocksToGo(Watch):
    """Shows a follower's way to the head, where that is far enough."""

    def __init__(self, work: str, shown_by: Display) -> None:
        self._work = work
        self._display = shown_by
        self._at: int | None = None
        self._last: int | None = None

    def aims_at(self, block: int) -> None:
        if self._last is not None:
            self._last = max(self._last, block)
        elif self._at is not None and block - self._at >= _WORTH_SHOWING:
            self._last = block
            self._display.begin(self._work, self._at, block, "blocks")

    def stands(self, known: Sequence[Link]) -> None:
        self._at = known[-1].number
        if self._last is None:
            return
        self._display.show(self._at, self._last)
        if self._at >= self._last:
            self._last = None
            self._display.end()


UNSEEN = Unseen()
