"""`suyuan sandbox`: run a command inside a whole Suyuan of its own."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from backend.failures import UsageFailure
from backend.sandbox.selection import NEEDS
from backend.sandbox.stack import Stack
from backend.settings import SandboxSettings, load, surrounding_variables

_SECONDS_FOR_THE_COMMAND_TO_END = 10.0


def sandbox(
    *,
    command: Annotated[list[str], typer.Argument(help="What to run, after `--`.", metavar="-- CMD...")],
    keep: Annotated[
        Path | None, typer.Option(help="Put everything in this folder and leave it there, to go on with later.")
    ] = None,
    without: Annotated[list[str] | None, typer.Option(help=f"Leave out a part: {', '.join(NEEDS)}.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say errors as JSON.")] = False,  # noqa: ARG001 (backend.cli reads it)
) -> None:
    """Start every part on free loopback ports, run CMD with their settings in its environment, stop them all.

    Ends with CMD's exit status. SUYUAN_DATABASE_URL, if set, names the PostgreSQL server to make a database on.
    """
    given = load(SandboxSettings).database_url
    with terminated_like_interrupted():
        stack = Stack(
            keep=keep,
            without=without or (),
            database_server_url=None if given is None else given.get_secret_value(),
        )
        with stack:
            status = _run(command, {**surrounding_variables(), **stack.environment})
    raise typer.Exit(status)


def _run(command: list[str], environment: dict[str, str]) -> int:
    """The exit status of `command`, by a shell's rule where a signal ended it."""
    # The terminal sends Ctrl-C to the command as well; what follows from it is for the command to say. From before it
    # starts, so that none comes in between; the command itself begins with the default.
    previous = signal.signal(signal.SIGINT, _leave_it_to_the_command)
    try:
        child = subprocess.Popen(command, env=environment)
    except OSError as error:
        signal.signal(signal.SIGINT, previous)
        raise UsageFailure("command_not_started", f"{command[0]}: {error.strerror}", "check its name") from error
    try:
        status = child.wait()
    finally:
        signal.signal(signal.SIGINT, previous)
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(timeout=_SECONDS_FOR_THE_COMMAND_TO_END)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
    return status if status >= 0 else 128 - status


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM unwind as Ctrl-C does, so that everything started is stopped."""

    previous = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _leave_it_to_the_command(_number: int, _frame: FrameType | None) -> None: ...
