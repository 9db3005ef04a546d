"""The database: one engine a process, one transaction a request or task.

Past the two gates (`READERS`, `WRITERS`) at most `POOL` requests are under way in a process, each with its own
connection, and the thread pool has as many tokens; so a request never waits for a connection while it holds a thread,
and never waits for a thread while it holds a connection that the one with the thread is waiting for.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ColumnElement, Engine, MetaData, any_, create_engine, literal

READERS = 3
WRITERS = 2
# One more for streams that catch up, which pass through no gate and take turns among themselves.
CATCHING_UP = 1
POOL = READERS + WRITERS + CATCHING_UP

SERVICE_SCHEMA = "service"

# What exists nowhere else: outbox, tokens, later logins and bookings. Alembic migrates it (backend/migrations).
SERVICE = MetaData(
    schema=SERVICE_SCHEMA,
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    },
)


def driver_url(database_url: str) -> str:
    """A `postgresql://` address with our driver, psycopg 3, named in it."""
    return database_url.replace("postgresql://", "postgresql+psycopg://", 1)


def open_engine(database_url: str, *, pool: int = POOL, process: str = "suyuan") -> Engine:
    """An engine with exactly `pool` connections at most; a stale one is replaced before use.

    Args:
        database_url: `postgresql://...`.
        process: what `pg_stat_activity` calls its connections, for whoever looks there at night, and `suyuan doctor`.
    """
    return create_engine(
        driver_url(database_url),
        pool_size=pool,
        max_overflow=0,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={"application_name": process},
    )


class Process(StrEnum):
    """Our long-running processes, as the database knows them."""

    INDEXER = "suyuan index run"
    API = "suyuan serve"
    WORKER = "suyuan work"


def one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    """A check, named `<column>_known`, that a column has one of the values of an enum."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column has one of some values: `= ANY (array)`, one parameter however many they are.

    `IN` has a parameter a value, and with two thousand of them spends longer on the text of the statement than
    PostgreSQL does on its rows.
    """
    return column == any_(literal(list(values), ARRAY(column.type)))
