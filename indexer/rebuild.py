"""Builds the mirror anew beside the one that serves, and puts it in its place in one transaction.

A rebuild that was killed goes on where it stopped; one that other code began is started again.
"""

from __future__ import annotations

import structlog
from sqlalchemy import Engine, text

from indexer.errors import Halt
from indexer.follow import Follower
from indexer.source import Source
from indexer.status import Status, read_status
from indexer.store import Store, swap
from indexer.watch import UNWATCHED, Watch

NEXT_SCHEMA = "mirror_next"

log = structlog.get_logger("indexer")


def rebuild(engine: Engine, source: Source, finality_depth: int, watch: Watch = UNWATCHED) -> Status:
    """Builds up to the node's head, swaps; returns the new mirror's status.

    Raises:
        Halt: a log is not understood; the mirror that serves stays.
        Retryable: node or database were away; called again, it goes on.
    """
    store = Store(engine, source.fingerprint, NEXT_SCHEMA)
    _discard_if_foreign(store, source)
    with Follower(source, store, finality_depth, watch=watch) as follower:
        follower.prepare()
        while follower.step():
            pass
        log.info("rebuilt", block=follower.tip.number)
    with store.transaction() as connection:
        swap(connection, NEXT_SCHEMA)
        status = read_status(connection)
    if status is None:
        raise Halt("mirror_missing", "the mirror vanished after the swap", "see who else drops schemas there")
    return status


def _discard_if_foreign(store: Store, source: Source) -> None:
    with store.transaction() as connection:
        begun = read_status(connection, NEXT_SCHEMA)
        if begun is None or begun.fingerprint != source.fingerprint:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {NEXT_SCHEMA} CASCADE"))
