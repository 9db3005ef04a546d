"""Stock: rooms, lots, the journal of taps and what follows from it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cost_object",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('project', 'cost_centre')", name=op.f("ck_cost_object_kind_known")),
        sa.PrimaryKeyConstraint("organisation", "kind", "code", name=op.f("pk_cost_object")),
        schema="service",
        comment="Projects and cost centres that consumption is charged to.",
    )
    op.create_table(
        "stock_journal",
        sa.Column("organisation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taps", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_stock_journal")),
        schema="service",
        comment="How far an organisation's journal is. Whoever taps locks this row, so that numbers have no gaps.",
    )
    op.create_table(
        "stock_room",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("inside", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "inside"],
            ["service.stock_room.organisation", "service.stock_room.code"],
            name=op.f("fk_stock_room_organisation_inside"),
        ),
        sa.PrimaryKeyConstraint("organisation", "code", name=op.f("pk_stock_room")),
        schema="service",
        comment="Places of an organisation: a storeroom, a fridge in it, a shelf in that.",
    )
    op.create_table(
        "stock_sheet",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("first_tap", sa.BigInteger(), nullable=False),
        sa.Column("last_tap", sa.BigInteger(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=False),
        sa.Column("event_key", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "root", name=op.f("pk_stock_sheet")),
        sa.UniqueConstraint(
            "organisation",
            "day",
            "first_tap",
            "last_tap",
            name=op.f("uq_stock_sheet_organisation_day_first_tap_last_tap"),
        ),
        schema="service",
        comment="Daily sheets as they were handed out to be signed; which of them were is the mirror's to say.",
    )
    op.create_table(
        "stock_lot",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("lot_number", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("holding_id", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation", "item"],
            ["service.item.organisation", "service.item.code"],
            name=op.f("fk_stock_lot_organisation_item"),
        ),
        sa.PrimaryKeyConstraint("organisation", "lot_id", name=op.f("pk_stock_lot")),
        sa.UniqueConstraint("organisation", "holding_id", name=op.f("uq_stock_lot_organisation_holding_id")),
        schema="service",
        comment="One delivery of one lot of an item.",
    )
    op.create_index("ix_stock_lot_item", "stock_lot", ["organisation", "item"], unique=False, schema="service")
    op.create_table(
        "stock_take",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("take_id", sa.Uuid(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("first_person", sa.Text(), nullable=True),
        sa.Column("second_person", sa.Text(), nullable=True),
        sa.Column("first_count", sa.Uuid(), nullable=True),
        sa.Column("second_count", sa.Uuid(), nullable=True),
        sa.Column("first_tap", sa.BigInteger(), nullable=True),
        sa.Column("second_tap", sa.BigInteger(), nullable=True),
        sa.Column("is_disturbed", sa.Boolean(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'counted', 'agreed', 'differing', 'settled', 'cancelled')",
            name=op.f("ck_stock_take_state_known"),
        ),
        sa.CheckConstraint("first_person <> second_person", name=op.f("ck_stock_take_two_people")),
        sa.ForeignKeyConstraint(
            ["organisation", "room"],
            ["service.stock_room.organisation", "service.stock_room.code"],
            name=op.f("fk_stock_take_organisation_room"),
        ),
        sa.PrimaryKeyConstraint("organisation", "take_id", name=op.f("pk_stock_take")),
        schema="service",
        comment="Stock-takes: two people count the same room, each without the other's figures.",
    )
    op.create_table(
        "stock_balance",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_balance_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["organisation", "lot_id"],
            ["service.stock_lot.organisation", "service.stock_lot.lot_id"],
            name=op.f("fk_stock_balance_organisation_lot_id"),
        ),
        sa.PrimaryKeyConstraint("organisation", "lot_id", "room", "opened_at", name=op.f("pk_stock_balance")),
        schema="service",
        comment="How much of a lot lies where, by when it was opened; follows from the taps.",
    )
    op.create_index(
        "ix_stock_balance_room",
        "stock_balance",
        ["organisation", "room"],
        unique=False,
        schema="service",
        postgresql_where=sa.text("quantity > 0"),
    )
    op.create_table(
        "stock_tap",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("tap_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("room_from", sa.Text(), nullable=True),
        sa.Column("room_to", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("cost_centre", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("take_id", sa.Uuid(), nullable=True),
        sa.Column("take_round", sa.Integer(), nullable=True),
        sa.Column("holding_id", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('book_in', 'link', 'put_away', 'open', 'consume', 'transfer', 'discard', 'count', 'adjust')",
            name=op.f("ck_stock_tap_kind_known"),
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_tap_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["organisation", "lot_id"],
            ["service.stock_lot.organisation", "service.stock_lot.lot_id"],
            name=op.f("fk_stock_tap_organisation_lot_id"),
        ),
        sa.PrimaryKeyConstraint("organisation", "number", name=op.f("pk_stock_tap")),
        sa.UniqueConstraint("organisation", "tap_id", name=op.f("uq_stock_tap_organisation_tap_id")),
        schema="service",
        comment="Every act on stock, one row each, only ever added to.",
    )
    op.create_index(
        "ix_stock_tap_lot", "stock_tap", ["organisation", "lot_id", "number"], unique=False, schema="service"
    )
    op.create_index(
        "ix_stock_tap_take", "stock_tap", ["organisation", "take_id", "take_round"], unique=False, schema="service"
    )
    op.create_table(
        "stock_used_up",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event_key", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "lot_id"],
            ["service.stock_lot.organisation", "service.stock_lot.lot_id"],
            name=op.f("fk_stock_used_up_organisation_lot_id"),
        ),
        sa.PrimaryKeyConstraint("organisation", "lot_id", "seq", name=op.f("pk_stock_used_up")),
        schema="service",
        comment="Lots of which nothing is left, as they were handed out to be recorded as used up.",
    )


def downgrade() -> None:
    op.drop_table("stock_used_up", schema="service")
    op.drop_table("stock_tap", schema="service")
    op.drop_table("stock_balance", schema="service")
    op.drop_table("stock_take", schema="service")
    op.drop_table("stock_lot", schema="service")
    op.drop_table("stock_sheet", schema="service")
    op.drop_table("stock_room", schema="service")
    op.drop_table("stock_journal", schema="service")
    op.drop_table("cost_object", schema="service")
