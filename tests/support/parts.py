"""Fixtures that run real parts: a database server, a broker, a chain, or everything together.

`database_url` is a fresh database for one test. A folder of tests that needs tables in it overrides the fixture
`database_template` with the name of a database that has them; copying one takes 30 ms where migrating takes seconds.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.sandbox.anvil import Anvil
from backend.sandbox.database import create_database
from backend.sandbox.postgres import Postgres
from backend.sandbox.process import Reaper
from backend.sandbox.stack import Stack
from backend.sandbox.valkey import Valkey
from backend.settings import SandboxSettings, load


@pytest.fixture(scope="session")
def reaper() -> Iterator[Reaper]:
    """Cleans up should this test run be killed."""
    reaper = Reaper()
    yield reaper
    reaper.close()


@pytest.fixture(scope="session")
def parts_folder(reaper: Reaper) -> Iterator[Path]:
    """A folder that `nobody`, who runs PostgreSQL when we are root, may enter."""
    with tempfile.TemporaryDirectory(prefix="suyuan-tests-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        reaper.remove_later(folder)
        yield folder


@pytest.fixture(scope="session")
def postgres(parts_folder: Path, reaper: Reaper) -> Iterator[str]:
    """The address of a PostgreSQL server on which databases may be made: SUYUAN_DATABASE_URL, else one of our own."""
    given = load(SandboxSettings).database_url
    if given is not None:
        yield given.get_secret_value()
        return
    # Not durable: a test's database need not survive a crash of the machine.
    server = Postgres(parts_folder / "postgres", reaper, durable=False)
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def database_template() -> str:
    """The database that `database_url` copies; empty unless a folder of tests overrides this."""
    return "template1"


@pytest.fixture
def database_url(postgres: str, database_template: str) -> Iterator[str]:
    """A `postgresql://` address of a database nobody else uses."""
    with create_database(postgres, template=database_template) as url:
        yield url


@pytest.fixture(scope="session")
def valkey(parts_folder: Path, reaper: Reaper) -> Iterator[Valkey]:
    """A broker that tests share; one that flushes it starts its own."""
    server = Valkey(parts_folder / "valkey", reaper)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def anvil(parts_folder: Path, reaper: Reaper) -> Iterator[Anvil]:
    """A chain that tests share, one block a transaction; one that reorganises it uses `own_anvil`."""
    chain = Anvil(parts_folder / "anvil", reaper)
    chain.start()
    yield chain
    chain.stop()


@pytest.fixture
def own_anvil(tmp_path: Path, reaper: Reaper) -> Iterator[Anvil]:
    """A chain for one test alone, to reorganise, stop or kill."""
    chain = Anvil(tmp_path / "anvil", reaper)
    chain.start()
    yield chain
    chain.stop()


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Everything, for one module of tests: stop, kill and start its parts by name."""
    with Stack(durable=False) as stack:
        yield stack
