"""Documents that come with goods, and the findings that block their release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_content",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "sha256", name=op.f("pk_quality_content")),
        schema="service",
        comment="Certificates and logger files, byte for byte.",
    )
    op.create_table(
        "quality_document",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("asked_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("holding_id", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('certificate', 'logger_file')", name=op.f("ck_quality_document_kind_known")),
        sa.ForeignKeyConstraint(
            ["organisation", "sha256"],
            ["service.quality_content.organisation", "service.quality_content.sha256"],
            name=op.f("fk_quality_document_organisation_sha256"),
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_quality_document")),
        sa.UniqueConstraint("number", name=op.f("uq_quality_document_number")),
        schema="service",
        comment="Documents attached to holdings; times are Unix seconds.",
    )
    op.create_index(
        "ix_quality_document_organisation",
        "quality_document",
        ["organisation", "number"],
        unique=False,
        schema="service",
    )
    op.create_index(
        "ix_quality_document_holding",
        "quality_document",
        ["organisation", "holding_id", "number"],
        unique=False,
        schema="service",
    )
    op.create_table(
        "release_block",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("holding_id", sa.LargeBinary(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "cause IN ('certificate_out_of_range', 'certificate_value_unreadable', 'certificate_other_lot', "
            "'certificate_expired', 'certificate_not_conforming', 'cold_chain_broken')",
            name=op.f("ck_release_block_cause_known"),
        ),
        sa.CheckConstraint(
            "num_nulls(closed_at, closed_by, reason) IN (0, 3)",
            name=op.f("ck_release_block_closed_by_somebody_for_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "document"],
            ["service.quality_document.organisation", "service.quality_document.id"],
            name=op.f("fk_release_block_organisation_document"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_release_block")),
        schema="service",
        comment="Findings that block a release until another person closes them; times are Unix seconds.",
    )
    op.create_index(
        "ix_release_block_organisation", "release_block", ["organisation", "number"], unique=False, schema="service"
    )
    op.create_index(
        "ix_release_block_holding",
        "release_block",
        ["organisation", "holding_id", "number"],
        unique=False,
        schema="service",
    )
    op.create_index(
        "ix_release_block_open",
        "release_block",
        ["organisation", "holding_id"],
        unique=False,
        schema="service",
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("release_block", schema="service")
    op.drop_table("quality_document", schema="service")
    op.drop_table("quality_content", schema="service")
