"""What the mirror's tests stand on: a past on a chain of their own, a database of their own, and the way between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, create_engine, make_url

from backend.sandbox.anvil import Anvil
from indexer.follow import Follower
from indexer.rpc import Node
from indexer.source import Source
from indexer.store import Store
from tests.indexer.history import History

FINALITY_DEPTH = 6


@pytest.fixture
def history(own_anvil: Anvil) -> History:
    return History(own_anvil)


@pytest.fixture
def source(own_anvil: Anvil, history: History) -> Source:
    return Source(Node(own_anvil.url), history.charter)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def new_follower(engine: Engine, source: Source) -> Iterator[Callable[[], Follower]]:
    """Makes an indexer on the test's mirror; it has read the cursor, as a process does when it starts."""
    with ExitStack() as exits:

        def make() -> Follower:
            follower = exits.enter_context(Follower(source, Store(engine, source.fingerprint), FINALITY_DEPTH))
            follower.prepare()
            return follower

        yield make
