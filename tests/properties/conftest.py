"""What the properties are asked of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from backend.sandbox.anvil import Anvil
from tests.properties.languages import Solidity, TypeScript

# No example is judged by its time: the machine may be busy.
settings.register_profile("suyuan", deadline=None)
settings.load_profile("suyuan")


@pytest.fixture(scope="session")
def solidity(anvil: Anvil) -> Solidity:
    return Solidity(anvil)


@pytest.fixture(scope="session")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TypeScript]:
    with TypeScript(tmp_path_factory.mktemp("typescript")) as typescript:
        yield typescript
