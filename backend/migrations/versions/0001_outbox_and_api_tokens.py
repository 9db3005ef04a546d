"""Outbox and API tokens."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("rights", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
        schema="service",
        comment="Bearer tokens of machines; times are Unix seconds.",
    )
    op.create_index(op.f("ix_api_token_organisation"), "api_token", ["organisation"], unique=False, schema="service")
    op.create_table(
        "submission",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("signer", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.Numeric(precision=78, scale=0), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.SmallInteger(), nullable=False),
        sa.Column("calldata", sa.LargeBinary(), nullable=False),
        sa.Column("gas_estimate", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_params", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(state = 'refused') = (reason IS NOT NULL)", name=op.f("ck_submission_refused_with_reason")
        ),
        sa.CheckConstraint(
            "state IN ('accepted', 'relayed', 'mined', 'mirrored', 'refused')", name=op.f("ck_submission_state_known")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_submission")),
        sa.UniqueConstraint("number", name=op.f("uq_submission_number")),
        schema="service",
        comment="Batches accepted from clients; times are Unix seconds.",
    )
    op.create_index(
        "ix_submission_open",
        "submission",
        ["number"],
        unique=False,
        schema="service",
        postgresql_where=sa.text("state IN ('accepted', 'relayed', 'mined')"),
    )
    op.create_index(op.f("ix_submission_organisation"), "submission", ["organisation"], unique=False, schema="service")
    op.create_index(op.f("ix_submission_submitted_by"), "submission", ["submitted_by"], unique=False, schema="service")
    op.create_index(
        "uq_submission_signer_nonce",
        "submission",
        ["contract", "signer", "nonce"],
        unique=True,
        schema="service",
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_table(
        "relayed_transaction",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("account_nonce", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("gas_limit", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("block_hash", sa.LargeBinary(), nullable=True),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'mined', 'reverted', 'spent', 'replaced')",
            name=op.f("ck_relayed_transaction_state_known"),
        ),
        sa.ForeignKeyConstraint(["digest"], ["service.submission.digest"], name=op.f("fk_relayed_transaction_digest")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_relayed_transaction")),
        sa.UniqueConstraint("account", "account_nonce", name=op.f("uq_relayed_transaction_account_account_nonce")),
        schema="service",
        comment="Signed transactions, kept before they are sent; times are Unix seconds.",
    )
    op.create_index(
        op.f("ix_relayed_transaction_digest"), "relayed_transaction", ["digest"], unique=False, schema="service"
    )
    op.create_index(
        "ix_relayed_transaction_mined",
        "relayed_transaction",
        ["block_number"],
        unique=False,
        schema="service",
        postgresql_where=sa.text("state = 'mined'"),
    )
    op.create_index(
        "ix_relayed_transaction_unsettled",
        "relayed_transaction",
        ["account_nonce"],
        unique=False,
        schema="service",
        postgresql_where=sa.text("state IN ('open', 'reverted')"),
    )
    op.create_table(
        "submission_change",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "transaction",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["service.submission.digest"], name=op.f("fk_submission_change_digest")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_submission_change")),
        schema="service",
        comment="Every change of a submission's state, for followers.",
    )
    op.create_index(
        "ix_submission_change_transaction",
        "submission_change",
        ["transaction", "number"],
        unique=False,
        schema="service",
    )
    op.create_table(
        "submission_item",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("action_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["digest"], ["service.submission.digest"], name=op.f("fk_submission_item_digest")),
        sa.PrimaryKeyConstraint("digest", "index", name=op.f("pk_submission_item")),
        schema="service",
        comment="The actions of a submission, in order.",
    )


def downgrade() -> None:
    op.drop_table("submission_item", schema="service")
    op.drop_index("ix_submission_change_transaction", table_name="submission_change", schema="service")
    op.drop_table("submission_change", schema="service")
    op.drop_index(
        "ix_relayed_transaction_unsettled",
        table_name="relayed_transaction",
        schema="service",
        postgresql_where=sa.text("state IN ('open', 'reverted')"),
    )
    op.drop_index(
        "ix_relayed_transaction_mined",
        table_name="relayed_transaction",
        schema="service",
        postgresql_where=sa.text("state = 'mined'"),
    )
    op.drop_index(op.f("ix_relayed_transaction_digest"), table_name="relayed_transaction", schema="service")
    op.drop_table("relayed_transaction", schema="service")
    op.drop_index(
        "uq_submission_signer_nonce",
        table_name="submission",
        schema="service",
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.drop_index(op.f("ix_submission_submitted_by"), table_name="submission", schema="service")
    op.drop_index(op.f("ix_submission_organisation"), table_name="submission", schema="service")
    op.drop_index(
        "ix_submission_open",
        table_name="submission",
        schema="service",
        postgresql_where=sa.text("state IN ('accepted', 'relayed', 'mined')"),
    )
    op.drop_table("submission", schema="service")
    op.drop_index(op.f("ix_api_token_organisation"), table_name="api_token", schema="service")
    op.drop_table("api_token", schema="service")
