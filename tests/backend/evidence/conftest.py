"""One park for all tests of a module: what was done in it, and a checkpoint at its end."""

from collections.abc import Iterator

import pytest

from backend.sandbox.database import create_database
from tests.backend.evidence.scene import Archive
from tests.backend.park import Chain, opened_park


@pytest.fixture(scope="module")
def archive(
    park_chain: Chain, postgres: str, database_template: str, request: pytest.FixtureRequest
) -> Iterator[Archive]:
    name = request.node.name.encode()
    with create_database(postgres, template=database_template) as url, opened_park(park_chain, url, name) as park:
        yield Archive(park)
