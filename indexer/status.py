"""How far the mirror is. Reads its bookkeeping only; safe to import anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, select

from indexer.schema import SCHEMA, cursor


@dataclass(frozen=True, slots=True)
class Status:
    """`block` is the last mirrored one, `finalised` the highest that will not change; `fingerprint` names the code
    and the deployment the mirror was built by. `reorgs` counts since it was built, `last_reorg_*` describe the last:
    the block it went back to, and how many blocks it dropped."""

    block: int
    hash: bytes
    finalised: int
    fingerprint: bytes
    reorgs: int
    last_reorg_ancestor: int | None
    last_reorg_depth: int | None

    def lag(self, head: int) -> int:
        """Blocks the node's head is ahead."""
        return max(0, head - self.block)


def read_status(connection: Connection, schema: str = SCHEMA) -> Status | None:
    """The mirror's status; None where none was ever built."""
    if not inspect(connection).has_table(cursor.name, schema=schema):
        return None
    row = connection.execute(select(cursor), execution_options={"schema_translate_map": {SCHEMA: schema}}).one()
    return Status(
        block=row.block,
        hash=row.hash,
        finalised=row.finalised,
        fingerprint=row.fingerprint,
        reorgs=row.reorgs,
        last_reorg_ancestor=row.last_reorg_ancestor,
        last_reorg_depth=row.last_reorg_depth,
    )
