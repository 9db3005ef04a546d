"""Capture: which events were captured."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "captured_event",
        sa.Column("organisation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.LargeBinary(), nullable=False),
        sa.Column("action_hash", sa.LargeBinary(), nullable=False),
        sa.Column("captured_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "hash", "error", name=op.f("pk_captured_event")),
        schema="service",
        comment="Events captured, by what they say and not by what they are called; times are Unix seconds.",
    )
    op.create_index("ix_captured_event_action_hash", "captured_event", ["action_hash"], schema="service")
    # What became of a captured event is asked by its action.
    op.create_index("ix_submission_item_action_hash", "submission_item", ["action_hash"], schema="service")


def downgrade() -> None:
    op.drop_index("ix_submission_item_action_hash", "submission_item", schema="service")
    op.drop_table("captured_event", schema="service")
