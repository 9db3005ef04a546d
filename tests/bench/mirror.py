"""Backfill: from an empty database to every row of the mirror, beside a blind COPY of those very rows and Subsquid.

The blind copy knows everything before it begins: it copies the finished rows, already encoded, into the same tables
with the same indexes, in one transaction. Subsquid does the whole job by a program of its own (subsquid/), and what it
wrote is compared with what ours wrote, row by row. Ours asks the node, checks its answers against each other, decodes,
projects, writes and derives.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
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
from indexer.schema import SCHEMA, cursor, metadata, recent_block
from tests.bench import squid
from tests.bench.backfill import Taken
from tests.bench.figures import Figure, take_turns
from tests.bench.past import write_past
from tests.bench.supplier import Supplier

_EVENTS: Final = 20_000
_FEW: Final = 10_000
_ROUNDS: Final = 3
_LONG: Final = 200_000
"""From how many events on one round has to do."""
_COMMAND: Final = "make bench ONLY=mirror"
_BLIND: Final = "blind"
# Anvil keeps a copy of all storage for each block whose state it remembers; nobody asks for old ones here.
_STATES_KEPT: Final = 16
# Subsquid takes what is final; ours takes these two blocks as well, which are empty.
_EMPTY_BLOCKS: Final = 2

_Rows = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class _Chain:
    """A past, and where it begins: `first` is the first block with events of it, `last` the last."""

    anvil: Anvil
    deployment: Path
    events: int
    first: int
    last: int
    ledger: str


def figures(n: int | None) -> Iterator[Figure]:
    """Seconds to backfill `n` events of four kinds, 50 a transaction and 1,000 a block, beside both peers; then what
    memory and processor time it took."""
    configure_logs()
    with tempfile.TemporaryDirectory(prefix="suyuan-bench-") as name, ExitStack() as exits:
        folder = Path(name)
        folder.chmod(0o711)  # As root, `nobody` runs PostgreSQL and must get through.
        reaper = Reaper()
        exits.callback(reaper.close)
        anvil = Anvil(folder / "anvil", reaper, states_kept=_STATES_KEPT)
        postgres = Postgres(folder / "postgres", reaper)
        for part in (anvil, postgres):
            part.start()
            exits.callback(part.stop)
        chain = _past(anvil, folder, n or _EVENTS)
        rounds = [_round(postgres, chain) for _ in range(_ROUNDS if chain.events < _LONG else 1)]
        few = _first(postgres, chain, _FEW)
    yield from _told(chain.events, rounds, few)


@dataclass(frozen=True, slots=True)
class _Round:
    """What one backfill took, and the seconds of both peers; None where Subsquid is not installed."""

    ours: Taken
    blind: float
    subsquid: float | None


def _past(anvil: Anvil, folder: Path, count: int) -> _Chain:
    supplier = Supplier(anvil)
    path = folder / "deployment.json"
    supplier.deployment.save(path)
    first = _height(anvil) + 1
    events = write_past(anvil, supplier, count)
    last = _height(anvil)
    anvil.ask("anvil_mine", hex(_EMPTY_BLOCKS))
    return _Chain(anvil, path, events, first, last, supplier.deployment.contracts["Traceability"].address)


def _round(postgres: Postgres, chain: _Chain) -> _Round:
    """One backfill, one blind copy and one run of Subsquid, in a database of their own."""
    with create_database(postgres.url) as url, ExitStack() as exits:
        ours = _backfill(chain, url)
        connection = exits.enter_context(closing(psycopg.connect(url)))
        rows = _finished(connection)
        _create_tables(url, _BLIND)
        (blind,) = take_turns(1, lambda: _copy(connection, rows))
        its = None
        if squid.installed():
            job = squid.Job(chain.anvil.url, url, chain.first, chain.last, chain.ledger)
            its = job.run(connection)
            job.compare(connection)
    return _Round(ours, blind.median, its)


def _first(postgres: Postgres, chain: _Chain, events: int) -> Taken:
    """A backfill of about so many events."""
    a_block = chain.events // (chain.last - chain.first + 1)
    with create_database(postgres.url) as url:
        return _backfill(chain, url, min(chain.last, chain.first - 1 + events // a_block))


def _backfill(chain: _Chain, url: str, last: int | None = None) -> Taken:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.backfill"],
        check=True,
        input=json.dumps([chain.anvil.url, url, str(chain.deployment), last]),
        stdout=subprocess.PIPE,
        text=True,
    )
    return Taken(**json.loads(done.stdout))


def _told(events: int, rounds: list[_Round], few: Taken) -> Iterator[Figure]:
    seconds = tuple(each.ours.seconds for each in rounds)
    cpu = median(each.ours.cpu for each in rounds)
    for name, peer_name, its in (
        ("blind_copy", "COPY of the finished rows into the same tables and indexes", [each.blind for each in rounds]),
        ("subsquid", "Subsquid, which writes the same rows", [each.subsquid for each in rounds]),
    ):
        measured = [each for each in its if each is not None]
        yield Figure(
            name=f"mirror.backfill.{name}",
            unit="s",
            command=_COMMAND,
            ours=median(seconds),
            peer_name=peer_name,
            peer=median(measured) if measured else None,
            samples=seconds,
            n=events,
            cpu_s=sum(each.ours.cpu for each in rounds),
            skipped=None if measured else "it is not installed; `make bench` installs it",
        )
    yield Figure(
        name="mirror.backfill.memory",
        unit="MB",
        command=_COMMAND,
        ours=max(each.ours.memory for each in rounds),
        peer_name=f"the same of {_FEW:,} events",
        peer=few.memory,
        n=events,
    )
    yield Figure(
        name="mirror.backfill.cpu_per_event",
        unit="us",
        command=_COMMAND,
        ours=1e6 * cpu / events,
        peer_name=f"the same of {_FEW:,} events",
        peer=1e6 * few.cpu / min(_FEW, events),
        n=events,
    )


def _height(anvil: Anvil) -> int:
    return int(str(anvil.ask("eth_blockNumber")), 16)


def _create_tables(url: str, schema: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.execution_options(schema_translate_map={SCHEMA: schema}).begin() as connection:
        connection.execute(CreateSchema(schema))
        metadata.create_all(connection, checkfirst=False)
    engine.dispose()


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
