"""Searching the books, and counting what they rest on.

An actor sees an entry that its organisation may read: by the books, and by the details as they are this moment, so
that what was destroyed a second ago is not found any more, even before the bookkeeper has come by. Overseeing shows
counts and nothing else: details are opened for their readers alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, literal, select, tuple_, union

from backend.books.lookup import word
from backend.books.models import ENTRY, ENTRY_READER, EPCIS_EVENT, IDENTIFIER
from backend.books.openings import canonical
from backend.books.schemas import CoverageOut, EntryOut, FoundOut
from backend.books.words import words
from backend.db import among
from backend.details.models import DETAILS_READER, State
from backend.errors import ServiceError
from backend.identity.actor import Actor
from indexer import schema as mirror

PAGE = 50
_MOST_IDENTIFIERS = 20


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What a query asks of EPCIS events: of each field that names something, one of these; of every field, all."""

    types: Collection[str] = ()
    event_ids: Collection[str] = ()
    actions: Collection[str] = ()
    biz_steps: Collection[str] = ()
    dispositions: Collection[str] = ()
    read_points: Collection[str] = ()
    biz_locations: Collection[str] = ()
    mentions: Collection[Collection[str]] = ()
    """Of each of these collections one: see `lookup.mention`."""
    hashes: Collection[bytes] = ()
    from_time: int | None = None
    """Of the event, in Unix microseconds, this one included."""
    before_time: int | None = None
    """The same, this one not included."""
    recorded_from: int | None = None
    """Of its record on the chain, in Unix seconds, this one included."""
    recorded_before: int | None = None
    """The same, this one not included."""
    only_erroneous: bool = False
    """Those alone that declare an error."""


@dataclass(frozen=True, slots=True)
class Order:
    """How events follow each other: as the chain has them, or by the time they happened."""

    by_event_time: bool = False
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands, in either order."""

    event_time: int
    """Unix microseconds."""
    number: int


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An EPCIS event as its author told it, and where it stands."""

    place: Place
    hash: bytes
    action_hash: bytes
    recorded_at: int
    body: dict[str, Any]


CHAIN_ORDER = Order()


def search(connection: Connection, actor: Actor, text: str, *, before: int | None = None) -> FoundOut:
    """The actor's entries that have all words of a text, or stand for what it identifies; the newest first.

    Raises:
        ServiceError: `search_without_words`.
    """
    asked = words([text])
    if not asked:
        raise ServiceError("search_without_words")
    visible = select(ENTRY.c.number).where(is_readable(actor))
    if before is not None:
        visible = visible.where(ENTRY.c.number < before)
    by_words = visible.where(ENTRY.c.tokens.contains(asked))
    by_identifier = visible.join(IDENTIFIER, IDENTIFIER.c.number == ENTRY.c.number).where(
        IDENTIFIER.c.identifier == canonical(text.strip())
    )
    newest = [_first(each, PAGE + 1) for each in (by_words, by_identifier)]
    either = union(*(select(each.c.number) for each in newest)).subquery()
    numbers = list(connection.scalars(select(either.c.number).order_by(either.c.number.desc()).limit(PAGE + 1)))
    page = numbers[:PAGE]
    return FoundOut(
        entries=_entries(connection, page),
        next_before=page[-1] if len(numbers) > PAGE else None,
        coverage=coverage(connection, actor),
    )


def events(
    connection: Connection,
    actor: Actor,
    asked: EventFilter,
    *,
    order: Order = CHAIN_ORDER,
    after: Place | None = None,
    most: int = PAGE,
) -> list[ToldEvent]:
    """The actor's EPCIS events that match, in an order; go on after the last one's place."""
    told, event = EPCIS_EVENT.c, mirror.event.c
    keys = (told.event_time, told.number) if order.by_event_time else (told.number,)
    query = _matching(
        actor, asked, told.event_time, told.number, told.hash, event.action_hash, mirror.block.c.recorded_at, told.body
    ).join(mirror.event, event.number == told.number)
    if after is not None:
        here = tuple_(*keys)
        last = tuple_(*(literal(each) for each in (after.event_time, after.number)[-len(keys) :]))
        query = query.where(here < last if order.descending else here > last)
    ordered = query.order_by(*(key.desc() if order.descending else key for key in keys)).limit(most)
    return [ToldEvent(Place(row[0], row[1]), *row[2:]) for row in connection.execute(ordered)]


def count_events(connection: Connection, actor: Actor, asked: EventFilter, *, most: int) -> int:
    """How many of the actor's EPCIS events match, counted no further than `most`."""
    some = _matching(actor, asked, EPCIS_EVENT.c.number).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def coverage(connection: Connection, actor: Actor) -> CoverageOut:
    """How many of the actions that the actor is a party of have their details; for who oversees, of all there are."""
    if actor.is_overseer:
        asked = select(ENTRY.c.state, func.count().label("entries")).group_by(ENTRY.c.state)
    else:
        reader = ENTRY_READER.c
        asked = (
            select(reader.state, func.count().label("entries"))
            .where(reader.organisation == actor.organisation)
            .group_by(reader.state)
        )
    counted = {row.state: row.entries for row in connection.execute(asked)}
    return CoverageOut(**{state.value: counted.get(state.value, 0) for state in State})


def is_readable(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor may read an entry: by the books, and by the details as they are now."""
    ours, key = ENTRY_READER.c, DETAILS_READER.c
    return (
        (ENTRY.c.state == State.HELD.value)
        & exists(select(1).where(ours.number == ENTRY.c.number, ours.organisation == actor.organisation))
        & exists(select(1).where(key.root == ENTRY.c.root, key.organisation == actor.organisation))
    )


def _first(asked: Select[int], most: int) -> Any:
    return asked.order_by(ENTRY.c.number.desc()).limit(most).subquery()


def _entries(connection: Connection, numbers: Collection[int]) -> list[EntryOut]:
    """Entries that the actor was found to see, the newest first."""
    entry, block = ENTRY.c, mirror.block.c
    identifiers: dict[int, list[str]] = {}
    for number, identifier in connection.execute(
        select(IDENTIFIER.c.number, IDENTIFIER.c.identifier)
        .where(among(IDENTIFIER.c.number, numbers), IDENTIFIER.c.position <= _MOST_IDENTIFIERS)
        .order_by(IDENTIFIER.c.number, IDENTIFIER.c.position)
    ):
        identifiers.setdefault(number, []).append(identifier)
    rows = connection.execute(
        select(entry.number, entry.action_hash, entry.kind, entry.schema, entry.root, entry.author, entry.occurred_at)
        .add_columns(block.recorded_at)
        .join(mirror.block, block.number == mirror.block_of(entry.number))
        .where(among(entry.number, numbers))
        .order_by(entry.number.desc())
    )
    return [
        EntryOut(
            number=row.number,
            action_hash=row.action_hash,
            kind=row.kind,
            schema_id=row.schema,
            root=row.root,
            author=row.author,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            identifiers=identifiers.get(row.number, []),
        )
        for row in rows
    ]


def _matching(actor: Actor, asked: EventFilter, *columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    told = EPCIS_EVENT.c
    return (
        select(*columns)
        .join(ENTRY, ENTRY.c.number == told.number)
        .join(mirror.block, mirror.block.c.number == mirror.block_of(told.number))
        .where(is_readable(actor), *_conditions(asked))
    )


def _conditions(asked: EventFilter) -> list[ColumnElement[bool]]:
    told = EPCIS_EVENT.c
    one_of: list[tuple[ColumnElement[Any], Collection[Any]]] = [
        (told.type, asked.types),
        (told.event_id, asked.event_ids),
        (told.action, asked.actions),
        (told.biz_step, [word(each, "bizStep") for each in asked.biz_steps]),
        (told.disposition, [word(each, "disposition") for each in asked.dispositions]),
        (told.read_point, [canonical(each) for each in asked.read_points]),
        (told.biz_location, [canonical(each) for each in asked.biz_locations]),
        (told.hash, asked.hashes),
    ]
    conditions = [among(column, values) for column, values in one_of if values]
    conditions += [told.mentions.overlap(list(any_of)) for any_of in asked.mentions]
    recorded_at = mirror.block.c.recorded_at
    bounds: list[tuple[ColumnElement[int], int | None, int | None]] = [
        (told.event_time, asked.from_time, asked.before_time),
        (recorded_at, asked.recorded_from, asked.recorded_before),
    ]
    conditions += [column >= lowest for column, lowest, _ in bounds if lowest is not None]
    conditions += [column < above for column, _, above in bounds if above is not None]
    if asked.only_erroneous:
        conditions.append(told.is_erroneous)
    return conditions
