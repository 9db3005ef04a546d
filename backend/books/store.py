"""Keeping the books: created, brought forward, corrected where details changed, built anew beside the ones that serve.

The cursor moves by compare-and-swap in the transaction of its effect: whoever finds it elsewhere writes nothing. So
several workers do no harm, and a killed one leaves the books at its last commit.
"""

from collections.abc import Collection
from contextlib import suppress

from sqlalchemy import Connection, Engine, Row, delete, exc, exists, insert, inspect, select, text, update
from sqlalchemy.schema import CreateSchema

from backend.books import models
from backend.books.derivation import Rows, changed_since, derive, final_numbers
from backend.books.models import CURSOR, DERIVED, ENTRY, SCHEMA, metadata
from backend.db import among
from backend.details import changes
from backend.details.sealing import Ring
from backend.failures import Failure
from indexer import schema as mirror
from indexer.status import read_status

NEXT_SCHEMA = "books_next"

_EVENTS_AT_ONCE = 200
_LOOKED_AT_ONCE = 1_000
_START = 0


class MirrorReplaced(Exception):
    """The mirror is not the one that the books were made from: they have to be built anew."""


class Books:
    """The books in one schema of a database."""

    def __init__(self, engine: Engine, ring: Ring, schema: str = SCHEMA) -> None:
        self.schema = schema
        self._engine = engine.execution_options(schema_translate_map={SCHEMA: schema})
        self._ring = ring

    def create(self) -> None:
        """Make the tables if they are not there. Somebody else may do so at once."""
        with self._engine.connect() as connection:
            mirrored = read_status(connection)
            if mirrored is None or inspect(connection).has_table(CURSOR.name, schema=self.schema):
                return
        # Two CREATE SCHEMA at once: the slower one breaks a unique index of PostgreSQL's own, and has what it wants.
        with suppress(exc.IntegrityError, exc.ProgrammingError), self._engine.begin() as connection:
            connection.execute(CreateSchema(self.schema))
            metadata.create_all(connection, checkfirst=False)
            connection.execute(
                insert(CURSOR).values(
                    one=True,
                    number=_START,
                    action_hash=b"",
                    fingerprint=models.fingerprint(),
                    mirror_fingerprint=mirrored.fingerprint,
                )
            )

    def advance(self) -> int:
        """Write the next final events into the books; how many, 0 when they are all there.

        Raises:
            MirrorReplaced: the mirror was built by other code, or of another chain.
            Failure: `books_missing`, `books_of_another_release`.
        """
        with self._engine.begin() as connection:
            at = self._cursor(connection)
            numbers = final_numbers(connection, above=at.number, most=_EVENTS_AT_ONCE)
            if not numbers:
                return 0
            reached = connection.execute(
                select(mirror.event.c.number, mirror.event.c.action_hash).where(mirror.event.c.number == numbers[-1])
            ).one()
            if _moved(connection, at, number=reached.number, action_hash=reached.action_hash):
                _write(connection, derive(connection, self._ring, numbers))
            return len(numbers)

    def follow_changes(self) -> int:
        """Write those entries anew whose details changed by the service's own doing; how many changes were taken.

        Raises:
            MirrorReplaced: the mirror was built by other code, or of another chain.
            Failure: `books_missing`, `books_of_another_release`.
        """
        with self._engine.connect() as connection:
            at = self._cursor(connection)
            roots = changes.take(connection, most=_LOOKED_AT_ONCE)
            if not roots or not _moved(connection, at, number=at.number, action_hash=at.action_hash):
                # Without a commit: what was taken is there again, for whoever was quicker or for the next round.
                return 0
            # An entry that is not there yet will be derived from the details as they are by then. Anybody can copy a
            # root into any number of actions: of those, the next look at all entries sees to the rest.
            with_roots = select(ENTRY.c.number).where(among(ENTRY.c.root, roots)).limit(_LOOKED_AT_ONCE)
            numbers = connection.scalars(with_roots).all()
            _erase(connection, numbers)
            _write(connection, derive(connection, self._ring, numbers))
            connection.commit()
            return len(roots)

    def look_again(self, after: int) -> tuple[int, int]:
        """Write those entries anew whose details came, went, or were opened to others; a part of the books at a time.

        For what nobody told of: rows that an operator lost, or brought back from a backup.

        Returns:
            Where to go on, 0 after the last part; how many entries were written.
        """
        with self._engine.begin() as connection:
            at = self._cursor(connection)
            last, numbers = changed_since(connection, after=after, most=_LOOKED_AT_ONCE)
            if numbers and _moved(connection, at, number=at.number, action_hash=at.action_hash):
                _erase(connection, numbers)
                _write(connection, derive(connection, self._ring, numbers))
            return (0 if last is None else last), len(numbers)

    def catch_up(self) -> None:
        """Bring everything to what mirror and details are now."""
        while self.advance():
            pass
        after, _ = self.look_again(_START)
        while after:
            after, _ = self.look_again(after)

    def _cursor(self, connection: Connection) -> Row[int, bytes, bytes, bytes]:
        mirrored = read_status(connection)
        if mirrored is None or not inspect(connection).has_table(CURSOR.name, schema=self.schema):
            raise Failure("books_missing", "there are no books yet", "run `suyuan work`, or `suyuan books rebuild`")
        at = connection.execute(
            select(CURSOR.c.number, CURSOR.c.action_hash, CURSOR.c.fingerprint, CURSOR.c.mirror_fingerprint)
        ).one()
        if at.fingerprint != models.fingerprint():
            raise Failure(
                "books_of_another_release",
                f"the books in schema {self.schema} were derived by another release; they keep serving as they are",
                "run `suyuan books rebuild`",
            )
        event = mirror.event.c
        same = exists(select(1).where(event.number == at.number, event.action_hash == at.action_hash))
        if at.mirror_fingerprint != mirrored.fingerprint or (
            at.number != _START and not connection.scalar(select(same))
        ):
            raise MirrorReplaced
        return at


def rebuild(engine: Engine, ring: Ring) -> None:
    """Build the books anew beside those that serve, and put them in their place in one transaction.

    One that was killed goes on where it stopped; one that other code or another mirror began is started again.

    Raises:
        Failure: `books_missing`: there is no mirror to derive them from.
    """
    following = Books(engine, ring, NEXT_SCHEMA)
    following.create()
    try:
        following.catch_up()
    except (MirrorReplaced, Failure) as error:
        if isinstance(error, Failure) and error.code == "books_missing":
            raise
        _drop(engine, NEXT_SCHEMA)
        following.create()
        following.catch_up()
    with engine.begin() as connection:
        if inspect(connection).has_schema(SCHEMA):
            connection.execute(text(f"ALTER SCHEMA {SCHEMA} RENAME TO {SCHEMA}_old"))
        connection.execute(text(f"ALTER SCHEMA {NEXT_SCHEMA} RENAME TO {SCHEMA}"))
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA}_old CASCADE"))


def _drop(engine: Engine, schema: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))


def _moved(connection: Connection, at: Row[int, bytes, bytes, bytes], *, number: int, action_hash: bytes) -> bool:
    """Compare-and-swap, before anything is written: whoever comes second waits here, and then writes nothing."""
    moved = connection.execute(
        update(CURSOR)
        .where(
            CURSOR.c.number == at.number,
            CURSOR.c.action_hash == at.action_hash,
            CURSOR.c.fingerprint == at.fingerprint,
            CURSOR.c.mirror_fingerprint == at.mirror_fingerprint,
        )
        .values(number=number, action_hash=action_hash)
    )
    return moved.rowcount == 1


def _erase(connection: Connection, numbers: Collection[int]) -> None:
    for table in DERIVED:
        connection.execute(delete(table).where(among(table.c.number, numbers)))


def _write(connection: Connection, rows: Rows) -> None:
    for table in DERIVED:
        if rows[table.name]:
            connection.execute(insert(table), rows[table.name])
