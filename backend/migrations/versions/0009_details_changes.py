"""Changes of details that the books are to follow."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "details_change",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_details_change")),
        schema="service",
        comment="Roots whose details came late, went, or were opened to others: the books take each from here.",
    )


def downgrade() -> None:
    op.drop_table("details_change", schema="service")
