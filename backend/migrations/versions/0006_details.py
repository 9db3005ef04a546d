"""Details: sealed fields behind roots, and who may read them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "details",
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("schema", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("shredded_at", sa.BigInteger(), nullable=True),
        sa.Column("shredded_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(sealed IS NULL) = (shredded_at IS NOT NULL)", name=op.f("ck_details_sealed_or_shredded")),
        sa.PrimaryKeyConstraint("root", name=op.f("pk_details")),
        schema="service",
        comment="The confidential fields behind roots, each sealed under a key of its own; times are Unix seconds.",
    )
    op.create_table(
        "details_reader",
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("ring_version", sa.SmallInteger(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["root"], ["service.details.root"], name=op.f("fk_details_reader_root_details")),
        sa.PrimaryKeyConstraint("root", "organisation", name=op.f("pk_details_reader")),
        schema="service",
        comment="Who may read which details; times are Unix seconds.",
    )
    op.create_index("ix_details_reader_organisation", "details_reader", ["organisation"], schema="service")
    op.create_index("ix_details_reader_ring_version", "details_reader", ["ring_version"], schema="service")


def downgrade() -> None:
    op.drop_table("details_reader", schema="service")
    op.drop_table("details", schema="service")
