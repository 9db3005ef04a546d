"""The whole of Suyuan on one machine: chain, database, broker, contracts, and our own processes."""

import shutil
import tempfile
from collections.abc import Callable, Collection
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from backend.failures import UsageFailure
from backend.keyring import Keyring
from backend.sandbox.anvil import Anvil
from backend.sandbox.database import BorrowedPostgres
from backend.sandbox.ledger import Contracts
from backend.sandbox.ports import free_port
from backend.sandbox.postgres import Postgres
from backend.sandbox.process import Part, Reaper
from backend.sandbox.selection import selected
from backend.sandbox.service import Service, Step, answers_ok
from backend.sandbox.valkey import Valkey
from backend.settings import Mode, surrounding_variables

_READY_PATH = "/health/ready"
_FEW_STATES = 16


class Stack:
    """A context: inside it everything asked for runs; after it nothing does, and a temporary folder is gone.

    A process that dies without leaving the context, by SIGKILL say, is cleaned up after by the reaper. Any part can be
    stopped, killed and started by its name (see `selection.NEEDS`), and keeps its address over that.
    """

    def __init__(
        self,
        *,
        parts: Collection[str] | None = None,
        without: Collection[str] = (),
        keep: Path | None = None,
        block_seconds: int | None = 1,
        durable: bool = True,
        many_records: bool = False,
        database_server_url: str | None = None,
        finality_depth: int | None = None,
    ) -> None:
        """
        Args:
            parts: what to run; what these need runs too. Everything when None.
            without: what not to run; what needs these does not run either.
            keep: a folder to put everything in and to leave it there; a temporary one when None.
            block_seconds: seconds between blocks; when None each transaction gets a block of its own at once.
            durable: False trades the database's safety against a crash of the machine for speed; for tests.
            many_records: a chain for hundreds of thousands of them. The more Anvil holds, the longer an empty block
                takes it, and each keeps a copy of all: so transactions get theirs at once, and few states are kept.
            database_server_url: a server on which to make the database, instead of running one.
            finality_depth: how many blocks must stand on a block for it to be final; as the settings have it when None.

        Raises:
            UsageFailure: `unknown_part`.
        """
        self._wanted = selected(parts, without)
        self._keep = keep
        self._block_seconds = block_seconds
        self._durable = durable
        self._many_records = many_records
        self._database_server_url = database_server_url
        self._finality_depth = finality_depth
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

    def is_running(self, name: str) -> bool:
        """Whether a part's process is there, ready or not."""
        return self._part(name).is_running

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
        if self._finality_depth is not None:
            settings["SUYUAN_FINALITY_DEPTH"] = str(self._finality_depth)
        of_part = {
            "postgres": {"SUYUAN_DATABASE_URL": self.database_url},
            "valkey": {"SUYUAN_BROKER_URL": self.broker_url},
            "anvil": {"SUYUAN_RPC_URL": self.rpc_url},
            "contracts": {
                "SUYUAN_DEPLOYMENT": str(self.deployment_path),
                "SUYUAN_RELAYER_KEYSTORE": str(self.keys.path("relayer")),
                "SUYUAN_RELAYER_PASSWORD_FILE": str(self.keys.password_file),
                "SUYUAN_DETAILS_RING": str(self.ring.password_file.parent),
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
        keep = self._keep is not None
        self.anvil = Anvil(
            folder / "anvil",
            reaper,
            block_seconds=self._block_seconds,
            at_once=self._many_records,
            states_kept=_FEW_STATES if self._many_records else None,
            keep=keep,
        )
        self.postgres: Postgres | BorrowedPostgres = (
            Postgres(folder / "postgres", reaper, durable=self._durable)
            if self._database_server_url is None
            else BorrowedPostgres(folder / "postgres", self._database_server_url, keep=keep)
        )
        self.valkey = Valkey(folder / "valkey", reaper)
        self.keys = Keyring(folder / "keys")
        self.ring = Keyring(folder / "details")
        self.ring.ensure("1")
        self._api_port = free_port()

        def log(name: str) -> Path:
            return folder / f"{name}.log"

        def service(name: str, *arguments: str, ready: Callable[[], bool]) -> Service:
            return Service(
                name, arguments, log=log(name), reaper=reaper, environment=self._environment_of_ours, ready=ready
            )

        environment = self._environment_of_ours
        parts = (
            self.anvil,
            self.postgres,
            self.valkey,
            Contracts(self.anvil, self.keys, log=log("contracts"), environment=environment),
            Step("migrations", ("db", "migrate"), log=log("migrations"), environment=environment),
            service("indexer", "index", "run", ready=self._mirror_is_there),
            service("worker", "work", ready=self.valkey.has_worker),
            service("api", "serve", ready=lambda: answers_ok(f"{self.api_url}{_READY_PATH}")),
        )
        return {part.name: part for part in parts}

    def _mirror_is_there(self) -> bool:
        # Asked in plain SQL: `indexer.status` would bring the whole schema, and the contracts' artifacts with it, into
        # every test that only wants a database.
        with psycopg.connect(self.database_url) as connection:
            return connection.execute("SELECT to_regclass('mirror.cursor')").fetchone() != (None,)

    def _environment_of_ours(self) -> dict[str, str]:
        return {**surrounding_variables(), **self.environment}


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
