"""Capture jobs: documents that wait to be signed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capture_job",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("behaviour", sa.Text(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("lapses_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("behaviour IN ('rollback', 'proceed')", name=op.f("ck_capture_job_behaviour_known")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_capture_job")),
        sa.UniqueConstraint("id", name=op.f("uq_capture_job_id")),
        schema="service",
        comment="Documents brought to be captured; times are Unix seconds.",
    )
    op.create_index("ix_capture_job_organisation", "capture_job", ["organisation", "number"], schema="service")
    op.create_index(
        "ix_capture_job_open",
        "capture_job",
        ["organisation", "number"],
        schema="service",
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index("ix_capture_job_finished_at", "capture_job", ["finished_at"], schema="service")
    op.create_table(
        "capture_job_event",
        sa.Column("job", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.LargeBinary(), nullable=False),
        sa.Column("earlier", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["job"], ["service.capture_job.number"], name=op.f("fk_capture_job_event_job"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job", "place", name=op.f("pk_capture_job_event")),
        schema="service",
        comment="The events of open capture jobs.",
    )
    op.create_table(
        "capture_job_part",
        sa.Column("job", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("ring_version", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "part IN ('document', 'report', 'verdicts', 'first_refused')", name=op.f("ck_capture_job_part_part_known")
        ),
        sa.ForeignKeyConstraint(
            ["job"], ["service.capture_job.number"], name=op.f("fk_capture_job_part_job"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job", "part", name=op.f("pk_capture_job_part")),
        schema="service",
        comment="What of capture jobs is confidential.",
    )
    op.create_index("ix_capture_job_part_ring_version", "capture_job_part", ["ring_version"], schema="service")


def downgrade() -> None:
    op.drop_table("capture_job_part", schema="service")
    op.drop_table("capture_job_event", schema="service")
    op.drop_table("capture_job", schema="service")
