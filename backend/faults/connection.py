"""Connections to PostgreSQL that count as steps of a life whatever they send: statements, COPY, COMMIT.

At the driver, below SQLAlchemy, so that nothing gets past: the mirror's COPY does not go through SQLAlchemy's cursors.
A dead process sends no more statements; a ROLLBACK is let through, because the server makes one for a lost connection.
"""

from __future__ import annotations

from time import sleep
from typing import Any, Self

import psycopg
from sqlalchemy import Engine, create_engine

from backend.faults.life import Life

# A second process that steps in between two statements of the first may meet its locks, and must not wait for a
# process that waits for it. What was committed survives the server, though not the machine.
_OPTIONS = "-c lock_timeout=25 -c synchronous_commit=on"

_LOOK_AGAIN_SECONDS = 0.002


def open_mortal_engine(database_url: str, life: Life, *, pool: int = 3) -> Engine:
    """An engine as `backend.db.open_engine` makes them, whose connections are steps of `life`."""

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, *args: Any, **kwargs: Any) -> Self:
            life.statement()
            return super().execute(*args, **kwargs)

        def executemany(self, *args: Any, **kwargs: Any) -> None:
            life.statement()
            super().executemany(*args, **kwargs)

        def copy(self, *args: Any, **kwargs: Any) -> Any:
            life.statement()
            return super().copy(*args, **kwargs)

    class Connection(psycopg.Connection[Any]):
        def commit(self) -> None:
            life.statement()
            super().commit()

    def connect() -> psycopg.Connection[Any]:
        connection = Connection.connect(database_url, cursor_factory=Cursor, options=_OPTIONS)
        life.connections[connection.info.backend_pid] = connection
        return connection

    return create_engine(
        "postgresql+psycopg://",
        creator=connect,
        pool_size=pool,
        max_overflow=0,
        pool_pre_ping=True,
        pool_timeout=10,
    )


def close_connections(life: Life, server_url: str) -> None:
    """Close what a life had open, and wait until the server has let go of it: the next life must not meet its locks."""
    for connection in life.connections.values():
        connection.close()
    ends = list(life.connections)
    with psycopg.connect(server_url, autocommit=True) as administrator:
        while ends and administrator.execute("SELECT 1 FROM pg_stat_activity WHERE pid = ANY (%s)", [ends]).fetchone():
            sleep(_LOOK_AGAIN_SECONDS)
