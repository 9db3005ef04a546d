"""What this code would build from a chain, in 32 bytes: the mirror's schema version, without numbers to forget."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from indexer.schema import KINDS, metadata

# Raise it when project.py or derive.py writes other rows into the same tables.
PROJECTION = 2


def fingerprint(chain_id: int, genesis_hash: bytes, contracts: Mapping[bytes, str]) -> bytes:
    """Of the tables, the events, the projection, and the contracts listened to (name by address).

    A mirror with another fingerprint was built by other code or from another deployment; it is not written to.
    """
    lines = [f"projection {PROJECTION}", f"chain {chain_id} {genesis_hash.hex()}"]
    lines += sorted(f"contract {address.hex()} {name}" for address, name in contracts.items())
    lines += sorted(f"event {kind.contract} {kind.signature} {kind.head.names}" for kind in KINDS)
    for table in metadata.sorted_tables:
        columns = [f"{column.name} {column.type!r} {column.nullable}" for column in table.columns]
        keys = [column.name for column in table.primary_key]
        indexes = sorted(f"{index.name} {[str(part) for part in index.expressions]}" for index in table.indexes)
        lines.append(f"table {table.name} {columns} {keys} {indexes} {sorted(table.info.items())}")
    return hashlib.sha256("\n".join(lines).encode()).digest()
