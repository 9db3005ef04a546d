"""Backfill, then follow the head: the loop that turns what the node has into what the mirror has.

One decision of `chain.reconcile` is one transaction. State lives in the database alone: whatever goes wrong, the
next step starts from the stored cursor, so a kill at any moment costs the open transaction and nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from threading import Event
from time import perf_counter

import structlog

from indexer.chain import Extend, Finalise, Gap, Header, Link, Reorg, reconcile
from indexer.copying import Load
from indexer.errors import Halt, Retryable
from indexer.source import Source
from indexer.store import TEMPORARY, Store
from indexer.watch import UNWATCHED, Watch
from indexer.window import Pace, Window

POLL_SECONDS = 0.2
WINDOWS_IN_FLIGHT = 4
_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 5.0

log = structlog.get_logger("indexer")


class Follower:
    """Moves one mirror along one chain. Use it as a context, from one thread."""

    def __init__(
        self,
        source: Source,
        store: Store,
        finality_depth: int,
        windows_in_flight: int = WINDOWS_IN_FLIGHT,
        watch: Watch = UNWATCHED,
    ) -> None:
        self._source = source
        self._store = store
        self._depth = finality_depth
        self._watch = watch
        self._known: tuple[Link, ...] = ()
        self._windows_in_flight = windows_in_flight
        self._pace = Pace()
        self._fetching = ThreadPoolExecutor(max_workers=windows_in_flight, thread_name_prefix="fetch")
        # One is enough: it does nothing but compute, and Python computes in one thread at a time.
        self._decoding = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decode")

    def __enter__(self) -> Follower:
        return self

    def __exit__(self, *error: object) -> None:
        self._fetching.shutdown(wait=True, cancel_futures=True)
        self._decoding.shutdown(wait=True, cancel_futures=True)

    @property
    def tip(self) -> Link:
        """The block the rows go up to."""
        return self._known[-1]

    def prepare(self) -> None:
        """Checks that node and mirror are of one chain, makes the tables if there are none, reads the cursor."""
        self._source.check_identity()
        if not self._store.exists():
            self._store.create(self._source.start())
            if self._store.schema != TEMPORARY:
                log.info("tables_made", schema=self._store.schema)
        self._stand(self._store.read())

    def run(self, stop: Event, poll_seconds: float = POLL_SECONDS) -> None:
        """Follows the chain until `stop` is set.

        Raises:
            Halt: going on would write something wrong.
        """
        failures = 0
        while not stop.is_set():
            try:
                if not self._known:
                    self.prepare()
                    log.info("following", block=self.tip.number, finalised=self._known[0].number)
                moved = self.step(stop)
            except Retryable as error:
                # A second indexer loses each block to the first: no trouble, and no news.
                say = log.debug if error.code == "cursor_moved" else log.warning
                say(error.code, message=error.message, next_step=error.next_step)
                self._watch.failed(error)
                self._known = ()
                stop.wait(min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**failures))
                failures += 1
            except Halt as halt:
                log.error("halted", code=halt.code, message=halt.message, next_step=halt.next_step)
                self._watch.failed(halt)
                raise
            else:
                failures = 0
                if not moved:
                    stop.wait(poll_seconds)

    def step(self, stop: Event | None = None) -> bool:
        """Goes as far as the node's head is now, or back to where the chains part. Returns whether anything moved.

        Raises:
            Retryable, Halt: nothing was written since the last commit; `prepare` before going on.
        """
        head = self._source.head()
        self._watch.saw(head)
        if head.number < self._known[0].number:
            raise Retryable(
                "node_behind",
                f"the node is at block {head.number}, below our final block {self._known[0].number}",
                "wait if it still synchronises; if it began a new chain, see `suyuan index status`",
            )
        decision = reconcile(self._known, [head], self._depth)
        if isinstance(decision, Extend) or (isinstance(decision, Gap) and decision.first > self.tip.number):
            moved = self.fill(head.number, stop)
        else:
            moved = self._settle([head])
        if self.tip.number >= head.number:
            self._store.index()
        return moved

    def fill(self, last: int, stop: Event | None = None) -> bool:
        """Extends the mirror up to block `last`, or stops where the chain turns out to part from it."""
        moved = False
        self._watch.aims_at(last)
        with closing(self._windows(self.tip.number + 1, last)) as windows:
            for window, load in windows:
                if stop is not None and stop.is_set():
                    break
                extended = self._take(window, load)
                moved = extended or moved
                if not extended:
                    return self._settle(window.headers) or moved
        return moved

    def _take(self, window: Window, load: Future[Load]) -> bool:
        """Writes a window if it stands on the tip. Of one that does not, nobody needs to understand the logs."""
        decision = reconcile(self._known, window.headers, self._depth)
        if not isinstance(decision, Extend) or len(decision.headers) != len(window.headers):
            return False
        rows = load.result()
        began = perf_counter()
        self._store.extend(self._known, decision, rows)
        self._watch.wrote(decision.headers, rows.rows, perf_counter() - began)
        self._stand(decision.kept)
        return True

    def _settle(self, run: list[Header] | tuple[Header, ...]) -> bool:
        """Does what a run asks for that does not simply stand on the tip."""
        decision = reconcile(self._known, run, self._depth)
        if isinstance(decision, Gap):
            # Not enough headers to find the common ancestor: the ones below, from the anchor on, have it.
            decision = reconcile(self._known, self._source.headers(decision.first, decision.last), self._depth)
        if isinstance(decision, Reorg):
            self._store.retreat(self._known, decision)
            log.warning("reorg", ancestor=decision.ancestor.number, depth=len(decision.dropped))
            self._watch.went_back(len(decision.dropped))
        elif isinstance(decision, Finalise):
            self._store.finalise(self._known, decision)
        else:
            return False
        self._stand(decision.kept)
        return True

    def _stand(self, known: tuple[Link, ...]) -> None:
        self._known = known
        self._watch.stands(known)

    def _windows(self, first: int, last: int) -> Generator[tuple[Window, Future[Load]]]:
        """Windows from `first` to `last` in order, as wide as the node bears, and the rows they make.

        Several are under way at once: while one is written, the next is decoded and those after it are fetched.
        """
        under_way: deque[tuple[Future[Window], Future[Load]]] = deque()
        try:
            while first <= last or under_way:
                while first <= last and len(under_way) < self._windows_in_flight:
                    end = min(last, first + self._pace.blocks - 1)
                    window = self._fetching.submit(self._source.fetch, first, end)
                    under_way.append((window, self._decoding.submit(self._load, window)))
                    first = end + 1
                window, load = under_way.popleft()
                self._pace = self._pace.after(window.result())
                yield window.result(), load
        except Retryable:
            self._pace = self._pace.after_failure()
            raise
        finally:
            for futures in under_way:
                for future in futures:
                    future.cancel()

    def _load(self, window: Future[Window]) -> Load:
        return self._source.load(window.result())
