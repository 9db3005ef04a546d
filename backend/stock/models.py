"""Tables of the domain: rooms, lots on shelves, the journal of taps and what follows from it.

The journal alone is the truth. Balances, a lot's holding and the journal's head follow from the taps and are written
in the transaction of the tap; `backend.stock.verify` replays them. Times are Unix seconds, quantities whole units of
the item.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from backend.db import SERVICE, one_of
from backend.items.models import ITEM


class Kind(StrEnum):
    """What a person did."""

    BOOK_IN = "book_in"
    """登记: a lot has arrived; all of it lies at the dock."""
    LINK = "link"
    """关联: the lot is the holding of that id on chain."""
    PUT_AWAY = "put_away"
    """上架: from the dock into a room."""
    OPEN = "open"
    """开封: from now on the shelf life after opening counts."""
    CONSUME = "consume"
    """领用: used up for a project or a cost centre."""
    TRANSFER = "transfer"
    """移库: from one room into another."""
    DISCARD = "discard"
    """报废."""
    COUNT = "count"
    """盘点: so much was found. Moves nothing."""
    ADJUST = "adjust"
    """盘盈盘亏: what two equal counts found to be more or less than the books."""


class CostObjectKind(StrEnum):
    """What a consumption is charged to."""

    PROJECT = "project"
    COST_CENTRE = "cost_centre"


class TakeState(StrEnum):
    """Where a stock-take is. open -> counted -> agreed -> settled; counted -> differing -> open (a new round);
    agreed -> open; any but settled -> cancelled."""

    OPEN = "open"
    """Waits for the first count."""
    COUNTED = "counted"
    """Waits for another person's count."""
    AGREED = "agreed"
    """Both counts are equal, and nothing was moved between them."""
    DIFFERING = "differing"
    """The counts differ, or the stock moved between them: count again."""
    SETTLED = "settled"
    """The books say what was counted."""
    CANCELLED = "cancelled"


STOCK_ROOM = Table(
    "stock_room",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    # The room it stands in. Never changed, and there before it: so rooms cannot stand in each other.
    Column("inside", Text),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "code"),
    ForeignKeyConstraint(["organisation", "inside"], ["service.stock_room.organisation", "service.stock_room.code"]),
    comment="Places of an organisation: a storeroom, a fridge in it, a shelf in that.",
)

COST_OBJECT = Table(
    "cost_object",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "kind", "code"),
    one_of("kind", CostObjectKind),
    comment="Projects and cost centres that consumption is charged to.",
)

STOCK_LOT = Table(
    "stock_lot",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    # The client's choice, and the id of the tap that booked it in.
    Column("lot_id", Uuid, nullable=False),
    Column("item", Text, nullable=False),
    Column("lot_number", Text, nullable=False),
    Column("expires_on", Date),
    # Opening stock of before our time: who had released it then.
    Column("released_by", Text),
    # The holding on chain; null for what nobody has received on chain yet. Follows from the taps.
    Column("holding_id", LargeBinary),
    PrimaryKeyConstraint("organisation", "lot_id"),
    ForeignKeyConstraint(["organisation", "item"], [ITEM.c.organisation, ITEM.c.code]),
    UniqueConstraint("organisation", "holding_id"),
    Index("ix_stock_lot_item", "organisation", "item"),
    comment="One delivery of one lot of an item.",
)

STOCK_JOURNAL = Table(
    "stock_journal",
    SERVICE,
    Column("organisation", Integer, primary_key=True, autoincrement=False),
    Column("taps", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    # Taps are never earlier than the one before, whatever our clock does.
    Column("last_at", BigInteger, nullable=False),
    comment="How far an organisation's journal is. Whoever taps locks this row, so that numbers have no gaps.",
)

STOCK_TAP = Table(
    "stock_tap",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("tap_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("lot_id", Uuid, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("room_from", Text),
    Column("room_to", Text),
    # Which part of the lot: what was opened then, or 0 for what is unopened.
    Column("opened_at", BigInteger, nullable=False),
    Column("project", Text),
    Column("cost_centre", Text),
    Column("reason", Text),
    Column("take_id", Uuid),
    Column("take_round", Integer),
    Column("holding_id", LargeBinary),
    # keccak256(hash of the tap before ‖ RFC 8785 JSON of this one): backend/stock/taps.py.
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation", "number"),
    UniqueConstraint("organisation", "tap_id"),
    ForeignKeyConstraint(["organisation", "lot_id"], [STOCK_LOT.c.organisation, STOCK_LOT.c.lot_id]),
    one_of("kind", Kind),
    CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    Index("ix_stock_tap_take", "organisation", "take_id", "take_round"),
    Index("ix_stock_tap_lot", "organisation", "lot_id", "number"),
    comment="Every act on stock, one row each, only ever added to.",
)

STOCK_BALANCE = Table(
    "stock_balance",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("lot_id", Uuid, nullable=False),
    Column("room", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "lot_id", "room", "opened_at"),
    ForeignKeyConstraint(["organisation", "lot_id"], [STOCK_LOT.c.organisation, STOCK_LOT.c.lot_id]),
    CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    Index("ix_stock_balance_room", "organisation", "room", postgresql_where=text("quantity > 0")),
    comment="How much of a lot lies where, by when it was opened; follows from the taps.",
)

STOCK_TAKE = Table(
    "stock_take",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("take_id", Uuid, nullable=False),
    Column("room", Text, nullable=False),
    # Null: everything in the room.
    Column("item", Text),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("first_person", Text),
    Column("second_person", Text),
    # The ids their clients gave the counts, so that a count sent twice is one.
    Column("first_count", Uuid),
    Column("second_count", Uuid),
    # The journal's last tap when each count came in.
    Column("first_tap", BigInteger),
    Column("second_tap", BigInteger),
    Column("is_disturbed", Boolean, nullable=False),
    Column("settled_by", Text),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "take_id"),
    ForeignKeyConstraint(["organisation", "room"], [STOCK_ROOM.c.organisation, STOCK_ROOM.c.code]),
    one_of("state", TakeState),
    CheckConstraint("first_person <> second_person", name="two_people"),
    comment="Stock-takes: two people count the same room, each without the other's figures.",
)

STOCK_SHEET = Table(
    "stock_sheet",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    # Of its details; what the signed action commits to.
    Column("root", LargeBinary, nullable=False),
    Column("day", Integer, nullable=False),
    Column("first_tap", BigInteger, nullable=False),
    Column("last_tap", BigInteger, nullable=False),
    # The hash of its last tap, which folds every tap before it.
    Column("chain_hash", LargeBinary, nullable=False),
    # Opens the root; without it nobody can show later what was signed.
    Column("event_key", LargeBinary, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("prepared_by", Text, nullable=False),
    PrimaryKeyConstraint("organisation", "root"),
    UniqueConstraint("organisation", "day", "first_tap", "last_tap"),
    comment="Daily sheets as they were handed out to be signed; which of them were is the mirror's to say.",
)

STOCK_USED_UP = Table(
    "stock_used_up",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("lot_id", Uuid, nullable=False),
    # The seq of the holding that the action names.
    Column("seq", Integer, nullable=False),
    Column("event_key", LargeBinary, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "lot_id", "seq"),
    ForeignKeyConstraint(["organisation", "lot_id"], [STOCK_LOT.c.organisation, STOCK_LOT.c.lot_id]),
    comment="Lots of which nothing is left, as they were handed out to be recorded as used up.",
)
