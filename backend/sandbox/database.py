"""Databases on a server that is there already, ours or somebody else's."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from backend.sandbox.process import Part


@contextmanager
def create_database(server_url: str, *, template: str = "template1") -> Iterator[str]:
    """A fresh database on the server behind `server_url`: gives its address, drops it after.

    Args:
        server_url: of a role that may create databases; the database it names is never written to.
        template: the database to copy; nobody may be connected to it.
    """
    name = _new_name()
    # File by file, where the default writes every page into the log: a fifth of the work for a server that has little
    # else in memory, as it makes the server write down all it has there first.
    _create(server_url, name, template, strategy="FILE_COPY")
    try:
        yield _with_database(server_url, name)
    finally:
        _drop(server_url, name)


class BorrowedPostgres(Part):
    """A database of our own on a server that somebody else runs; the server itself is never stopped or killed."""

    name = "postgres"

    def __init__(self, folder: Path, server_url: str, *, keep: bool = False) -> None:
        """
        Args:
            folder: remembers the database's name.
            server_url: of a role that may create databases.
            keep: leave the database behind, and use again the one that was left behind.
        """
        super().__init__()
        self._name_file = folder / "database"
        self._server_url = server_url
        self._keep = keep

    @property
    def url(self) -> str:
        return _with_database(self._server_url, self._name_file.read_text(encoding="ascii"))

    def start(self) -> None:
        if not self._name_file.exists():
            self._name_file.parent.mkdir(parents=True, exist_ok=True)
            self._name_file.write_text(_new_name(), encoding="ascii")
        with suppress(psycopg.errors.DuplicateDatabase):
            _create(self._server_url, self._name_file.read_text(encoding="ascii"), "template1", strategy="WAL_LOG")

    def stop(self) -> None:
        if not self._keep:
            _drop(self._server_url, self._name_file.read_text(encoding="ascii"))


def _new_name() -> str:
    return f"suyuan_{secrets.token_hex(8)}"


def _create(server_url: str, name: str, template: str, *, strategy: Literal["FILE_COPY", "WAL_LOG"]) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
        sql.Identifier(name), sql.Identifier(template), sql.Identifier(strategy.lower())
    )
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(statement)


def _drop(server_url: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _with_database(url: str, name: str) -> str:
    """`url` with another database in it; the query, such as `?sslmode=require`, stays."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
