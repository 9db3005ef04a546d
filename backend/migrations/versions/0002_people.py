"""People beside machines: who holds a token."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_token", sa.Column("person", sa.Text(), nullable=True), schema="service")
    op.create_table_comment(
        "api_token", "Bearer tokens of machines and people; times are Unix seconds.", schema="service"
    )


def downgrade() -> None:
    op.drop_column("api_token", "person", schema="service")
