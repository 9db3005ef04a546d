"""Following submissions and the mirror: server-sent events, one poller a process.

The poller is a thread with a connection of its own. It wakes when the indexer says that it mirrored something, when it
is to stop, and twice a second anyway: the notification is a hint, the rows are the truth. What it finds it hands to the
queues of the clients that follow; a client too slow for its queue is let go, and goes on by `Last-Event-ID`.
"""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from select import POLLIN, poll
from typing import Any, Self

import anyio
import anyio.to_thread
import psycopg
import structlog
from sqlalchemy import Connection, Engine, NullPool, Text, cast, create_engine, func, select, tuple_
from sqlalchemy.exc import SQLAlchemyError

from backend.db import CATCHING_UP, Process, driver_url
from backend.identity.actor import Actor
from backend.submissions.models import SUBMISSION, SUBMISSION_CHANGE
from backend.wire import to_hex
from indexer.status import read_status

_LOG = structlog.get_logger(__name__)

CHANNEL = "suyuan_mirror"

_LOOK_EACH_MILLISECONDS = 500
_HEARTBEAT_SECONDS = 15
_LONGEST_QUEUE = 1_000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a follower is: below it everything was seen. `transaction` is PostgreSQL's, `number` ours."""

    transaction: int
    number: int

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """From `Last-Event-ID`; None for none, or for one we never gave."""
        first, _, second = (text or "").partition("-")
        return cls(int(first), int(second)) if first.isdecimal() and second.isdecimal() else None

    def __str__(self) -> str:
        return f"{self.transaction}-{self.number}"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a submission's state, and the organisations it concerns."""

    position: Position
    organisations: frozenset[int]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """How far the mirror is."""

    block: int
    finalised: int


class Followers:
    """The poller of a process, and the queues of those who follow."""

    def __init__(self, database_url: str) -> None:
        # AUTOCOMMIT: a poll is one statement, and a transaction kept open would hold back other readers' horizon.
        self._engine = create_engine(
            driver_url(database_url),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            pool_pre_ping=False,
            # An API that nobody has asked anything yet has this connection alone to be known by.
            connect_args={"application_name": Process.API},
        )
        self._queues: set[asyncio.Queue[Change | Mirrored | None]] = set()
        self._stopping = threading.Event()
        self._waker, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="stream-poller", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._mirrored: Mirrored | None = None

    def start(self) -> None:
        """Begin to poll; call it on the event loop that serves the clients."""
        self._loop = asyncio.get_running_loop()
        self._turns = anyio.CapacityLimiter(CATCHING_UP)
        self._thread.start()

    def stop(self) -> None:
        """Stop the poller and let every client go."""
        self._stopping.set()
        self._waker.close()
        for queue in self._queues:
            queue.put_nowait(None)
        self._thread.join()
        self._woken.close()

    def join(self) -> asyncio.Queue[Change | Mirrored | None]:
        """A queue that gets how far the mirror is, and everything from now on; None in it is the end."""
        # One place more than is ever filled, so that there is room for the end.
        queue: asyncio.Queue[Change | Mirrored | None] = asyncio.Queue(_LONGEST_QUEUE + 1)
        if self._mirrored is not None:
            queue.put_nowait(self._mirrored)
        self._queues.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[Change | Mirrored | None]) -> None:
        """Give a queue back."""
        self._queues.discard(queue)

    async def missed(self, engine: Engine, position: Position) -> AsyncIterator[Change]:
        """What was changed since a position. Those who catch up take turns at the connection kept for it."""

        def read(after: Position) -> list[Change]:
            with engine.begin() as connection:
                return changes_after(connection, after)

        while page := await anyio.to_thread.run_sync(read, position, limiter=self._turns):
            for change in page:
                yield change
            position = page[-1].position

    def _run(self) -> None:
        position: Position | None = None
        while not self._stopping.is_set():
            try:
                with self._engine.connect() as connection:
                    position = self._poll(connection, position)
            except (SQLAlchemyError, psycopg.Error) as error:
                _LOG.warning("stream_poll_failed", error=type(error).__name__)
                self._stopping.wait(1)

    def _poll(self, connection: Connection, position: Position | None) -> Position | None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        raw.execute(f"LISTEN {CHANNEL}")
        if position is None:
            position = newest(connection)
        while not self._stopping.is_set():
            for change in changes_after(connection, position):
                self._tell(change)
                position = change.position
            status = read_status(connection)
            now = Mirrored(status.block, status.finalised) if status else None
            if now is not None and now != self._mirrored:
                self._mirrored = now
                self._tell(now)
            self._rest(raw)
        return position

    def _rest(self, connection: psycopg.Connection[Any]) -> None:
        """Until the indexer says something, somebody stops us, or it is time to look anyway."""
        # First what came in while we asked for rows: the socket would not tell of it again.
        if any(connection.notifies(timeout=0)):
            return
        sources = poll()
        sources.register(connection.fileno(), POLLIN)
        sources.register(self._woken.fileno(), POLLIN)
        sources.poll(_LOOK_EACH_MILLISECONDS)
        for _ in connection.notifies(timeout=0):
            pass

    def _tell(self, event: Change | Mirrored) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hand_out, event)

    def _hand_out(self, event: Change | Mirrored) -> None:
        for queue in list(self._queues):
            if queue.qsize() < _LONGEST_QUEUE:
                queue.put_nowait(event)
            else:
                self._queues.discard(queue)
                queue.put_nowait(None)


async def follow(followers: Followers, engine: Engine, actor: Actor, position: Position | None) -> AsyncIterator[str]:
    """The events an actor may see, as lines of text/event-stream, until the client leaves or the service stops."""
    queue = followers.join()
    try:
        yield ": following\n\n"
        if position is not None:
            async for change in followers.missed(engine, position):
                position = change.position
                if _concerns(change, actor):
                    yield _lines(change)
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), _HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if event is None:
                return
            if isinstance(event, Mirrored):
                yield f"event: mirror\ndata: {json.dumps({'block': event.block, 'finalised': event.finalised})}\n\n"
            elif (position is None or event.position > position) and _concerns(event, actor):
                yield _lines(event)
    finally:
        followers.leave(queue)


def newest(connection: Connection) -> Position:
    """The position of one who begins now: everything that is visible was seen."""
    horizon = connection.scalar(select(_horizon()))
    return Position(int(horizon or 0) - 1, 2**63 - 1)


def changes_after(connection: Connection, position: Position) -> list[Change]:
    """The next changes, in an order that never grows backwards: only those below the oldest open transaction."""
    change = SUBMISSION_CHANGE.c
    rows = connection.execute(
        select(
            change.transaction,
            change.number,
            change.digest,
            change.state,
            change.reason,
            change.changed_at,
            SUBMISSION.c.organisation,
            SUBMISSION.c.submitted_by,
        )
        .join(SUBMISSION, SUBMISSION.c.digest == change.digest)
        .where(
            tuple_(change.transaction, change.number) > tuple_(position.transaction, position.number),
            change.transaction < _horizon(),
        )
        .order_by(change.transaction, change.number)
        .limit(_AT_ONCE)
    )
    return [
        Change(
            position=Position(row.transaction, row.number),
            organisations=frozenset({row.organisation, row.submitted_by}),
            data={
                "id": to_hex(row.digest),
                "state": row.state,
                "reason": row.reason,
                "changed_at": row.changed_at,
            },
        )
        for row in rows
    ]


def _horizon() -> Any:
    oldest = func.pg_snapshot_xmin(func.pg_current_snapshot())
    return cast(cast(oldest, Text), SUBMISSION_CHANGE.c.transaction.type)


def _concerns(change: Change, actor: Actor) -> bool:
    return actor.is_overseer or actor.organisation in change.organisations


def _lines(change: Change) -> str:
    return f"event: submission\nid: {change.position}\ndata: {json.dumps(change.data)}\n\n"
