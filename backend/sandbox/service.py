"""Our own processes, each started by the command line that production starts it by."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from backend.failures import Failure
from backend.sandbox.process import Part, Process, Reaper

# What the command `suyuan` runs, by the interpreter we run under ourselves.
SUYUAN = (sys.executable, "-m", "backend.cli")

Environment = Callable[[], Mapping[str, str]]
"""Asked at each start: a part's address may be known only once the part runs."""


class Service(Part):
    """One long-running `suyuan` command."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        log: Path,
        reaper: Reaper,
        environment: Environment,
        ready: Callable[[], bool],
    ) -> None:
        super().__init__()
        self.name = name
        self._arguments = arguments
        self._log = log
        self._reaper = reaper
        self._environment = environment
        self._ready = ready

    def start(self) -> None:
        process = Process(
            self.name,
            [*SUYUAN, *self._arguments],
            log=self._log,
            environment=self._environment(),
            reaper=self._reaper,
        )
        self._run(process, self._ready)


class Step(Part):
    """One `suyuan` command that runs to its end, such as a migration."""

    def __init__(self, name: str, arguments: Sequence[str], *, log: Path, environment: Environment) -> None:
        super().__init__()
        self.name = name
        self._arguments = arguments
        self._log = log
        self._environment = environment

    def start(self) -> None:
        run_to_end(self._arguments, log=self._log, environment=self._environment())


def run_to_end(arguments: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> None:
    """Run one `suyuan` command, and append what it says to `log`.

    Raises:
        Failure: `step_failed`, with what the command said.
    """
    outcome = subprocess.run(
        [*SUYUAN, *arguments],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    with log.open("a", encoding="utf-8") as file:
        file.write(outcome.stdout)
    if outcome.returncode != 0:
        raise Failure(
            "step_failed",
            f"`suyuan {' '.join(arguments)}` ended with status {outcome.returncode}",
            f"mend what it says: {outcome.stdout.strip()}",
        )


def answers_ok(url: str) -> bool:
    """Whether GET `url` gives 200."""
    address = urlsplit(url)
    with closing(HTTPConnection(address.netloc, timeout=5)) as connection:
        try:
            connection.request("GET", address.path)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
