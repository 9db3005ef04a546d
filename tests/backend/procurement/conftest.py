"""A market that the tests of a module share: each trades on orders of its own."""

from collections.abc import Iterator

import pytest

from backend.sandbox.database import create_database
from tests.backend.park import Chain, Park, opened_park
from tests.backend.procurement.trade import Trade


@pytest.fixture
def trade(park: Park) -> Trade:
    return Trade(park)


@pytest.fixture(scope="module")
def market(park_chain: Chain, postgres: str, database_template: str, request: pytest.FixtureRequest) -> Iterator[Trade]:
    name = request.node.name.encode()
    with create_database(postgres, template=database_template) as url, opened_park(park_chain, url, name) as park:
        yield Trade(park)
