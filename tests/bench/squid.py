"""Subsquid on the bench's chain: its tables, its program (subsquid/processor.js), and whether it did the same job."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import Table

from contracts.typed_data import typehash
from indexer.schema import KINDS, SCHEMA, first_number_above, metadata

_FOLDER: Final = Path(__file__).parent / "subsquid"
_PEER: Final = "peer"
# What the bench's past leaves rows in.
_TABLES: Final = (
    *("block", "batch", "event", "record", "lot_event", "lot_event_item", "holding", "lineage"),
    *("goods_dispatched", "dispatch_ended", "transit", "consignment"),
    *("record_latest", "transit_latest", "consignment_latest"),
)


def installed() -> bool:
    return (_FOLDER / "node_modules").is_dir()


@dataclass(frozen=True, slots=True)
class Job:
    """Blocks `first` to `last` of a node, into a database in which the mirror stands already."""

    rpc_url: str
    database_url: str
    first: int
    last: int
    ledger: str

    def run(self, connection: psycopg.Connection) -> float:
        """Makes empty tables with the mirror's columns and indexes, has Subsquid fill them; the seconds it took.

        Raises:
            subprocess.CalledProcessError: it failed, and said why on standard error.
        """
        self._create_tables(connection)
        done = subprocess.run(
            ["node", "processor.js"],
            check=True,
            cwd=_FOLDER,
            env=self._environment(connection),
            capture_output=True,
            text=True,
        )
        # Its log comes first.
        return float(done.stdout.splitlines()[-1])

    def compare(self, connection: psycopg.Connection) -> None:
        """
        Raises:
            RuntimeError: it wrote other rows than the mirror has, so the two did not do the same job.
        """
        for table in map(_table, _TABLES):
            place = table.info.get("journal", "number")
            journal = table if "journal" in table.info else _table(table.info["latest_of"])
            statement = sql.SQL(
                "WITH ours AS (SELECT * FROM {}.{} WHERE {} >= %s), theirs AS (SELECT * FROM {}.{})"
                " SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM (TABLE ours EXCEPT TABLE theirs) AS more),"
                " (SELECT count(*) FROM (TABLE theirs EXCEPT TABLE ours) AS less)"
            ).format(*map(sql.Identifier, (SCHEMA, table.name, place, _PEER, table.name)))
            counts = connection.execute(statement, (first_number_above(journal, self.first - 1),)).fetchone()
            if counts is None or not counts[0] or counts[1:] != (0, 0):
                raise RuntimeError(f"{table.name}: rows, ours only, Subsquid's only: {counts}")

    def _create_tables(self, connection: psycopg.Connection) -> None:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(_PEER)))
        for name in _TABLES:
            connection.execute(
                sql.SQL("CREATE TABLE {}.{} (LIKE {}.{} INCLUDING ALL)").format(
                    *map(sql.Identifier, (_PEER, name, SCHEMA, name))
                )
            )
        # Subsquid knows a row by one column, and here one suffices.
        connection.execute(
            sql.SQL("ALTER TABLE {}.record_latest DROP CONSTRAINT record_latest_pkey, ADD PRIMARY KEY (id)").format(
                sql.Identifier(_PEER)
            )
        )
        connection.commit()

    def _environment(self, connection: psycopg.Connection) -> dict[str, str]:
        topics = {kind.name: f"0x{kind.topic.hex()}" for kind in KINDS if kind.contract == "Traceability"}
        return {
            "PATH": os.environ["PATH"],
            "DB_URL": self.database_url,
            "PEER_SCHEMA": _PEER,
            "PEER_TABLES": json.dumps([_described(connection, _table(name)) for name in _TABLES]),
            "PEER_RPC_URL": self.rpc_url,
            "PEER_FIRST_BLOCK": str(self.first),
            "PEER_LAST_BLOCK": str(self.last),
            "PEER_LEDGER": self.ledger.lower(),
            "PEER_LOT_KEY": typehash("LotKey").hex(),
            "PEER_TOPICS": json.dumps(topics),
        }


def _table(name: str) -> Table:
    return metadata.tables[f"{SCHEMA}.{name}"]


def _described(connection: psycopg.Connection, table: Table) -> dict[str, Any]:
    """A table's name, the columns it is keyed by, and the types of all of them."""
    types = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
        " ORDER BY ordinal_position",
        (SCHEMA, table.name),
    ).fetchall()
    key = table.info["key"][:1] if "key" in table.info else [column.name for column in table.primary_key]
    return {"name": table.name, "key": list(key), "columns": dict(types)}
