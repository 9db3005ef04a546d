"""What the service's tests stand on: a park of eight organisations on a real chain, founded once and copied."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.logs import configure_logs
from backend.sandbox.anvil import Anvil
from backend.sandbox.database import create_database
from backend.sandbox.process import Reaper
from backend.tables_commands import migrate_database
from tests.backend.park import Chain, Park, admit_everybody, deployed_chain, opened_park
from tests.backend.server import end_servers


@pytest.fixture(scope="session", autouse=True)
def _one_line_logs() -> None:
    """As the processes log; structlog's default draws the frames of every exception."""
    configure_logs()


@pytest.fixture(scope="session", autouse=True)
def _servers_end() -> Iterator[None]:
    yield
    end_servers()


@pytest.fixture(scope="session")
def park_chain(parts_folder: Path, reaper: Reaper) -> Iterator[Chain]:
    """A chain of the service's tests alone: each of them takes it back to where the park was founded."""
    anvil = Anvil(parts_folder / "park-anvil", reaper)
    anvil.start()
    yield deployed_chain(anvil)
    anvil.stop()


@pytest.fixture(scope="session")
def founded(postgres: str, park_chain: Chain) -> Iterator[str]:
    """The database of a park whose members have just been admitted, and the chain there too."""
    with create_database(postgres) as url:
        migrate_database(url)
        park = Park(park_chain, url, b"founding")
        with park.kept():
            park.catch_up()
            with park.server:
                admit_everybody(park)
        yield url


@pytest.fixture(scope="session")
def database_template(founded: str) -> str:
    """Each test's database is a copy of the founded park's."""
    return founded.rsplit("/", 1)[1]


@pytest.fixture
def park(park_chain: Chain, database_url: str, request: pytest.FixtureRequest) -> Iterator[Park]:
    """A park of one test's own; afterwards the chain is as if it had never been."""
    with opened_park(park_chain, database_url, request.node.name.encode()) as park:
        yield park
