"""Buying inside an organisation: items, suppliers, agreements, certificates, requests."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("item_class", sa.Text(), nullable=False),
        sa.Column("quarantine", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("shelf_after_opening_days", sa.Integer(), nullable=True),
        sa.Column("gtin", sa.Text(), nullable=True),
        sa.Column("storage", sa.Text(), nullable=True),
        sa.Column("content", sa.BigInteger(), nullable=True),
        sa.Column("content_unit", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "item_class IN ('ordinary', 'precursor', 'explosive_precursor', 'highly_toxic')",
            name=op.f("ck_item_item_class_known"),
        ),
        sa.CheckConstraint("(content IS NULL) = (content_unit IS NULL)", name=op.f("ck_item_content_with_unit")),
        sa.CheckConstraint(
            "item_class = 'ordinary' OR content IS NOT NULL", name=op.f("ck_item_regulated_with_content")
        ),
        sa.PrimaryKeyConstraint("organisation", "code", name=op.f("pk_item")),
        schema="service",
        comment="What an organisation buys, stores and uses; changed_at in Unix seconds.",
    )


def downgrade() -> None:
    op.drop_table("item", schema="service")
