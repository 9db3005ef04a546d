"""An indexer that dies loses and doubles nothing: at every statement, by a signal, and over any past of reorgs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from time import sleep

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text

from indexer.digest import digest
from tests.indexer.conftest import FINALITY_DEPTH, Mirror
from tests.indexer.history import History


class Crash(BaseException):
    """Not an Exception: nothing in the indexer may catch it, as nothing catches a signal 9."""


@contextmanager
def crash_at(engine: Engine, statement: int) -> Iterator[None]:
    """Dies where the engine would send its `statement`-th statement."""
    sent = count(1)

    def die(*_: object) -> None:
        if next(sent) == statement:
            raise Crash

    event.listen(engine, "before_cursor_execute", die)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", die)


def whole_digest(mirror: Mirror, last: int) -> bytes:
    with mirror.engine.connect() as connection:
        return digest(connection, 0, last).digest


def died(mirror: Mirror, statement: int) -> bool:
    try:
        with crash_at(mirror.engine, statement):
            mirror.catch_up()
    except Crash:
        return True
    return False


def test_a_crash_at_any_statement_of_an_extension_is_made_good_by_the_next_start(
    history: History, mirror: Mirror
) -> None:
    first = history.make()
    history.transform(history.split(first))
    mirror.catch_up()
    expected = whole_digest(mirror, history.height)
    for statement in range(1, 400, 11):
        with mirror.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA mirror CASCADE"))
        crashed = died(mirror, statement)
        mirror.catch_up()
        assert expected == whole_digest(mirror, history.height)
        if not crashed:
            return
    raise AssertionError("building a mirror took more statements than this test crashes at")


def test_a_crash_at_any_statement_of_a_rollback_is_made_good_by_the_next_start(
    history: History, mirror: Mirror
) -> None:
    history.anvil.ask("anvil_mine", hex(FINALITY_DEPTH))
    pallet, child = history.make(), history.make()
    for statement in count(1, 5):
        history.pack(pallet, [child])
        history.make()
        mirror.catch_up()
        history.reorganise(2)
        crashed = died(mirror, statement)
        mirror.catch_up()
        assert mirror.verify().identical
        if not crashed:
            return


@contextmanager
def indexer_process(history: History, mirror: Mirror, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`suyuan index run` in a process of its own, from the moment it follows the chain."""
    history.deployment.save(folder / "deployment.json")
    environment = {
        "PATH": os.environ["PATH"],
        "SUYUAN_MODE": "demo",
        "SUYUAN_DATABASE_URL": mirror.url.set(drivername="postgresql").render_as_string(hide_password=False),
        "SUYUAN_RPC_URL": history.anvil.url,
        "SUYUAN_DEPLOYMENT": str(folder / "deployment.json"),
        "SUYUAN_FINALITY_DEPTH": str(FINALITY_DEPTH),
    }
    with (folder / "log").open("w+") as log:
        command = [sys.executable, "-m", "backend.cli", "index", "run"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            while "following" not in (folder / "log").read_text() and process.poll() is None:
                sleep(0.005)
            yield process
        finally:
            process.kill()
            process.wait()


def test_kill_minus_nine_during_a_backfill_loses_and_doubles_nothing(
    history: History, mirror: Mirror, tmp_path: Path
) -> None:
    for serial in [history.make() for _ in range(40)]:
        history.split(serial)
    for moment in (0.0, 0.05, 0.1, 0.2):
        with indexer_process(history, mirror, tmp_path) as indexer:
            sleep(moment)
            indexer.send_signal(signal.SIGKILL)
            assert -signal.SIGKILL == indexer.wait()
    mirror.catch_up()
    assert mirror.verify().identical


def test_an_indexer_asked_to_end_ends_with_zero(history: History, mirror: Mirror, tmp_path: Path) -> None:
    with indexer_process(history, mirror, tmp_path) as indexer:
        indexer.terminate()
        assert 0 == indexer.wait()
    mirror.catch_up()
    assert mirror.verify().identical


STEPS = st.one_of(st.sampled_from(["make", "transform", "split", "pack", "sync"]), st.integers(1, FINALITY_DEPTH))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=4, max_size=12))
def test_after_any_past_of_records_and_reorgs_the_mirror_is_a_replay_of_the_chain(
    history: History, mirror: Mirror, steps: list[str | int]
) -> None:
    """A number among the steps is a reorg of that depth. Examples share one chain, which only grows more tangled."""
    history.anvil.ask("anvil_mine", hex(FINALITY_DEPTH))
    for step in steps:
        do(step, history, mirror)
    mirror.catch_up()
    assert () == mirror.verify().differences


def do(step: str | int, history: History, mirror: Mirror) -> None:
    loose = [serial for serial in history.created if history.is_loose(serial)]
    if isinstance(step, int):
        history.reorganise(step)
    elif step == "sync":
        mirror.catch_up()
    elif step == "make" or len(loose) < 3:
        history.make()
    elif step == "transform":
        history.transform(loose[:2], outputs=2)
    elif step == "split":
        history.split(loose[-1])
    else:
        history.pack(loose[0], loose[1:3])
