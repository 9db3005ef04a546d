"""Finds the first place where two mirrors of one chain part, from digests alone.

Neither side shows its rows. What the other says stands in a file it gave, or is asked of it bit by bit; either way it
is a `Peer`, and the search narrows down as far as that one answers: to a range, to a block, to a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from indexer.digest import Digest, RowDigest, digest, rows_of
from indexer.errors import Retryable


@dataclass(frozen=True, slots=True)
class RowParting:
    """The first row that is not the same; `key` by column. No table where only the other knows which row it is."""

    table: str | None
    key: dict[str, Any]
    how: str


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two mirrors part, as far as the other told. `tables` are the ones that differ, none if it did not say."""

    first: int
    last: int
    tables: tuple[str, ...]
    row: RowParting | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ranges` were held against each other, the highest up to block `last`, until the mirrors parted."""

    ranges: int
    last: int | None
    parting: Parting | None


class Peer(Protocol):
    """Another mirror of the same chain."""

    def offered(self, last: int) -> Iterable[Digest]:
        """Its final blocks up to `last`, in ranges, lowest first."""

    def narrower(self, within: Digest) -> Sequence[Digest]:
        """A range again, in parts; none if it says no more."""

    def row_at(self, block: int, ours: Sequence[RowDigest]) -> RowParting | None:
        """The first row of a block that is not the same there; None if it does not say."""


def compare(connection: Connection, peer: Peer, last: int) -> Comparison:
    """Holds the mirror's blocks up to `last` against a peer's. `connection` should be REPEATABLE READ.

    Raises:
        Halt: the mirror does not go that far.
        Retryable: the peer says that a range differs, and that none of its parts does.
    """
    compared, reached = 0, None
    for theirs in peer.offered(last):
        compared, reached = compared + 1, theirs.last
        if _differs(connection, theirs):
            return Comparison(compared, reached, _narrow(connection, peer, theirs))
    return Comparison(compared, reached, None)


def _narrow(connection: Connection, peer: Peer, theirs: Digest) -> Parting:
    while theirs.first < theirs.last:
        parts = peer.narrower(theirs)
        if not parts:
            return Parting(theirs.first, theirs.last, _tables(connection, theirs), None)
        differing = next((part for part in parts if _differs(connection, part)), None)
        if differing is None:
            raise Retryable(
                "peer_contradicts",
                f"the other mirror differs in blocks {theirs.first} to {theirs.last}, and in no part of them",
                "compare again; if this lasts, its digests are not of one moment",
            )
        theirs = differing
    row = peer.row_at(theirs.first, list(rows_of(connection, theirs.first, theirs.last)))
    return Parting(theirs.first, theirs.last, _tables(connection, theirs), row)


def _differs(connection: Connection, theirs: Digest) -> bool:
    return digest(connection, theirs.first, theirs.last).digest != theirs.digest


def _tables(connection: Connection, theirs: Digest) -> tuple[str, ...]:
    """The tables of a range that differ. A peer names those that have rows, or none at all."""
    if not theirs.tables:
        return ()
    told = {each.table: each for each in theirs.tables}
    ours = digest(connection, theirs.first, theirs.last).tables
    return tuple(each.table for each in ours if told.get(each.table, each if not each.rows else None) != each)


def first_differing_row(ours: Sequence[RowDigest], theirs: Sequence[RowDigest]) -> RowParting | None:
    """The first row that both sides do not have alike, where both tell tables and keys."""
    here = {_place(row): row.digest for row in ours}
    there = {_place(row): row.digest for row in theirs}
    for row in (*ours, *theirs):
        place = _place(row)
        if here.get(place) != there.get(place):
            how = "missing here" if place not in here else "missing there" if place not in there else "differs"
            return RowParting(row.table, row.key, how)
    return None


def _place(row: RowDigest) -> tuple[Any, ...]:
    return row.table, *row.key.values()
