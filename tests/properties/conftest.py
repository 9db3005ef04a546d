"""What the properties are asked of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import settings

from backend.sandbox.anvil import Anvil
from backend.sandbox.database import create_database
from backend.sandbox.process import Reaper
from tests.properties.languages import Solidity, TypeScript
from tests.properties.life.chain import Chain
from tests.properties.life.mirror import Mirror, mirror_of

# No example is judged by its time: the machine may be busy.
settings.register_profile("suyuan", deadline=None)
settings.load_profile("suyuan")

# Of the genesis block: the same park is told each time.
_LONG_AGO = 1_700_000_000


@pytest.fixture(scope="session")
def solidity(anvil: Anvil, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Solidity:
    folder = tmp_path_factory.getbasetemp()
    # Side by side with the folders of each process of the run, if there are several.
    return Solidity(anvil, (folder if worker_id == "master" else folder.parent) / "hashing.json")


@pytest.fixture(scope="session")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TypeScript]:
    with TypeScript(tmp_path_factory.mktemp("typescript")) as typescript:
        yield typescript


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory, reaper: Reaper) -> Iterator[Chain]:
    """A park's chain that each story rewinds to where everybody has just come in."""
    anvil = Anvil(tmp_path_factory.mktemp("life") / "anvil", reaper, genesis_timestamp=_LONG_AGO)
    anvil.start()
    with closing(Chain(anvil)) as chain:
        yield chain
    anvil.stop()


@pytest.fixture(scope="session")
def mirror(chain: Chain, postgres: str) -> Iterator[Mirror]:
    with create_database(postgres) as url, mirror_of(chain, url) as mirror:
        yield mirror
