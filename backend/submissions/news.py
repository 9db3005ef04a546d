"""What a transaction did to submissions, told once it is committed: to the log, and to whoever counts.

Told at once, a line or a figure would speak of what a rollback took back.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

_LOG = structlog.get_logger(__name__)

# Under these names news stand in the notes that SQLAlchemy keeps of a connection.
_UNDER_WAY = "suyuan_news_under_way"
_COMMITTED = "suyuan_news_committed"
_SAVEPOINT = "savepoint"


@dataclass(frozen=True, slots=True)
class Change:
    """A submission changed its state; `reason` is the code of a refusal."""

    digest: bytes
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Sending:
    """The node was handed so many transactions, some of them again."""

    transactions: int
    again: int


News = Change | Sending
Listener = Callable[[News], None]


def tell(connection: Connection, news: News) -> None:
    """Keep news until the transaction of `connection` is committed; where nobody listens, they are dropped."""
    kept = connection.info.get(_UNDER_WAY)
    if kept is not None:
        kept.append(news)


def listen(engine: Engine, *listeners: Listener) -> None:
    """Be told of everything that is committed through `engine`, when its connection goes back to the pool."""

    def begin(connection: Connection) -> None:
        connection.info[_UNDER_WAY] = []

    def savepoint(connection: Connection, _name: None) -> None:
        connection.info[_UNDER_WAY].append(_SAVEPOINT)

    # Savepoints end in the opposite order: the last one kept is the one that ends.
    def rollback_savepoint(connection: Connection, _name: str, _context: None) -> None:
        kept = connection.info[_UNDER_WAY]
        while kept.pop() != _SAVEPOINT:
            pass

    def release_savepoint(connection: Connection, _name: str, _context: None) -> None:
        kept = connection.info[_UNDER_WAY]
        kept.reverse()
        kept.remove(_SAVEPOINT)
        kept.reverse()

    def rollback(connection: Connection) -> None:
        connection.info.pop(_UNDER_WAY, None)
        connection.info.pop(_COMMITTED, None)

    def commit(connection: Connection) -> None:
        # It is about to commit; should it fail, a rollback follows.
        kept = connection.info.pop(_UNDER_WAY, [])
        connection.info.setdefault(_COMMITTED, []).extend(kept)

    def checkin(_connection: object, entry: ConnectionPoolEntry) -> None:
        for news in entry.info.pop(_COMMITTED, ()):
            for listener in listeners:
                listener(news)

    for name, hear in (
        ("begin", begin),
        ("savepoint", savepoint),
        ("rollback_savepoint", rollback_savepoint),
        ("release_savepoint", release_savepoint),
        ("rollback", rollback),
        ("commit", commit),
        ("checkin", checkin),
    ):
        event.listen(engine, name, hear)


def to_log(news: News) -> None:
    """A line for each change of a submission."""
    if isinstance(news, Change):
        _LOG.info("submission_changed", submission=news.digest.hex(), state=news.state, reason=news.reason)
