"""Backfill: from an empty database to every row of the mirror, beside a blind COPY of those very rows.

The peer knows everything before it begins: it copies the finished rows, already encoded, into the same tables with the
same indexes, in one transaction. Ours asks the node, checks, decodes, projects, writes and derives.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, make_url
from sqlalchemy.schema import CreateSchema

from backend.logs import configure_logs
from backend.sandbox.anvil import Anvil
from backend.sandbox.database import create_database
from backend.sandbox.postgres import Postgres
from backend.sandbox.process import Reaper
from indexer.follow import Follower
from indexer.rpc import Node
from indexer.schema import SCHEMA, cursor, metadata, recent_block
from indexer.source import Charter, Source
from indexer.store import Store
from tests.bench.figures import Figure, Timing, take_turns
from tests.bench.supplier import Supplier

_EVENTS: Final = 20_000
_BATCH: Final = 50
_ROUNDS: Final = 3
_FINALITY_DEPTH: Final = 1
_BLIND: Final = "blind"

_Rows = dict[str, bytes]


def figures(n: int | None) -> Iterator[Figure]:
    """One figure: seconds to backfill `n` lot events of one item each, 50 a transaction and block."""
    configure_logs()
    with tempfile.TemporaryDirectory(prefix="suyuan-bench-") as name, ExitStack() as exits:
        folder = Path(name)
        folder.chmod(0o711)  # As root, `nobody` runs PostgreSQL and must get through.
        reaper = Reaper()
        exits.callback(reaper.close)
        anvil, postgres = Anvil(folder / "anvil", reaper), Postgres(folder / "postgres", reaper)
        for part in (anvil, postgres):
            part.start()
            exits.callback(part.stop)
        count = n or _EVENTS
        source = _history(anvil, count)
        own, its = zip(*(_round(postgres, source) for _ in range(_ROUNDS)), strict=True)
        ours, peer = _together(own), _together(its)
    yield Figure(
        name="mirror.backfill.blind_copy",
        unit="s",
        command="make bench ONLY=mirror",
        ours=ours.median,
        peer_name="COPY of the finished rows into the same tables and indexes",
        peer=peer.median,
        samples=ours.runs,
        n=count,
        cpu_s=ours.cpu,
    )


def _history(anvil: Anvil, count: int) -> Source:
    """A chain with `count` lot events on it."""
    supplier = Supplier(anvil)
    for first in range(0, count, _BATCH):
        supplier.make([os.urandom(32) for _ in range(min(_BATCH, count - first))])
    return Source(Node(anvil.url), Charter.of(supplier.deployment))


def _round(postgres: Postgres, source: Source) -> tuple[Timing, Timing]:
    """One backfill and one blind copy, in a database of their own."""
    with create_database(postgres.url) as url, ExitStack() as exits:
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        exits.callback(engine.dispose)
        follower = exits.enter_context(Follower(source, Store(engine, source.fingerprint), _FINALITY_DEPTH))

        def backfill() -> None:
            follower.prepare()
            while follower.step():
                pass

        (ours,) = take_turns(1, backfill)
        with engine.execution_options(schema_translate_map={SCHEMA: _BLIND}).begin() as connection:
            connection.execute(CreateSchema(_BLIND))
            metadata.create_all(connection, checkfirst=False)
        with psycopg.connect(url) as blind:
            rows = _finished(blind)
            (peer,) = take_turns(1, lambda: _copy(blind, rows))
    return ours, peer


def _finished(connection: psycopg.Connection) -> _Rows:
    """Every row of the mirror, by table, as COPY writes it."""
    rows: _Rows = {}
    for table in metadata.sorted_tables:
        if table in {cursor, recent_block}:
            continue
        statement = sql.SQL("COPY {}.{} TO STDOUT (FORMAT BINARY)")
        with connection.cursor() as reading, reading.copy(_filled(statement, SCHEMA, table.name)) as copy:
            rows[table.name] = b"".join(bytes(part) for part in copy)
    connection.commit()
    return rows


def _copy(connection: psycopg.Connection, rows: _Rows) -> None:
    statement = sql.SQL("COPY {}.{} FROM STDIN (FORMAT BINARY)")
    for table, content in rows.items():
        with connection.cursor() as writing, writing.copy(_filled(statement, _BLIND, table)) as copy:
            copy.write(content)
    connection.commit()


def _filled(statement: sql.SQL, schema: str, table: str) -> sql.Composed:
    return statement.format(sql.Identifier(schema), sql.Identifier(table))


def _together(timings: tuple[Timing, ...]) -> Timing:
    return Timing(tuple(run for timing in timings for run in timing.runs), sum(timing.cpu for timing in timings))
