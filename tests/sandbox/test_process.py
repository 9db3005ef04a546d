"""Started programs, and what is left when their owner goes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.failures import Failure
from backend.sandbox.process import Process, Reaper
from backend.sandbox.reaper import read_orders

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}

# A program that starts another and waits.
FAMILY = ("sh", "-c", "sleep 300 & echo child $!; wait")


def lives(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def becomes_true(question: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def child_of(log: Path) -> int:
    assert becomes_true(lambda: log.exists() and "child" in log.read_text())
    return int(log.read_text().split()[1])


@pytest.fixture
def start(tmp_path: Path, reaper: Reaper) -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def start(*argv: str, stdin: bytes | None = None) -> Process:
        log = tmp_path / f"{len(started)}.log"
        started.append(Process("it", argv, log=log, environment=ENVIRONMENT, reaper=reaper, stdin=stdin))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.mark.parametrize("end", [Process.stop, Process.kill])
def test_stopping_and_killing_reach_what_the_program_started(
    start: Callable[..., Process], end: Callable[[Process], None]
) -> None:
    process = start(*FAMILY)
    child = child_of(process.log)
    end(process)
    assert not process.is_running
    assert becomes_true(lambda: not lives(child))


def test_a_program_that_does_not_want_to_stop_is_killed(start: Callable[..., Process]) -> None:
    process = start("sh", "-c", "trap '' TERM; echo child 0; while :; do sleep 1; done")
    child_of(process.log)
    process.stop(grace_seconds=0.2)
    assert not process.is_running


def test_a_program_that_ends_before_it_is_ready_is_reported_with_its_last_words(start: Callable[..., Process]) -> None:
    process = start("sh", "-c", "echo no such ledger; exit 3")
    with pytest.raises(Failure, match=r"^part_ended: it ended with status 3 (.|\n)*\| no such ledger"):
        process.wait_until(lambda: False)


def test_a_program_that_never_gets_ready_is_reported_when_time_is_up(start: Callable[..., Process]) -> None:
    with pytest.raises(Failure, match=r"^part_not_ready: "):
        start("sleep", "300").wait_until(lambda: False, within_seconds=0.1)


def test_a_secret_goes_by_standard_input_and_nothing_of_our_environment_goes_along(
    start: Callable[..., Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUYUAN_DATABASE_URL", "postgresql://not-for-children")
    process = start("sh", "-c", "cat; env; echo child 0", stdin=b"secret\n")
    assert becomes_true(lambda: "child 0" in process.log.read_text())
    lines = process.log.read_text().splitlines()
    assert "secret" == lines[0]
    assert [] == [line for line in lines if "SUYUAN" in line]


def test_a_log_is_for_its_owner_alone(start: Callable[..., Process]) -> None:
    assert 0o600 == start("true").log.stat().st_mode & 0o777


OWNER = """
import sys, time
from pathlib import Path
from backend.sandbox.process import Process, Reaper
folder = Path(sys.argv[1])
reaper = Reaper()
reaper.remove_later(folder)
Process("it", sys.argv[2:], log=folder / "log", environment={"PATH": "/usr/bin:/bin"}, reaper=reaper)
time.sleep(300)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_an_owner_that_could_not_clean_up(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "sandbox"
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", OWNER, str(folder), *FAMILY]) as owner:
        child = child_of(folder / "log")
        os.kill(owner.pid, number)
    assert becomes_true(lambda: not lives(child))
    assert becomes_true(lambda: not folder.exists())


def test_what_the_owner_has_stopped_itself_is_not_touched_again() -> None:
    orders = ["watch 11 15", "remove /a", "watch 12 2", "forget 11", "remove /b", "retain /a"]
    assert ({12: 2}, {"/b"}) == read_orders(f"{order}\n" for order in orders)
