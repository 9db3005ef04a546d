"""Every entry derived again from mirror and details, and compared with the books row by row.

Nothing is written, and everything is read in one snapshot, so a worker may run meanwhile. What the books have not come
to yet (events made final, details kept or destroyed a moment ago) is counted as behind, and is no difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, inspect, select

from backend.books import models
from backend.books.derivation import Rows, changed_since, derive, final_numbers
from backend.books.models import CURSOR, DERIVED, SCHEMA
from backend.details.sealing import Ring
from backend.failures import Failure
from indexer.status import read_status

_AT_ONCE = 200
_HIGHEST = (1 << 63) - 1

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not what mirror and details say. It names columns and shows none: they are confidential."""

    table: str
    key: dict[str, Any]
    problem: str
    """differs, missing (from the books), or unfounded: it follows from nothing."""
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was compared: `entries` and all that follows from them."""

    entries: int
    behind: int
    differences: tuple[Difference, ...]

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verify(engine: Engine, ring: Ring, at_most: int = 10) -> Verdict:
    """Compare the books with what they are derived from; stops after `at_most` differences.

    Raises:
        Failure: `books_missing`, `books_of_another_release`.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        through = reached(connection)
        behind = _behind(connection, through)
        entries = 0
        differences: list[Difference] = []
        above = 0
        while len(differences) < at_most:
            numbers = final_numbers(connection, above=above, through=through, most=_AT_ONCE)
            # After the last event the books may hold nothing at all.
            last = numbers[-1] if len(numbers) == _AT_ONCE else _HIGHEST
            expected = derive(connection, ring, numbers)
            found = {table.name: _stored(connection, table, above, last) for table in DERIVED}
            entries += len(numbers)
            for table in DERIVED:
                differences += _compare(table, found[table.name], expected, behind)
            if last == _HIGHEST:
                break
            above = last
    return Verdict(entries, len(behind), tuple(differences[:at_most]))


def reached(connection: Connection) -> int:
    """The event that the books go up to.

    Raises:
        Failure: `books_missing`, `books_of_another_release`.
    """
    if read_status(connection) is None or not inspect(connection).has_table(CURSOR.name, schema=SCHEMA):
        raise Failure("books_missing", "there are no books yet", "run `suyuan work`, or `suyuan books rebuild`")
    at = connection.execute(select(CURSOR)).one()
    if at.fingerprint != models.fingerprint():
        raise Failure(
            "books_of_another_release",
            "the books were derived by another release; they keep serving as they are",
            "run `suyuan books rebuild`",
        )
    return int(at.number)


def _behind(connection: Connection, through: int) -> set[int]:
    """Entries that wait to be written, or written anew."""
    found: set[int] = set()
    above = through
    while numbers := final_numbers(connection, above=above, most=_AT_ONCE):
        found.update(numbers)
        above = numbers[-1]
    after: int | None = 0
    while after is not None:
        after, changed = changed_since(connection, after=after, most=_AT_ONCE)
        found.update(changed)
    return found


def _stored(connection: Connection, table: Table, above: int, last: int) -> list[Row]:
    asked = select(table).where(table.c.number > above, table.c.number <= last)
    return [dict(row) for row in connection.execute(asked).mappings()]


def _compare(table: Table, stored: list[Row], expected: Rows, behind: set[int]) -> list[Difference]:
    books = _keyed(table, stored, behind)
    derived = _keyed(table, expected[table.name], behind)
    return [
        _difference(table, key, books.get(key), derived.get(key))
        for key in sorted(books.keys() | derived.keys())
        if books.get(key) != derived.get(key)
    ]


def _keyed(table: Table, rows: Sequence[Row], behind: set[int]) -> dict[tuple[Any, ...], Row]:
    return {
        tuple(row[column.name] for column in table.primary_key): dict(row)
        for row in rows
        if row["number"] not in behind
    }


def _difference(table: Table, key: tuple[Any, ...], books: Row | None, derived: Row | None) -> Difference:
    named = {column.name: value for column, value in zip(table.primary_key, key, strict=True)}
    if books is None or derived is None:
        return Difference(table.name, named, "missing" if books is None else "unfounded", ())
    columns = tuple(column.name for column in table.columns if books[column.name] != derived[column.name])
    return Difference(table.name, named, "differs", columns)
