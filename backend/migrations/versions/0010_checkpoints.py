"""Checkpoints: blocks that witnesses vouch for."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("mirror", sa.LargeBinary(), nullable=False),
        sa.Column("witness", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_checkpoint_number_is_a_block")),
        sa.PrimaryKeyConstraint("number", "hash", "mirror", "witness", name=op.f("pk_checkpoint")),
        schema="service",
        comment="Blocks that witnesses vouch for; published_at is Unix seconds.",
    )
    op.create_index("ix_checkpoint_witness", "checkpoint", ["witness", "published_at"], schema="service")
    op.create_index(
        "ix_checkpoint_agreed", "checkpoint", ["number"], schema="service", postgresql_where=sa.text("agrees")
    )


def downgrade() -> None:
    op.drop_table("checkpoint", schema="service")
