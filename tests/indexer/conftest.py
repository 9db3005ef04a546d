"""What the mirror's tests stand on: a past on a chain of their own, a database of their own, and the way between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url

from backend.logs import configure_logs
from backend.sandbox.anvil import Anvil
from indexer.follow import Follower
from indexer.rpc import Node
from indexer.source import Charter, Source
from indexer.store import Store
from indexer.verify import Verdict, verify
from tests.indexer.history import History

FINALITY_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Mirror:
    """One mirror of one past, and what the commands do with it."""

    url: URL
    engine: Engine
    source: Source
    new_follower: Callable[[], Follower]

    def catch_up(self) -> None:
        """An indexer starts, follows as far as the chain goes, and is gone."""
        follower = self.new_follower()
        while follower.step():
            pass

    def verify(self) -> Verdict:
        return verify(self.url, self.engine, self.source, FINALITY_DEPTH)


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """To standard error as in production: standard output is for answers."""
    configure_logs()


@pytest.fixture
def history(own_anvil: Anvil) -> History:
    return History(own_anvil)


@pytest.fixture
def mirror(history: History, database_url: str) -> Iterator[Mirror]:
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    source = Source(Node(history.anvil.url), Charter.of(history.deployment))
    with ExitStack() as exits:

        def new_follower() -> Follower:
            follower = exits.enter_context(Follower(source, Store(engine, source.fingerprint), FINALITY_DEPTH))
            follower.prepare()
            return follower

        yield Mirror(url, engine, source, new_follower)
    engine.dispose()


@pytest.fixture
def settings(history: History, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a command that works with this mirror."""
    history.deployment.save(tmp_path / "deployment.json")
    url = mirror.url.set(drivername="postgresql").render_as_string(hide_password=False)
    # Loggers keep the standard error they first see, and a captured one is closed when its test is over.
    monkeypatch.setattr("backend.mirror.ground.configure_logs", lambda: None)
    monkeypatch.setenv("SUYUAN_MODE", "demo")
    monkeypatch.setenv("SUYUAN_DATABASE_URL", url)
    monkeypatch.setenv("SUYUAN_RPC_URL", history.anvil.url)
    monkeypatch.setenv("SUYUAN_DEPLOYMENT", str(tmp_path / "deployment.json"))
    monkeypatch.setenv("SUYUAN_FINALITY_DEPTH", str(FINALITY_DEPTH))
