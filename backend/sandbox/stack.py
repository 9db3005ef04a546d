"""The whole of Suyuan on one machine: chain, database, broker, contracts, and our own processes."""

import shutil
import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from backend.failures import UsageFailure
from backend.sandbox.anvil import Anvil, Mining
from backend.sandbox.database import BorrowedPostgres
from backend.sandbox.keys import Keyring
from backend.sandbox.ports import free_port
from backend.sandbox.postgres import Postgres
from backend.sandbox.process import Part, Reaper
from backend.sandbox.service import Service, Step, answers_ok
from backend.sandbox.valkey import Valkey
from backend.settings import Mode, surrounding_variables

NEEDS = {
    "anvil": (),
    "postgres": (),
    "valkey": (),
    "contracts": ("anvil",),
    "migrations": ("postgres",),
    "indexer": ("contracts", "postgres"),
    "worker": ("contracts", "migrations", "valkey"),
    "api": ("contracts", "migrations", "valkey", "indexer"),
}
"""Every part, in the order of starting, and the parts it cannot run without."""

_READY_PATH = "/health/ready"


class Stack:
    """A context: inside it everything asked for runs; after it nothing does, and a temporary folder is gone.

    A process that dies without leaving the context, by SIGKILL say, is cleaned up after by the reaper. Any part can be
    stopped, killed and started by its name (see `NEEDS`), and keeps its address over that.
    """

    def __init__(
        self,
        *,
        parts: Collection[str] | None = None,
        without: Collection[str] = (),
        keep: Path | None = None,
        mining: Mining | None = None,
        durable: bool = True,
        database_server_url: str | None = None,
    ) -> None:
        """
        Args:
            parts: what to run; what these need runs too. Everything when None.
            without: what not to run; what needs these does not run either.
            keep: a folder to put everything in and to leave it there; a temporary one when None.
            mining: a block a second when None.
            durable: False trades the database's safety against a crash of the machine for speed; for tests.
            database_server_url: a server on which to make the database, instead of running one.

        Raises:
            UsageFailure: `unknown_part`.
        """
        self._wanted = selected(parts, without)
        self._keep = keep
        self._mining = mining or Mining(block_seconds=1.0)
        self._durable = durable
        self._database_server_url = database_server_url
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            reaper = Reaper()
            exits.callback(reaper.close)
            self.folder = _temporary_folder(reaper, exits) if self._keep is None else _kept_folder(self._keep)
            self._parts = self._make_parts(reaper)
            for name in self._wanted:
                exits.callback(self._parts[name].stop)
                self._parts[name].start()
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.__exit__(kind, error, trace)

    def start(self, name: str) -> None:
        """Start a part that was stopped or killed, and return once it answers."""
        self._part(name).start()

    def stop(self, name: str) -> None:
        """Ask a part for an orderly end."""
        self._part(name).stop()

    def kill(self, name: str) -> None:
        """kill -9 a part and everything it started."""
        self._part(name).kill()

    @property
    def rpc_url(self) -> str:
        return self.anvil.url

    @property
    def database_url(self) -> str:
        """`postgresql://` address, with the password."""
        return self.postgres.url

    @property
    def broker_url(self) -> str:
        return self.valkey.url

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._api_port}"

    @property
    def deployment_path(self) -> Path:
        """The record of where the contracts are."""
        return self.folder / "deployment.json"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of this stack, for a process that is to work with it; SUYUAN_SANDBOX is its folder."""
        settings = {"SUYUAN_MODE": Mode.DEMO.value, "SUYUAN_SANDBOX": str(self.folder)}
        of_part = {
            "postgres": {"SUYUAN_DATABASE_URL": self.database_url},
            "valkey": {"SUYUAN_BROKER_URL": self.broker_url},
            "anvil": {"SUYUAN_RPC_URL": self.rpc_url},
            "contracts": {
                "SUYUAN_DEPLOYMENT": str(self.deployment_path),
                "SUYUAN_RELAYER_KEYSTORE": str(self.keys.path("relayer")),
                "SUYUAN_RELAYER_PASSWORD_FILE": str(self.keys.password_file),
            },
            "api": {"SUYUAN_API_HOST": "127.0.0.1", "SUYUAN_API_PORT": str(self._api_port)},
        }
        for name in self._wanted:
            settings |= of_part.get(name, {})
        return settings

    def _part(self, name: str) -> Part:
        if name not in self._wanted:
            raise UsageFailure("part_not_here", f"this sandbox runs no {name}", f"it runs {', '.join(self._wanted)}")
        return self._parts[name]

    def _make_parts(self, reaper: Reaper) -> dict[str, Part]:
        folder = self.folder
        self.anvil = Anvil(folder / "anvil", reaper, mining=self._mining, keep=self._keep is not None)
        self.postgres: Postgres | BorrowedPostgres = (
            Postgres(folder / "postgres", reaper, durable=self._durable)
            if self._database_server_url is None
            else BorrowedPostgres(folder / "postgres", self._database_server_url, keep=self._keep is not None)
        )
        self.valkey = Valkey(folder / "valkey", reaper)
        self.keys = Keyring(folder / "keys")
        self._api_port = free_port()

        def service(name: str, *arguments: str, ready: Callable[[], bool]) -> Service:
            return Service(
                name,
                arguments,
                log=folder / f"{name}.log",
                reaper=reaper,
                environment=self._environment_of_processes,
                ready=ready,
            )

        def step(name: str, arguments: Callable[[], Sequence[str]]) -> Step:
            return Step(name, arguments, log=folder / f"{name}.log", environment=self._environment_of_processes)

        return {
            "anvil": self.anvil,
            "postgres": self.postgres,
            "valkey": self.valkey,
            "contracts": step("contracts", self._deployment),
            "migrations": step("migrations", lambda: ("db", "migrate")),
            "indexer": service("indexer", "index", "run", ready=lambda: True),
            "worker": service("worker", "work", ready=lambda: True),
            "api": service("api", "serve", ready=lambda: answers_ok(f"{self.api_url}{_READY_PATH}")),
        }

    def _deployment(self) -> Sequence[str]:
        """Arguments of the command that deploys the contracts; makes the keys it needs.

        Keys in the ring afterwards: `deployer` and `relayer`, which pay for transactions; `operator` and `authority`,
        the first keys of the two founding organisations, which sign and pay nothing.
        """
        for name, funded_key in zip(("deployer", "relayer"), self.anvil.funded_keys, strict=False):
            self.keys.ensure(name, funded_key)
        for name in ("operator", "authority"):
            self.keys.ensure(name)
        return (
            *("chain", "deploy"),
            *("--keystore", str(self.keys.path("deployer")), "--password-file", str(self.keys.password_file)),
            *("--operator", self.keys.address("operator"), "--authority", self.keys.address("authority")),
        )

    def _environment_of_processes(self) -> dict[str, str]:
        return {**surrounding_variables(), **self.environment}


def selected(parts: Collection[str] | None, without: Collection[str]) -> tuple[str, ...]:
    """The parts to run, in the order of starting: with what they need, without what needs something left out."""
    for name in (*(parts or ()), *without):
        if name not in NEEDS:
            raise UsageFailure("unknown_part", f"there is no part {name!r}", f"choose from {', '.join(NEEDS)}")
    wanted = set(NEEDS if parts is None else parts)
    for name in reversed(NEEDS):
        if name in wanted:
            wanted.update(NEEDS[name])
    dropped = set(without)
    for name, needs in NEEDS.items():
        if dropped.intersection(needs):
            dropped.add(name)
    return tuple(name for name in NEEDS if name in wanted - dropped)


def _temporary_folder(reaper: Reaper, exits: ExitStack) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="suyuan-sandbox-"))
    reaper.remove_later(folder)

    def remove() -> None:
        shutil.rmtree(folder)
        reaper.retain(folder)

    exits.callback(remove)
    return _entered_by_everybody(folder)


def _kept_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return _entered_by_everybody(folder.resolve())


def _entered_by_everybody(folder: Path) -> Path:
    """Let others pass through, not look: `nobody` runs PostgreSQL in a folder of its own below this one."""
    folder.chmod(0o711)
    return folder
