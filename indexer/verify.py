"""Replays the chain and compares it with the mirror, row by row.

The replay goes into temporary tables of one connection, by the code that builds the mirror: nothing to clean up, and
nothing a reader could mistake for the mirror. The mirror is read in one snapshot, so an indexer may run meanwhile.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, Engine, RowMapping, StaticPool, Table, create_engine, select

from indexer.errors import Halt, Retryable
from indexer.follow import Follower
from indexer.progress import UNSEEN, BlocksToGo, Display
from indexer.schema import JOURNALS, LATESTS
from indexer.source import Source
from indexer.status import Status, read_status
from indexer.store import TEMPORARY, Store

_ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not what the chain says. `mirror` and `chain` hold the columns that differ; None: no such row."""

    table: str
    key: dict[str, Any]
    mirror: dict[str, Any] | None
    chain: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of all blocks up to `block`. `differences` are the first ones in the order of tables and keys."""

    block: int
    rows: int
    differences: tuple[Difference, ...]

    @property
    def identical(self) -> bool:
        return not self.differences


def verify(
    url: URL,
    engine: Engine,
    source: Source,
    finality_depth: int,
    at_most: int = 10,
    *,
    shown_by: Display = UNSEEN,
) -> Verdict:
    """Compares the mirror with a replay, and stops after `at_most` differences.

    Args:
        url: of the same database as `engine`, for the connection of the replay.
        shown_by: shows how far the replay is, and then the comparison.
    Raises:
        Halt: there is no mirror, or it was built by other code.
        Retryable: the node is behind the mirror, or the chain moved meanwhile.
    """
    replaying = create_engine(url, poolclass=StaticPool)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as mirror:
            status = read_status(mirror)
            if status is None:
                raise Halt("mirror_missing", "there is no mirror to verify", "run `suyuan index run` first")
            if status.fingerprint != source.fingerprint:
                raise Halt(
                    "fingerprint_differs",
                    "the mirror was built by another release or from another deployment",
                    "run `suyuan index rebuild`, then verify",
                )
            store = Store(replaying, source.fingerprint, TEMPORARY)
            _replay(source, store, status, finality_depth, shown_by)
            return _compare(mirror, store, status.block, at_most, shown_by)
    finally:
        replaying.dispose()


def _replay(source: Source, store: Store, mirrored: Status, finality_depth: int, shown_by: Display) -> None:
    block, block_hash = mirrored.block, mirrored.hash
    with Follower(source, store, finality_depth, watch=BlocksToGo("replaying", shown_by)) as follower:
        follower.prepare()
        if source.head().number < block:
            raise Retryable(
                "node_behind", f"the node has not reached the mirror's block {block}", "verify again once it has"
            )
        follower.fill(block)
        if (follower.tip.number, follower.tip.hash) != (block, block_hash):
            raise Retryable(
                "chain_moved",
                f"block {block} is 0x{block_hash.hex()} in the mirror and another on the node's chain",
                "verify again once the indexer has followed the reorg; if this lasts, one of the two is on a fork",
            )


def _compare(mirror: Connection, replay: Store, block: int, at_most: int, shown_by: Display) -> Verdict:
    rows = 0
    differences: list[Difference] = []
    with replay.transaction() as chain:
        tables = (*JOURNALS, *LATESTS)
        shown_by.begin("comparing", 0, len(tables), "tables")
        for compared, table in enumerate(tables):
            shown_by.show(compared, len(tables))
            with closing(_pairs(table, mirror, chain)) as pairs:
                for mirrored, replayed in pairs:
                    rows += 1
                    if mirrored == replayed:
                        continue
                    differences.append(_difference(table, mirrored, replayed))
                    if len(differences) == at_most:
                        return Verdict(block, rows, tuple(differences))
    return Verdict(block, rows, tuple(differences))


def _pairs(
    table: Table, mirror: Connection, chain: Connection
) -> Generator[tuple[RowMapping | None, RowMapping | None]]:
    """Both sides' rows of each key, in the order of keys; None where a side has none."""
    ordered = select(table).order_by(*table.primary_key)
    with ExitStack() as reading:
        mirrored, replayed = (
            iter(
                reading.enter_context(connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(ordered)).mappings()
            )
            for connection in (mirror, chain)
        )
        left, right = next(mirrored, None), next(replayed, None)
        while left is not None or right is not None:
            if right is None or (left is not None and _key(table, left) < _key(table, right)):
                yield left, None
                left = next(mirrored, None)
            elif left is None or _key(table, right) < _key(table, left):
                yield None, right
                right = next(replayed, None)
            else:
                yield left, right
                left, right = next(mirrored, None), next(replayed, None)


def _key(table: Table, row: RowMapping) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _difference(table: Table, mirrored: RowMapping | None, replayed: RowMapping | None) -> Difference:
    either = mirrored if mirrored is not None else replayed
    assert either is not None, "two missing rows do not differ"
    changed = [
        column.name
        for column in table.columns
        if mirrored is None or replayed is None or mirrored[column.name] != replayed[column.name]
    ]

    def side(row: RowMapping | None) -> dict[str, Any] | None:
        return None if row is None else {name: row[name] for name in changed}

    key = {column.name: either[column.name] for column in table.primary_key}
    return Difference(table.name, key, side(mirrored), side(replayed))
