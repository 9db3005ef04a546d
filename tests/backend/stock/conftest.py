"""The shelf the stock tests stand on."""

import pytest

from tests.backend.park import Park
from tests.backend.stock.shelf import Shelf


@pytest.fixture
def shelf(park: Park) -> Shelf:
    return Shelf(park)
