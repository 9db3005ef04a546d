"""Tables of the books: a pure function of the mirror and of the details that are held.

Nothing here is worth a backup: `suyuan books rebuild` makes all of it again. No foreign key points at the mirror or at
the service's tables. `number` is `mirror.event.number` throughout. The schema belongs to this domain alone, which makes
and drops it itself; a fingerprint stands where other tables have migrations.
"""

import hashlib
import json

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from contracts.details import definitions

SCHEMA = "books"
metadata = MetaData(schema=SCHEMA)

# Raise it when derivation writes other rows into the same tables.
_DERIVATION = 2

# Fields and bodies are kept as they are shown: `json` and not `jsonb`, which refuses texts that details may hold (a
# NUL) and writes numbers its own way. Nothing looks inside of them.
_AS_SHOWN = JSON(none_as_null=True)

ENTRY = Table(
    "entry",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("action_hash", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("schema", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    # The organisation whose key signed; null for what nobody signed.
    Column("author", Integer),
    Column("occurred_at", BigInteger),
    Column("state", Text, nullable=False),
    Column("fields", _AS_SHOWN),
    # Whether the handles that the details open are those of the event's holdings; null if they open none.
    Column("handles_fit", Boolean),
    Column("tokens", ARRAY(Text), nullable=False),
    comment="Every recorded action that commits to details, with their fields where they are held.",
)
Index("entry_by_tokens", ENTRY.c.tokens, postgresql_using="gin")
Index("entry_by_state", ENTRY.c.state)
Index("entry_by_root", ENTRY.c.root, postgresql_using="hash")

ENTRY_READER = Table(
    "entry_reader",
    metadata,
    Column("organisation", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    comment="Whom an entry is shown to: who may read its details; while they are not held, the action's parties.",
)
Index("entry_reader_by_number", ENTRY_READER.c.number)
Index("entry_reader_by_state", ENTRY_READER.c.organisation, ENTRY_READER.c.state)

IDENTIFIER = Table(
    "identifier",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # Of the item in its event, from 1: number + position is the item's own number in the mirror.
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column("identifier", Text, nullable=False),
    Column("holding_id", LargeBinary, nullable=False),
    Column("lot_id", LargeBinary, nullable=False),
    Column("handle", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    # How much of it the event created, in decimal digits; null if it created none, or did not say.
    Column("amount", Text),
    comment="Trade identifiers by the holdings they stand on: handles that were opened and hold.",
)
# A hash: an identifier may be longer than a B-tree takes.
Index("identifier_by_identifier", IDENTIFIER.c.identifier, postgresql_using="hash")
Index("identifier_by_lot", IDENTIFIER.c.lot_id)

EPCIS_EVENT = Table(
    "epcis_event",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # SHA-256 of the event's canonical form, CBV 2.0 section 8.9.
    Column("hash", LargeBinary, nullable=False),
    Column("event_id", Text),
    Column("type", Text, nullable=False),
    Column("event_time", BigInteger, nullable=False, comment="Unix microseconds."),
    Column("action", Text),
    # Words of the vocabulary as Web URIs, places and objects in their canonical form, whichever way they were written.
    Column("biz_step", Text),
    Column("disposition", Text),
    Column("read_point", Text),
    Column("biz_location", Text),
    Column("mentions", ARRAY(Text), nullable=False, comment="What it names, by what that is to it: lookup.py."),
    Column("is_erroneous", Boolean, nullable=False),
    Column("body", _AS_SHOWN, nullable=False),
    comment="The EPCIS events that details tell.",
)
Index("epcis_event_by_hash", EPCIS_EVENT.c.hash)
Index("epcis_event_by_id", EPCIS_EVENT.c.event_id, postgresql_using="hash")
Index("epcis_event_by_time", EPCIS_EVENT.c.event_time)
Index("epcis_event_by_mentions", EPCIS_EVENT.c.mentions, postgresql_using="gin")

DERIVED = (ENTRY, ENTRY_READER, IDENTIFIER, EPCIS_EVENT)
"""What is derived of an event, by its number."""

CURSOR = Table(
    "cursor",
    metadata,
    Column("one", Boolean, primary_key=True),
    Column("number", BigInteger, nullable=False),
    # The action at that number: a mirror that has another there is not the one these books were made from.
    Column("action_hash", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("mirror_fingerprint", LargeBinary, nullable=False),
    comment="A single row: every final event up to `number` is in the books.",
)


def fingerprint() -> bytes:
    """What this release derives, in 32 bytes: its tables, the schemas of details, and how it reads them."""
    lines = [f"derivation {_DERIVATION}", json.dumps(definitions(), sort_keys=True)]
    for table in metadata.sorted_tables:
        columns = [f"{column.name} {column.type!r} {column.nullable}" for column in table.columns]
        indexes = sorted(f"{index.name} {[str(part) for part in index.expressions]}" for index in table.indexes)
        lines.append(f"table {table.name} {columns} {[key.name for key in table.primary_key]} {indexes}")
    return hashlib.sha256("\n".join(lines).encode()).digest()
