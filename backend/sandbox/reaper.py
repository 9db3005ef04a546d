"""Cleans up after a sandbox whose owner died without doing so, by SIGKILL for example.

Runs as a process of its own, started by path with nothing but the standard library, in its own session. The owner
writes lines to its standard input and never closes it:

    watch PGID SIGNAL   a process group was started; SIGNAL asks its leader to stop
    forget PGID         the owner has stopped that group itself
    remove FOLDER       the sandbox is temporary: delete this folder too
    retain FOLDER       the owner has deleted it, or wants to keep it

End of input means that the owner is gone. Whatever is still being watched is then stopped, then killed, and the folder
is removed. An owner that cleaned up after itself has left nothing to do.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

GRACE_SECONDS = 5.0
PAUSE_SECONDS = 0.05


def read_orders(lines: Iterable[str]) -> tuple[dict[int, int], set[str]]:
    """The groups {pgid: signal number} and folders that are left over when `lines` ends."""
    groups: dict[int, int] = {}
    folders: set[str] = set()
    for line in lines:
        verb, _, rest = line.rstrip("\n").partition(" ")
        if verb == "watch":
            pgid, stop_signal = rest.split(" ")
            groups[int(pgid)] = int(stop_signal)
        elif verb == "forget":
            groups.pop(int(rest), None)
        elif verb == "remove":
            folders.add(rest)
        elif verb == "retain":
            folders.discard(rest)
    return groups, folders


def stop_groups(groups: dict[int, int]) -> None:
    """Ask each leader to stop, wait, then kill what is left of each group."""
    for pgid, stop_signal in groups.items():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pgid, stop_signal)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(_lives(pgid) for pgid in groups) and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    for pgid in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pgid, signal.SIGKILL)


def _lives(pgid: int) -> bool:
    """Whether the leader runs. A zombie does not: nobody may be there to collect it inside a container."""
    try:
        stat = Path(f"/proc/{pgid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    # pid (name) state ...: the name may hold spaces and brackets.
    return stat.rpartition(")")[2].split()[0] != "Z"


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups, folders = read_orders(sys.stdin)
    stop_groups(groups)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
