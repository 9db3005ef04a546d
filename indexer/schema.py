"""The tables of the mirror, and what a rollback has to know about each.

Three kinds, told apart by `Table.info`:

- a *journal* (`info["journal"]` names the column that places a row on the chain, `info["shift"]` how far a block
  number is shifted in it) only ever gains rows, and loses the ones above a reorg's ancestor;
- a *latest* (`info["latest_of"]` names its journal, `info["key"]` the columns it is the latest of) holds the last
  journal row of each key, and can be derived from the journal again at any time;
- *bookkeeping* (neither) is how far the mirror has come; it is no function of the chain and is never compared.

Everything but bookkeeping is a pure function of the chain: no names, no `now()`, no floats, no sequences, no
foreign keys. `number` = block << 32 | log index << 12 | position: an event has position 0, what it touched and
the items it lists count from 1, so an item, the holding it creates and the record it leaves share a number.
`block_of(number)` joins to `block.number`, `event_of(number)` to `event.number`.

Beside the tables named here there is one for each remaining kind of event, with the fields of its action as
columns (`GoodsDispatched` -> `mirror.goods_dispatched`), generated from the ABI: `EVENT_TABLES`. Its `id` is the first
subject the action touched; a line of a consignment has that one's id beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    literal,
    literal_column,
)

from indexer.columns import UINT64, UINT256, column, type_of
from indexer.decode import BLOCK_SHIFT, MAX_POSITION
from indexer.events import EventKind, ledger_event_kinds, snake

SCHEMA = "mirror"
metadata = MetaData(schema=SCHEMA)

KINDS: tuple[EventKind, ...] = ledger_event_kinds()


def _journal(name: str, *columns: Column[Any], by: str = "number", shift: int = BLOCK_SHIFT) -> Table:
    number = Column("number", BigInteger, primary_key=True, autoincrement=False)
    if by == "number":
        columns = (number, *columns)
    return Table(name, metadata, *columns, info={"journal": by, "shift": shift})


def _latest(journal: Table, *key: str) -> Table:
    """Declares the latest of a journal, and the journal's index that derives it."""
    columns = [
        Column(each.name, each.type, primary_key=each.name in key, nullable=each.nullable) for each in journal.columns
    ]
    Index(f"{journal.name}_by_key", *(journal.c[name] for name in key), journal.c.number.desc())
    return Table(f"{journal.name}_latest", metadata, *columns, info={"latest_of": journal.name, "key": key})


# --- the chain ------------------------------------------------------------------------------------------------

block = _journal(
    "block",
    column("hash", LargeBinary),
    column("parent_hash", LargeBinary),
    column("recorded_at", BigInteger),
    shift=0,
)
"""The blocks that carry at least one of our events; empty ones would outnumber everything else here."""

batch = _journal(
    "batch",
    column("contract", LargeBinary),
    column("digest", LargeBinary),
    column("signer", LargeBinary),
    column("nonce", UINT256),
    column("deadline", UINT64),
    column("mode", SmallInteger),
    column("signature", LargeBinary),
    column("transaction", LargeBinary),
)
Index("batch_by_digest", batch.c.digest, unique=True)
Index("batch_by_signer", batch.c.signer, batch.c.nonce)

refusal = _journal(
    "refusal",
    column("contract", LargeBinary),
    column("batch", LargeBinary),
    column("index", Integer),
    column("action_hash", LargeBinary),
    column("reason", SmallInteger),
)
Index("refusal_by_batch", refusal.c.batch)

nonces_cancelled = _journal(
    "nonces_cancelled",
    column("contract", LargeBinary),
    column("signer", LargeBinary),
    column("word", UINT256),
    column("mask", UINT256),
    column("deadline", UINT64),
    column("signature", LargeBinary),
)

event = _journal(
    "event",
    column("contract", LargeBinary),
    column("kind", Text),
    column("batch", LargeBinary, nullable=True),
    column("index", Integer, nullable=True),
    column("action_hash", LargeBinary),
    column("schema", BigInteger, nullable=True),
    column("root", LargeBinary),
    column("occurred_at", BigInteger, nullable=True),
)
"""One row per recorded action. Batch, index, schema and time are null for the two founders, whom nobody signed in."""
Index("event_by_action_hash", event.c.action_hash)
Index("event_by_batch", event.c.batch)
Index("event_by_root", event.c.root)

record = _journal(
    "record",
    column("id", LargeBinary),
    column("contract", LargeBinary),
    column("head", LargeBinary),
    column("holder", Integer),
    column("seq", Integer),
    column("status", SmallInteger),
    column("flags", SmallInteger),
)
"""The after-image of every slot an action wrote; the action is `event_of(number)`."""
record_latest = _latest(record, "id", "contract")

WAITS_FOR_QUALITY = record_latest.c.flags.bitwise_and(literal_column("130")) != literal_column("0")
"""Held by a party, or in quarantine (contracts/src/types/Record.sol). In literals: it is an index's condition."""
Index("record_latest_waits_for_quality", record_latest.c.holder, postgresql_where=WAITS_FOR_QUALITY)

# --- participants ---------------------------------------------------------------------------------------------

organisation = _journal(
    "organisation",
    column("organisation", Integer),
    column("id", LargeBinary),
    column("roles", Integer),
)
"""Written once, at admission or founding; whether it is active or suspended stands in its record (by `id`)."""
organisation_latest = _latest(organisation, "organisation")

key = _journal(
    "key",
    column("id", LargeBinary),
    column("address", LargeBinary),
    column("organisation", Integer),
    column("rights", Integer),
    column("valid_from", BigInteger),
    column("valid_until", BigInteger),
    column("compromised_since", BigInteger),
    column("revoked_at", BigInteger),
    column("enrol_by", BigInteger),
)
"""The after-image of a key's slot. An address may be offered by several organisations and enrol with one: the
key is known by `id`, its status stands in the record of that id."""
key_latest = _latest(key, "id")
Index("key_latest_by_address", key_latest.c.address)

# --- lots and holdings ----------------------------------------------------------------------------------------

lot_event = _journal(
    "lot_event",
    column("kind", SmallInteger),
    column("action", SmallInteger),
    column("breaches", Integer),
)

lot_event_item = _journal(
    "lot_event_item",
    column("holding_id", LargeBinary),
    column("role", SmallInteger),
    column("origin", SmallInteger),
    column("seq", Integer),
)
Index("lot_event_item_by_holding", lot_event_item.c.holding_id)

holding = _journal(
    "holding",
    column("id", LargeBinary),
    column("lot_id", LargeBinary),
    column("maker", Integer),
    column("handle", LargeBinary),
    column("creator", Integer),
    column("serial", BigInteger),
    column("origin", SmallInteger),
)
"""One row per creation; `number` is the holding's integer in `lineage`, its place in chain order."""
Index("holding_by_id", holding.c.id, unique=True)
Index("holding_by_lot", holding.c.lot_id)

lineage = _journal(
    "lineage",
    Column("source_number", BigInteger, primary_key=True, autoincrement=False),
    Column("target_number", BigInteger, primary_key=True, autoincrement=False),
    by="target_number",
)
"""Which holdings became which, through which event: holding -> event for every input and every source of a split,
event -> holding for every creation. An event is the end whose position is 0."""
Index("lineage_backward", lineage.c.target_number, lineage.c.source_number)

packing = _journal(
    "packing",
    column("child", LargeBinary),
    column("parent", LargeBinary, nullable=True),
)
"""What a holding is packed in from this event on; null: in nothing any more."""
packing_latest = _latest(packing, "child")
Index("packing_latest_by_parent", packing_latest.c.parent)

# --- orders ---------------------------------------------------------------------------------------------------

purchase_order = _journal(
    "purchase_order",
    column("id", LargeBinary),
    column("buyer", Integer),
    column("supplier", Integer),
    column("lines", Integer),
    column("done", SmallInteger),
    column("first_promised_at", BigInteger),
    column("promised_at", BigInteger),
    column("lapses_at", BigInteger),
    column("proposer", Integer),
    column("next_promised_at", BigInteger),
    column("open_lines", UINT256),
)
"""The after-image of an order's terms and open lines; its status stands in the record (by `id`). What never changes
(handle, services, quarantines) stands in `order_issued`."""
purchase_order_latest = _latest(purchase_order, "id")
AWAITS_ANSWER = purchase_order_latest.c.lapses_at != literal_column("0")
"""An offer or a change does. A literal, so that it can be an index's condition."""
for _party in ("buyer", "supplier"):
    Index(
        f"purchase_order_latest_awaiting_{_party}",
        purchase_order_latest.c[_party],
        purchase_order_latest.c.lapses_at,
        postgresql_where=AWAITS_ANSWER,
    )

milestone = _journal(
    "milestone",
    column("id", LargeBinary),
    column("order_id", LargeBinary),
    column("buyer", Integer),
    column("supplier", Integer),
    column("line", SmallInteger),
    column("ordinal", SmallInteger),
    column("lapses_at", BigInteger, nullable=True),
)
"""The milestones of service lines. `lapses_at`: until when a report awaits its answer; null once it has one."""
milestone_latest = _latest(milestone, "id")
Index("milestone_latest_by_order", milestone_latest.c.order_id)
for _party in ("buyer", "supplier"):
    Index(
        f"milestone_latest_awaiting_{_party}",
        milestone_latest.c[_party],
        milestone_latest.c.lapses_at,
        postgresql_where=milestone_latest.c.lapses_at.is_not(None),
    )

order_step = _journal(
    "order_step",
    column("order_id", LargeBinary),
    column("buyer", Integer),
    column("supplier", Integer),
    column("line", SmallInteger, nullable=True),
    column("holding_id", LargeBinary, nullable=True),
)
"""Whatever happened to an order, by the event's number: to itself, to its milestones (with their line), to the goods
that one party sent the other on a line of it (with their holding), there and back. The answers to dispatches, and
returns, do not name the order: `derive.order_steps` finds it."""
order_step_latest = _latest(order_step, "order_id")
for _party in ("buyer", "supplier"):
    Index(f"order_step_latest_by_{_party}", order_step_latest.c[_party], order_step_latest.c.number)
Index("order_step_latest_by_number", order_step_latest.c.number)

# --- consignments -----------------------------------------------------------------------------------------------

transit = _journal(
    "transit",
    column("holding_id", LargeBinary),
    column("consignment_id", LargeBinary),
    column("sender", Integer),
    column("receiver", Integer),
    column("lapses_at", BigInteger, nullable=True),
)
"""The holdings that were sent. `lapses_at`: until when a dispatch awaits its answer; null once it has one."""
transit_latest = _latest(transit, "holding_id")
Index("transit_latest_by_consignment", transit_latest.c.consignment_id)
for _party in ("sender", "receiver"):
    Index(
        f"transit_latest_awaiting_{_party}",
        transit_latest.c[_party],
        transit_latest.c.lapses_at,
        postgresql_where=transit_latest.c.lapses_at.is_not(None),
    )

consignment = _journal(
    "consignment",
    column("id", LargeBinary),
    column("sender", Integer),
    column("receiver", Integer),
    column("handle", LargeBinary),
    column("head", LargeBinary),
    column("discrepancy", SmallInteger),
)
"""A consignment after each act on a line of it, and after each settlement of its discrepancy (0 none, 1 open, 2 agreed,
3 withdrawn). `head` is its head in `Traceability`: a settlement, which stands in another ledger, names that one."""
consignment_latest = _latest(consignment, "id")
for _party in ("sender", "receiver"):
    Index(f"consignment_latest_by_{_party}", consignment_latest.c[_party], consignment_latest.c.number)
Index("consignment_latest_by_number", consignment_latest.c.number)
IN_DISPUTE = consignment_latest.c.discrepancy == literal_column("1")
"""Its discrepancy is open. A literal, so that it can be an index's condition."""
Index("consignment_latest_in_dispute", consignment_latest.c.sender, postgresql_where=IN_DISPUTE)

# --- bookkeeping ----------------------------------------------------------------------------------------------

cursor = Table(
    "cursor",
    metadata,
    Column("one", Boolean, primary_key=True),
    column("block", BigInteger),
    column("hash", LargeBinary),
    column("finalised", BigInteger),
    column("fingerprint", LargeBinary),
    column("reorgs", BigInteger),
    column("last_reorg_ancestor", BigInteger, nullable=True),
    column("last_reorg_depth", BigInteger, nullable=True),
)
"""A single row: rows go up to `block`, `finalised` and below will not change any more."""

recent_block = Table(
    "recent_block",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    column("hash", LargeBinary),
    column("parent_hash", LargeBinary),
)
"""Every block from `cursor.finalised` to `cursor.block`: what a reorg is recognised by."""

# --- one table for each remaining kind of event -----------------------------------------------------------------

# Fields that stand in `event`, `key` or `purchase_order` already.
EVENT_FIELDS = ("batch", "index", "action_hash", "schema", "root", "occurred_at")
KEY_FIELDS = tuple(f"key_{each.name}" for each in key.columns if each.name not in ("number", "id", "address"))
TERMS_FIELDS = tuple(
    each.name if each.name == "open_lines" else f"terms_{each.name}"
    for each in purchase_order.columns
    if each.name not in ("number", "id")
)
_BY_HAND = {"Authorised", "Refused", "NoncesCancelled", "LotEventRecorded", "OrganisationFounded"}

# What the service looks actions up by.
_LINE = ("id", "consignment_id")
_INDEXED: Mapping[str, tuple[str | tuple[str, ...], ...]] = {
    "OrderIssued": ("id", "order_handle"),
    "OrderConfirmed": ("id",),
    "ChangeProposed": ("id",),
    "ChangeAgreed": ("id",),
    "ProposalEnded": ("id",),
    "LinesClosed": ("id",),
    "MilestoneReported": ("id", "milestone_order_handle"),
    "MilestoneAccepted": ("id",),
    "ReportEnded": ("id",),
    "GoodsDispatched": (("id", "number"), "consignment_id", "order"),
    "GoodsReceived": _LINE,
    "DispatchEnded": _LINE,
    "ReceivedDirect": ("id", "order", ("holding_creator", "number")),
    "HoldingJudged": ("id",),
    "DiscrepancySettled": ("id",),
    "ReceiptCountersigned": ("id", "receipt_receipt"),
    "SheetSigned": ("id",),
}


def _event_table(kind: EventKind) -> Table | None:
    columns = [
        column(field.name, type_of(field))
        for field in kind.fields
        if field.name not in EVENT_FIELDS + KEY_FIELDS + TERMS_FIELDS
    ]
    if not columns:
        return None
    ids = [column("id", LargeBinary)]
    if any(each.name == "consignment_handle" for each in columns) and kind.contract == "Traceability":
        ids.append(column("consignment_id", LargeBinary))
    table = _journal(snake(kind.name), *ids, *columns)
    for named in _INDEXED.get(kind.name, ()):
        names = (named,) if isinstance(named, str) else named
        Index(f"{table.name}_by_{names[0]}", *(table.c[name] for name in names))
    return table


def _event_tables() -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for kind in KINDS:
        if kind.name in _BY_HAND | tables.keys():
            continue
        table = _event_table(kind)
        if table is not None:
            tables[kind.name] = table
    return tables


EVENT_TABLES: Mapping[str, Table] = _event_tables()
"""Event name -> its table; an event whose action has no field of its own has none."""

JOURNALS: tuple[Table, ...] = tuple(table for table in metadata.sorted_tables if "journal" in table.info)
LATESTS: tuple[Table, ...] = tuple(table for table in metadata.sorted_tables if "latest_of" in table.info)


def block_of(number: ColumnElement[int]) -> ColumnElement[int]:
    """The block number of a row's `number`."""
    return number.op(">>")(literal(BLOCK_SHIFT, Integer))


def event_of(number: ColumnElement[int]) -> ColumnElement[int]:
    """The `event.number` of the row of an item or of something touched."""
    return number.bitwise_and(-MAX_POSITION)


def first_number_above(table: Table, height: int) -> int:
    """The lowest value a journal's placing column can have above block `height`."""
    return (height + 1) << int(table.info["shift"])
