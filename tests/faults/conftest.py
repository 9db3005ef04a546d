"""What walks stand on: one founded park for all of them, each chapter on a copy of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from backend.faults.ground import Ground, founded
from backend.faults.liar import Liar
from backend.faults.world import World, opened
from backend.logs import configure_logs
from backend.sandbox.process import Reaper


@pytest.fixture(scope="session", autouse=True)
def _logs() -> None:
    """To standard error as in production."""
    configure_logs()


@pytest.fixture(scope="session")
def ground(parts_folder: Path, reaper: Reaper) -> Iterator[Ground]:
    """A chain that walks reorganise and a database server that they kill: nobody else's."""
    folder = parts_folder / "faults"
    folder.mkdir(mode=0o711)
    with founded(folder, reaper) as ground:
        yield ground


@pytest.fixture
def open_world(ground: Ground) -> Iterator[Callable[..., World]]:
    """Opens a chapter by its seed and finality depth."""
    with ExitStack() as closing:
        liar = closing.enter_context(Liar(ground.anvil.url))

        def open_world(seed: int = 1, finality_depth: int = 2) -> World:
            return closing.enter_context(opened(ground, liar, seed, finality_depth))

        yield open_world


@pytest.fixture
def world(open_world: Callable[..., World]) -> World:
    """A chapter in which nothing has happened yet."""
    return open_world()
