"""Real faults on the whole stack while records flow, a minute each: `make prove`. The table is in docs/reliability.md.

After each: every acknowledged record is on the chain once, the service says so, and the mirror is what a replay gives.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Final

import pytest

from backend.failures import Failure
from backend.member.signer import Member
from backend.sandbox.process import Process, Reaper
from backend.sandbox.service import SUYUAN
from backend.sandbox.stack import Stack
from backend.settings import surrounding_variables
from tests.e2e.records import (
    RECORDS_A_BATCH,
    SUPPLIER,
    a_batch,
    admitted,
    client_of,
    records_by_batch,
    times_authorised,
    verified,
)

SECONDS: Final = int(os.environ.get("SUYUAN_FAULT_SECONDS", "0"))
FINALITY: Final = 12
_WAITING: Final = frozenset({"database_unavailable", "mirror_unavailable"})
_DISK_MB: Final = 420

pytestmark = [
    pytest.mark.skipif(not SECONDS, reason="a minute each: `make prove`, or SUYUAN_FAULT_SECONDS=60"),
    pytest.mark.timeout(900),
]


def pause(seconds: float) -> None:
    threading.Event().wait(seconds)


@dataclass
class Flow:
    """A client that submits batch after batch and asks again until each is acknowledged."""

    stack: Stack
    member: Member
    acknowledged: list[str] = field(default_factory=list)
    excuses: set[str] = field(default_factory=set)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _broken: list[BaseException] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()
        assert [] == self._broken

    def _run(self) -> None:
        try:
            client = client_of(self.stack, SUPPLIER)
            while not self._stopping.is_set():
                self.acknowledged += self._persist(partial(client.submit, a_batch(self.member)))
                pause(0.05)
        except BaseException as error:  # noqa: BLE001 (told to the test, which fails on it)
            self._broken.append(error)

    def _persist(self, ask: Callable[[], list[str]]) -> list[str]:
        """The same batch again until somebody takes it: the service may be away, it may not say something false."""
        for _ in range(3000):
            try:
                return ask()
            except (OSError, HTTPException, json.JSONDecodeError) as error:
                self.excuses.add(type(error).__name__)
            except Failure as failure:
                if failure.code not in _WAITING:
                    raise
                self.excuses.add(failure.code)
            pause(0.1)
        raise TimeoutError("nobody took it for five minutes")


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A stack of its own for each fault, with a chain that may take back some blocks, and a disk that may be full."""
    with tempfile.TemporaryDirectory(prefix="suyuan-faults-") as name:
        folder = Path(name)
        with _small_disk(folder / "postgres"), Stack(keep=folder, finality_depth=FINALITY) as stack:
            yield stack


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    """The database's folder on a file system of its own, if we may make one."""
    folder.mkdir(parents=True)
    for each in (folder.parent, folder):
        each.chmod(0o711)
    options = ["-t", "tmpfs", "-o", f"size={_DISK_MB}m,mode=0711", "suyuan", str(folder)]
    mounted = subprocess.run(["mount", *options], check=False, capture_output=True).returncode == 0
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


# ------------------------------------------------------------------------------------------------- the faults


def killing_one_a_second(stack: Stack) -> Iterator[str]:
    """kill -9 of worker, indexer or API, each second."""
    chance = random.Random(5)
    while True:
        victim = chance.choice(["worker", "indexer", "api"])
        stack.kill(victim)
        stack.start(victim)
        yield victim
        pause(1)


def killing_the_database(stack: Stack) -> Iterator[str]:
    """kill -9 of PostgreSQL, all of it, each five seconds."""
    while True:
        stack.kill("postgres")
        pause(1)
        stack.start("postgres")
        _start_what_gave_up(stack)
        yield "postgres"
        pause(5)


def filling_the_disk(stack: Stack) -> Iterator[str]:
    """Not a byte left for PostgreSQL for five seconds, each fifteen."""
    folder = stack.folder / "postgres"
    if not os.path.ismount(folder):
        pytest.skip("mounting a small disk needs root: not run")
    ballast = folder / "ballast"
    while True:
        with ballast.open("wb") as file:
            try:
                while file.write(b"\0" * 65_536):
                    file.flush()
            except OSError:
                pass
        pause(5)
        ballast.unlink()
        if not stack.is_running("postgres"):
            stack.start("postgres")
        _start_what_gave_up(stack)
        yield "disk"
        pause(10)


def halting_the_chain(stack: Stack) -> Iterator[str]:
    """The node stands still for the whole minute, connections open."""
    assert stack.anvil._process is not None
    pid = stack.anvil._process.pid
    yield "chain"
    os.killpg(pid, signal.SIGSTOP)
    try:
        pause(SECONDS)
    finally:
        os.killpg(pid, signal.SIGCONT)
    _start_what_gave_up(stack)
    pause(5)
    yield "chain"


def reorganising(stack: Stack) -> Iterator[str]:
    """The last blocks are taken back with all that was in them, each three seconds, to the finality depth and less."""
    chance = random.Random(6)
    while True:
        height = int(str(stack.anvil.ask("eth_blockNumber")), 16)
        depth = min(chance.randint(1, FINALITY - 2), height - 40)
        if depth > 0:
            stack.anvil.ask("anvil_reorg", depth, [])
            yield f"{depth} blocks"
        pause(3)


def changing_the_relayers_key(stack: Stack) -> Iterator[str]:
    """Another key relays from now on, each ten seconds; what the one before sent may still be mined."""
    for funded in stack.anvil.funded_keys[2:8]:
        stack.stop("worker")
        stack.keys.path("relayer").unlink()
        stack.keys.ensure("relayer", funded)
        stack.start("worker")
        yield stack.keys.address("relayer")
        pause(10)


def running_two_of_everything(stack: Stack) -> Iterator[str]:
    """A second indexer, worker and API, for the whole minute."""
    reaper = Reaper()
    environment = {**surrounding_variables(), **stack.environment, "SUYUAN_API_PORT": "0"}
    doubles = [
        Process(
            f"second {words[-1]}",
            [*SUYUAN, *words],
            log=stack.folder / f"second-{words[-1]}.log",
            environment=environment,
            reaper=reaper,
        )
        for words in (("index", "run"), ("work",), ("serve",))
    ]
    try:
        for _ in range(max(1, SECONDS // 5)):
            yield "two"
            pause(5)
    finally:
        for each in doubles:
            each.stop()
        reaper.close()


def _start_what_gave_up(stack: Stack) -> None:
    """What a supervisor does: a process that halted with a message is started again."""
    for name in ("indexer", "worker", "api"):
        if not stack.is_running(name):
            stack.start(name)


# --------------------------------------------------------------------------------------------------- the test

FAULTS: Final = (
    killing_one_a_second,
    killing_the_database,
    filling_the_disk,
    halting_the_chain,
    reorganising,
    changing_the_relayers_key,
    running_two_of_everything,
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_no_record_is_lost_or_doubled(stack: Stack, fault: Callable[[Stack], Iterator[str]]) -> None:
    flow = Flow(stack, admitted(stack))
    with flow.running():
        strokes = _strokes(stack, fault)
    client = client_of(stack, SUPPLIER)
    _start_what_gave_up(stack)
    client.wait(flow.acknowledged, within_seconds=240)
    digests = [url.rsplit("/", 1)[1] for url in flow.acknowledged]
    authorised, recorded = times_authorised(stack, digests), records_by_batch(stack)
    lost = sum(not authorised[digest] for digest in digests)
    doubled = sum(authorised[digest] > 1 or recorded[digest] > RECORDS_A_BATCH for digest in digests)
    row = {
        "fault": fault.__name__.replace("_", " "),
        "strokes": strokes,
        "records": len(digests) * RECORDS_A_BATCH,
        "lost": lost,
        "doubled": doubled,
        "verify": verified(stack),
        "answers_meanwhile": sorted(flow.excuses),
    }
    with Path("build/real-faults.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    assert dict.fromkeys(digests, RECORDS_A_BATCH) == {digest: recorded[digest] for digest in digests}
    assert (0, 0, "identical") == (lost, doubled, row["verify"])
    assert strokes > 0
    assert digests


def _strokes(stack: Stack, fault: Callable[[Stack], Iterator[str]]) -> int:
    """How often the fault struck in its minute, after records had begun to flow."""
    over = threading.Event()
    timer = threading.Timer(SECONDS, over.set)
    pause(3)
    timer.start()
    strokes = 0
    try:
        for _ in fault(stack):
            strokes += 1
            if over.is_set():
                break
    finally:
        timer.cancel()
    return strokes
