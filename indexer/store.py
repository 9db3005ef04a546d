"""The mirror in PostgreSQL: one transaction moves rows and cursor together.

The cursor moves by compare-and-swap: whoever finds it elsewhere than expected writes nothing and reads it again. So
two indexers do no harm, and a killed one leaves the mirror at its last commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import structlog
from psycopg import sql
from sqlalchemy import Connection, Engine, Table, delete, exc, func, insert, inspect, select, text, update
from sqlalchemy.schema import CreateSchema

from indexer import derive, indexes
from indexer.chain import Extend, Finalise, Link, Reorg
from indexer.copying import Load
from indexer.errors import Halt, Retryable
from indexer.schema import (
    JOURNALS,
    LATESTS,
    SCHEMA,
    cursor,
    first_number_above,
    lot_event_item,
    order_step,
    recent_block,
)

CHANNEL = "suyuan_mirror"
"""`NOTIFY suyuan_mirror, '<block>'` after each commit: a hint to look at the cursor, nothing more."""

TEMPORARY = "pg_temp"
"""The schema of a connection's temporary tables: a mirror there is gone when the connection is."""

log = structlog.get_logger("indexer")


class Store:
    """One mirror, in one schema of one database."""

    def __init__(self, engine: Engine, fingerprint: bytes, schema: str = SCHEMA) -> None:
        self.schema = schema
        self._engine = engine.execution_options(schema_translate_map={SCHEMA: schema})
        self._fingerprint = fingerprint
        self._indexed = False

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction on the mirror's tables, whatever schema they are in.

        Raises:
            Retryable: the database was not there, or somebody was in the way; nothing is written.
            Halt: the rows contradict the tables; nothing is written.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except (exc.OperationalError, psycopg.OperationalError, exc.InterfaceError) as error:
            raise Retryable(
                "database_unavailable", _one_line(error), "the step is tried again; see the database's log"
            ) from error
        except (exc.IntegrityError, psycopg.IntegrityError, exc.DataError, psycopg.DataError) as error:
            if _is_about_catalogue(error):
                raise Retryable("mirror_made", "somebody else made the tables just now", "tried again") from error
            raise Halt(
                "rows_contradict",
                f"the chain gave rows the mirror cannot hold: {_one_line(error)}",
                "run `suyuan index verify`; if it finds nothing, report the transaction named above",
            ) from error
        except (exc.ProgrammingError, psycopg.ProgrammingError) as error:
            raise Retryable(
                "mirror_swapped",
                _one_line(error),
                "if no rebuild is swapping tables just now, run `suyuan index rebuild`",
            ) from error

    def exists(self) -> bool:
        with self.transaction() as connection:
            return inspect(connection).has_table("cursor", schema=self.schema)

    def create(self, start: Link) -> None:
        """Makes the tables, not yet all their indexes, and sets the cursor on `start`, the last block without a row of
        ours.

        Raises:
            Retryable: somebody else made them meanwhile.
        """
        with self.transaction() as connection:
            if self.schema != TEMPORARY:
                connection.execute(CreateSchema(self.schema))
            indexes.create_tables(connection)
            connection.execute(
                insert(cursor).values(
                    one=True,
                    block=start.number,
                    hash=start.hash,
                    finalised=start.number,
                    fingerprint=self._fingerprint,
                    reorgs=0,
                )
            )
            _write_recent(connection, (start,))
        self._indexed = False

    def read(self) -> tuple[Link, ...]:
        """The blocks the mirror knows, from the highest final one to the one its rows go up to.

        Raises:
            Halt: other code, or another deployment, built this mirror.
        """
        with self.transaction() as connection:
            if connection.execute(select(cursor.c.fingerprint)).scalar_one() != self._fingerprint:
                raise Halt(
                    "fingerprint_differs",
                    f"the mirror in schema {self.schema} was built by another release or from another deployment;"
                    " it keeps serving as it is",
                    "run `suyuan index rebuild`",
                )
            rows = connection.execute(select(recent_block).order_by(recent_block.c.number)).all()
        return tuple(Link(row.number, row.hash, row.parent_hash) for row in rows)

    def index(self) -> None:
        """Makes the indexes that a first sync does without; costs nothing once they are there.

        Raises:
            Retryable: somebody else made them meanwhile; nothing is made.
        """
        if self._indexed:
            return
        with self.transaction() as connection:
            made = indexes.create_missing(connection, self.schema)
        if made:
            log.info("indexes_made", schema=self.schema, indexes=made)
        self._indexed = True

    def extend(self, known: Sequence[Link], step: Extend, load: Load) -> None:
        """Adds the rows of `step.headers` and moves the cursor from the end of `known` to the end of `step.kept`."""
        with self.transaction() as connection:
            self._move(connection, known, step.kept)
            for table in JOURNALS:
                if table.name in load.copies:
                    self._copy(connection, table, load.copies[table.name])
            self._derive(connection, known[-1].number, load)

    def retreat(self, known: Sequence[Link], step: Reorg) -> None:
        """Takes back everything above `step.ancestor`."""
        height = step.ancestor.number
        with self.transaction() as connection:
            self._move(connection, known, step.kept)
            connection.execute(
                update(cursor).values(
                    reorgs=cursor.c.reorgs + 1, last_reorg_ancestor=height, last_reorg_depth=len(step.dropped)
                )
            )
            for latest in LATESTS:
                first = {"first": first_number_above(derive.journal_of(latest), height)}
                for statement in derive.latest_without_rows_above(latest):
                    connection.execute(statement, first)
            for journal in JOURNALS:
                connection.execute(derive.journal_rows_above(journal), {"first": first_number_above(journal, height)})

    def finalise(self, known: Sequence[Link], step: Finalise) -> None:
        """Moves what counts as final, and nothing else."""
        with self.transaction() as connection:
            self._move(connection, known, step.kept)

    def _move(self, connection: Connection, known: Sequence[Link], kept: Sequence[Link]) -> None:
        """Compare-and-swap. First in its transaction, so that a second indexer waits here and then loses."""
        moved = connection.execute(
            update(cursor)
            .where(
                cursor.c.block == known[-1].number,
                cursor.c.hash == known[-1].hash,
                cursor.c.finalised == known[0].number,
                cursor.c.fingerprint == self._fingerprint,
            )
            .values(block=kept[-1].number, hash=kept[-1].hash, finalised=kept[0].number)
        )
        if moved.rowcount != 1:
            raise Retryable(
                "cursor_moved",
                f"another process moved the mirror away from block {known[-1].number}",
                "the cursor is read again; nothing is lost by running two, nothing is gained either",
            )
        stale = {link.hash for link in known} - {link.hash for link in kept}
        connection.execute(delete(recent_block).where(recent_block.c.hash.in_(stale)))
        old = {link.hash for link in known}
        _write_recent(connection, [link for link in kept if link.hash not in old])
        if self.schema == SCHEMA:
            connection.execute(select(func.pg_notify(CHANNEL, str(kept[-1].number))))

    def _copy(self, connection: Connection, table: Table, content: bytes) -> None:
        statement = sql.SQL("COPY {}.{} ({}) FROM STDIN (FORMAT BINARY)").format(
            sql.Identifier(self.schema),
            sql.Identifier(table.name),
            sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns),
        )
        with psycopg_of(connection).cursor() as copying, copying.copy(statement) as copy:
            copy.write(content)

    def _derive(self, connection: Connection, height: int, load: Load) -> None:
        first = {"first": first_number_above(lot_event_item, height)}
        if load.sources:
            resolved = connection.execute(
                derive.LINEAGE_OF_SOURCES, first, execution_options={"preserve_rowcount": True}
            ).rowcount
            if resolved != load.sources:
                raise Halt(
                    "source_unknown",
                    f"above block {height}, {load.sources - resolved} of {load.sources} inputs name a holding never"
                    " created",
                    "ask a second node for these blocks: logs before them are missing",
                )
        grown = set(load.copies)
        if not load.copies.keys().isdisjoint(derive.STEP_SOURCES):
            connection.execute(derive.ORDER_STEPS, first)
            grown.add(order_step.name)
        for latest in LATESTS:
            if latest.info["latest_of"] in grown:
                connection.execute(derive.LATESTS_FROM_NEW_ROWS[latest.name], first)


def swap(connection: Connection, replacement: str) -> None:
    """Puts the schema `replacement` in the mirror's place, in the caller's transaction, and drops what was there."""
    names: Mapping[str, str] = {"mirror": SCHEMA, "next": replacement, "old": f"{SCHEMA}_old"}
    if inspect(connection).has_schema(SCHEMA):
        connection.execute(text("ALTER SCHEMA {mirror} RENAME TO {old}".format(**names)))
    connection.execute(text("ALTER SCHEMA {next} RENAME TO {mirror}".format(**names)))
    connection.execute(text("DROP SCHEMA IF EXISTS {old} CASCADE".format(**names)))


def _write_recent(connection: Connection, links: Sequence[Link]) -> None:
    if links:
        connection.execute(
            insert(recent_block),
            [{"number": link.number, "hash": link.hash, "parent_hash": link.parent_hash} for link in links],
        )


def psycopg_of(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's own connection, for COPY."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection), "the mirror speaks to PostgreSQL through psycopg"
    return raw


def _is_about_catalogue(error: Exception) -> bool:
    """Two CREATE SCHEMA at once: the slower one breaks a unique index of PostgreSQL's own."""
    cause = getattr(error, "orig", None) or error
    return isinstance(cause, psycopg.Error) and cause.diag.schema_name == "pg_catalog"


def _one_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())
