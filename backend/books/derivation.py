"""From recorded actions and the details behind their roots to the rows of the books: one function, for all that writes
them and for what verifies them.

An entry is held if its author may read the details: a root can be copied by anybody who sees it on the chain, and a
copy shows its signer nothing. While it is not held it has no fields, and the action's parties alone see that it is
there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Table, case, exists, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from backend.books.models import ENTRY, ENTRY_READER, EPCIS_EVENT, IDENTIFIER
from backend.books.openings import Item, identified, storable
from backend.books.telling import told
from backend.books.words import words
from backend.db import among
from backend.details import queries as details
from backend.details.fields import Details
from backend.details.models import DETAILS, DETAILS_READER, State
from backend.details.recorded import PARTY_COLUMNS
from backend.details.sealing import Ring, SealBroken
from backend.epcis.fields import to_event
from backend.identity.queries import KEY_STATUS
from backend.traceability.lineage import POSITION_BITS
from contracts.details import LOT_EVENT, Tag
from indexer import schema as mirror

_LOG = structlog.get_logger(__name__)

Rows = dict[str, list[dict[str, Any]]]
"""Rows by the name of their table."""

EventRow = Row[*tuple[Any, ...]]

_ENROLLED = KEY_STATUS.index("active")
_MAX_POSITION = 1 << POSITION_BITS


def final_numbers(connection: Connection, *, above: int, through: int | None = None, most: int) -> list[int]:
    """The final events that commit to details, in chain order."""
    event = mirror.event.c
    final = select(mirror.cursor.c.finalised).scalar_subquery()
    # Schema 0 commits to nothing that anybody could present; founders were signed in by nobody and have none.
    asked = select(event.number).where(
        event.number > above, mirror.block_of(event.number) <= final, event.schema > literal(0)
    )
    if through is not None:
        asked = asked.where(event.number <= through)
    return list(connection.scalars(asked.order_by(event.number).limit(most)))


def derive(connection: Connection, ring: Ring, numbers: Collection[int]) -> Rows:
    """What the books say of some events, from mirror and details as they are now."""
    event = mirror.event.c
    events: Sequence[EventRow] = connection.execute(
        select(event.number, event.action_hash, event.kind, event.schema, event.root, event.occurred_at)
        .where(among(event.number, numbers))
        .order_by(event.number)
    ).all()
    authors = _authors(connection, numbers)
    opened = _opened(connection, ring, events, authors)
    states = details.states(connection, {row.root for row in events})
    granted = _granted(connection, {row.root for row in events if row.number in opened})
    parties = _parties(connection, [row for row in events if row.number not in opened])
    items = _items(connection, [row.number for row in events if row.number in opened and row.schema == LOT_EVENT.id])
    rows: Rows = {table.name: [] for table in (ENTRY, ENTRY_READER, IDENTIFIER, EPCIS_EVENT)}
    for row in events:
        found = opened.get(row.number)
        author = authors.get(row.number)
        if found is None:
            shredded = states[row.root] is State.SHREDDED
            state = State.SHREDDED if shredded else State.MISSING
            readers = parties[row.number] | ({author} if author else set())
            rows[ENTRY.name].append(_entry(row, author, state))
        else:
            state, readers = State.HELD, granted[row.root]
            tell(rows, _entry(row, author, state), found, items.get(row.number, []))
        rows[ENTRY_READER.name] += [
            {"number": row.number, "organisation": reader, "state": state.value} for reader in sorted(readers)
        ]
    return rows


def changed_since(connection: Connection, *, after: int, most: int) -> tuple[int | None, list[int]]:
    """Entries whose details were kept, destroyed, or opened to others since they were written.

    Looks at the next entries above `after` alone.

    Returns:
        The last entry looked at, None if there was none; the numbers of those that changed.
    """
    entry = ENTRY.c
    part = (
        select(entry.number, entry.root, entry.author, entry.state)
        .where(entry.number > after)
        .order_by(entry.number)
        .limit(most)
        .subquery()
    )
    own = DETAILS_READER.alias("own")
    now = case(
        (own.c.organisation.is_not(None) & DETAILS.c.sealed.is_not(None), State.HELD.value),
        (DETAILS.c.shredded_at.is_not(None), State.SHREDDED.value),
        else_=State.MISSING.value,
    )
    shown_to = _readers(ENTRY_READER, ENTRY_READER.c.number == part.c.number)
    may_read = _readers(DETAILS_READER, DETAILS_READER.c.root == part.c.root)
    differs = (now != part.c.state) | ((now == State.HELD.value) & shown_to.is_distinct_from(may_read))
    rows = connection.execute(
        select(part.c.number, differs.label("differs"))
        .outerjoin(DETAILS, DETAILS.c.root == part.c.root)
        .outerjoin(own, (own.c.root == part.c.root) & (own.c.organisation == part.c.author))
        .order_by(part.c.number)
    ).all()
    return (rows[-1].number if rows else None), [row.number for row in rows if row.differs]


def _readers(table: Table, which: ColumnElement[bool]) -> ScalarSelect[Any]:
    """The organisations that a table names for one thing, in order, as one array."""
    ordered = aggregate_order_by(table.c.organisation, table.c.organisation)
    return select(func.array_agg(ordered)).where(which).scalar_subquery()


def _authors(connection: Connection, numbers: Collection[int]) -> dict[int, int]:
    """Whose key signed: of the organisations that an address was offered by, the one it enrolled with."""
    key, record = mirror.key_latest.c, mirror.record.c
    enrolled = exists(select(1).where(record.id == key.id, record.status == _ENROLLED))
    rows = connection.execute(
        select(mirror.event.c.number, key.organisation)
        .join(mirror.batch, mirror.batch.c.digest == mirror.event.c.batch)
        .join(mirror.key_latest, key.address == mirror.batch.c.signer)
        .where(among(mirror.event.c.number, numbers), enrolled)
    )
    return {row.number: row.organisation for row in rows}


def _opened(
    connection: Connection, ring: Ring, events: Iterable[EventRow], authors: Mapping[int, int]
) -> dict[int, Details]:
    by_author: dict[int, set[bytes]] = defaultdict(set)
    for row in events:
        if row.number in authors:
            by_author[authors[row.number]].add(row.root)
    opened = {author: _unsealed(connection, ring, author, roots) for author, roots in by_author.items()}
    return {
        row.number: found
        for row in events
        if (found := opened.get(authors.get(row.number, 0), {}).get(row.root)) is not None
    }


def _unsealed(connection: Connection, ring: Ring, author: int, roots: set[bytes]) -> dict[bytes, Details]:
    try:
        return details.opened(connection, ring, author, roots)
    except SealBroken as error:
        if len(roots) == 1:
            # One row that does not open must not keep the others out of the books.
            (root,) = roots
            _LOG.error("details_do_not_open", root=root.hex(), organisation=author, detail=str(error))
            return {}
    return {root: found for each in roots for root, found in _unsealed(connection, ring, author, {each}).items()}


def _granted(connection: Connection, roots: Collection[bytes]) -> dict[bytes, set[int]]:
    reader = DETAILS_READER.c
    found: dict[bytes, set[int]] = defaultdict(set)
    for root, organisation in connection.execute(
        select(reader.root, reader.organisation).where(among(reader.root, roots))
    ):
        found[root].add(organisation)
    return found


def _parties(connection: Connection, events: Iterable[EventRow]) -> dict[int, set[int]]:
    """The organisations that each action names."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    found: dict[int, set[int]] = defaultdict(set)
    for row in events:
        by_kind[row.kind].append(row.number)
    for kind, numbers in by_kind.items():
        table: Table | None = mirror.EVENT_TABLES.get(kind)
        columns = [] if table is None else [table.c[name] for name in PARTY_COLUMNS if name in table.c]
        if table is not None and columns:
            for number, *named in connection.execute(
                select(table.c.number, *columns).where(among(table.c.number, numbers))
            ):
                found[number] |= set(named) - {0}
    return found


def _items(connection: Connection, numbers: Collection[int]) -> dict[int, list[Item]]:
    """The items of lot events, in their order."""
    item, holding = mirror.lot_event_item.c, mirror.holding.c
    found: dict[int, list[Item]] = defaultdict(list)
    # An event's items have the numbers right above its own: ranges, so that the primary key finds them.
    wanted = sorted(numbers)
    if not wanted:
        return found
    rows = connection.execute(
        select(item.number, holding.id, holding.lot_id, holding.handle, (holding.number == item.number).label("made"))
        .join(mirror.holding, holding.id == item.holding_id)
        .where(
            item.number.between(wanted[0], wanted[-1] + _MAX_POSITION),
            among(mirror.event_of(item.number), wanted),
        )
        .order_by(item.number)
    )
    for number, holding_id, lot_id, handle, made in rows:
        event = number & -_MAX_POSITION
        found[event].append(Item(number - event, holding_id, lot_id, handle, is_creation=made))
    return found


def _entry(row: EventRow, author: int | None, state: State) -> dict[str, Any]:
    return {
        "number": row.number,
        "action_hash": row.action_hash,
        "kind": row.kind,
        "schema": row.schema,
        "root": row.root,
        "author": author,
        "occurred_at": row.occurred_at,
        "state": state.value,
        "fields": None,
        "handles_fit": None,
        "tokens": [],
    }


def tell(rows: Rows, entry: dict[str, Any], found: Details, items: list[Item]) -> None:
    """Put what details say into the rows. Anybody may have signed anything: what means nothing is left out."""
    fields = found.to_json()["fields"]
    entry |= {"fields": fields, "tokens": words(storable(text) for text in _texts(found, fields))}
    rows[ENTRY.name].append(entry)
    if found.schema.id != LOT_EVENT.id or entry["kind"] != "LotEventRecorded":
        return
    event = _event(fields)
    if "handles" in fields:
        openings = identified(fields["handles"], items, event)
        entry["handles_fit"] = openings is not None
        if openings is None:
            return
        rows[IDENTIFIER.name] += [{"number": entry["number"], **opening} for opening in openings]
    if event is not None and (row := told(event)) is not None:
        rows[EPCIS_EVENT.name].append({"number": entry["number"], **row})


def _event(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    extensions = [value for path, value in fields.items() if path.startswith("extension/")]
    return to_event(fields) if all(isinstance(value, Mapping) for value in extensions) else None


def _texts(found: Details, fields: Mapping[str, Any]) -> Iterator[str]:
    """Every text in details: not numbers, not bytes, not what properties are called, not the salts of handles."""
    for path, value in fields.items():
        tag = found.schema.fields[path]
        if tag is Tag.TEXT:
            yield value
        elif tag is Tag.JSON:
            yield from _inside(_first(value) if path in ("handles", "handle") else value)


def _first(handles: Any) -> list[Any]:
    """The identifiers of opened handles: of a list of pairs, or of one pair."""
    pairs = handles if isinstance(handles, list) and all(isinstance(pair, list) for pair in handles) else [handles]
    return [pair[0] for pair in pairs if isinstance(pair, list) and pair]


def _inside(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
