"""One started program: its process group, its log file, its end."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.failures import Failure
from backend.sandbox import reaper as reaper_module

_ASK_AGAIN_SECONDS = 0.05
_LOG_LINES_IN_AN_ERROR = 15


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group a program runs as."""

    uid: int
    gid: int


class Reaper:
    """The owner's end of the pipe to `backend.sandbox.reaper`: says what to clean up should the owner die."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", reaper_module.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def watch(self, pgid: int, stop_signal: signal.Signals) -> None:
        self._say(f"watch {pgid} {int(stop_signal)}")

    def forget(self, pgid: int) -> None:
        self._say(f"forget {pgid}")

    def remove_later(self, folder: Path) -> None:
        self._say(f"remove {folder}")

    def retain(self, folder: Path) -> None:
        self._say(f"retain {folder}")

    def close(self) -> None:
        """Let the reaper do what is left over, and wait for it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is not None and not pipe.closed:
            pipe.write(f"{line}\n".encode())
            pipe.flush()


class Process:
    """A running program, leader of its own session, so that a signal to its group reaches everything it started."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        reaper: Reaper,
        account: Account | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        stdin: bytes | None = None,
    ) -> None:
        """Start it.

        Args:
            log: standard output and error are appended to this file, readable by its owner alone.
            environment: the whole environment; nothing is inherited.
            account: run as somebody else; only root may.
            stop_signal: what asks the program for an orderly end.
            stdin: written to the program's standard input, then closed: the way for secrets, which argv is not.
        """
        self.name = name
        self.log = log
        self._reaper = reaper
        self._stop_signal = stop_signal
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._popen = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=descriptor,
                stderr=descriptor,
                env=dict(environment),
                cwd="/",
                umask=0o077,
                start_new_session=True,
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
            )
        finally:
            os.close(descriptor)
        reaper.watch(self._popen.pid, stop_signal)
        if stdin is not None and self._popen.stdin is not None:
            # A program that died at once is reported by `wait_until`, with its log.
            with contextlib.suppress(BrokenPipeError), self._popen.stdin as pipe:
                pipe.write(stdin)

    @property
    def pid(self) -> int:
        """Process id, and id of the group."""
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    @property
    def exit_status(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._popen.poll()

    def wait_until(self, ready: Callable[[], bool], *, within_seconds: float = 60.0) -> None:
        """Ask `ready` until it says yes.

        Raises:
            Failure: `part_ended` when it ends first, `part_not_ready` when time is up; with the end of its log.
        """
        deadline = time.monotonic() + within_seconds
        while not ready():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(timeout=_ASK_AGAIN_SECONDS)
                raise self._failure("part_ended", f"ended with status {self._popen.returncode} before it was ready")
            if time.monotonic() > deadline:
                raise self._failure("part_not_ready", f"was not ready within {within_seconds:.0f} s")

    def stop(self, *, grace_seconds: float = 15.0) -> None:
        """Ask for an orderly end, then kill what is left of the group."""
        if self.is_running:
            self._popen.send_signal(self._stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(timeout=grace_seconds)
        self.kill()

    def kill(self) -> None:
        """kill -9 the program and everything in its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        self._reaper.forget(self.pid)

    def _failure(self, code: str, what: str) -> Failure:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES_IN_AN_ERROR:]
        tail = "".join(f"\n  | {line}" for line in lines)
        return Failure(code, f"{self.name} {what}", f"read {self.log}, which ends:{tail or ' (it is empty)'}")


class Part(ABC):
    """Something a sandbox runs by name: started, stopped, killed and started again on the same port and folder."""

    name: str

    def __init__(self) -> None:
        self._process: Process | None = None

    @abstractmethod
    def start(self) -> None:
        """Start it, and return once it answers."""

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    def stop(self) -> None:
        """Ask for an orderly end, and see to it that there is one."""
        if self._process is not None:
            self._process.stop()

    def kill(self) -> None:
        """kill -9, as a crash would."""
        if self._process is not None:
            self._process.kill()

    def _run(self, process: Process, ready: Callable[[], bool]) -> None:
        # Kept before waiting: a program that never gets ready is stopped like any other.
        self._process = process
        process.wait_until(ready)
