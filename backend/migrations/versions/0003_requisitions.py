"""Buying inside an organisation: items, suppliers, agreements, certificates, requests, orders."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chemical_certificate",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("item_class", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("allowed", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "item_class IN ('precursor', 'explosive_precursor', 'highly_toxic')",
            name=op.f("ck_chemical_certificate_item_class_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('filing', 'permit', 'use_statement')", name=op.f("ck_chemical_certificate_kind_known")
        ),
        sa.CheckConstraint(
            "reserved >= 0 AND spent >= 0 AND reserved + spent <= allowed",
            name=op.f("ck_chemical_certificate_not_overdrawn"),
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_chemical_certificate")),
        sa.UniqueConstraint("organisation", "number", name=op.f("uq_chemical_certificate_organisation_number")),
        schema="service",
        comment="Papers under which regulated chemicals are bought; times are Unix seconds.",
    )
    op.create_table(
        "item",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("item_class", sa.Text(), nullable=False),
        sa.Column("quarantine", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("service", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("shelf_after_opening_days", sa.Integer(), nullable=True),
        sa.Column("gtin", sa.Text(), nullable=True),
        sa.Column("storage", sa.Text(), nullable=True),
        sa.Column("content", sa.BigInteger(), nullable=True),
        sa.Column("content_unit", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "NOT (service AND (quarantine OR item_class <> 'ordinary'))", name=op.f("ck_item_service_or_goods")
        ),
        sa.CheckConstraint(
            "item_class = 'ordinary' OR content IS NOT NULL", name=op.f("ck_item_regulated_with_content")
        ),
        sa.CheckConstraint(
            "item_class IN ('ordinary', 'precursor', 'explosive_precursor', 'highly_toxic')",
            name=op.f("ck_item_item_class_known"),
        ),
        sa.CheckConstraint("(content IS NULL) = (content_unit IS NULL)", name=op.f("ck_item_content_with_unit")),
        sa.PrimaryKeyConstraint("organisation", "code", name=op.f("pk_item")),
        schema="service",
        comment="What an organisation buys, stores and uses; changed_at in Unix seconds.",
    )
    op.create_table(
        "certificate_entry",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(move = 'spent') = (id IS NOT NULL)", name=op.f("ck_certificate_entry_spent_once")),
        sa.CheckConstraint("move IN ('reserved', 'released', 'spent')", name=op.f("ck_certificate_entry_move_known")),
        sa.ForeignKeyConstraint(
            ["organisation", "certificate"],
            ["service.chemical_certificate.organisation", "service.chemical_certificate.id"],
            name=op.f("fk_certificate_entry_organisation_certificate"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_certificate_entry")),
        sa.UniqueConstraint("organisation", "id", name=op.f("uq_certificate_entry_organisation_id")),
        schema="service",
        comment="Every move of a certificate's quantity; times are Unix seconds.",
    )
    op.create_index(
        "ix_certificate_entry_certificate",
        "certificate_entry",
        ["organisation", "certificate", "number"],
        unique=False,
        schema="service",
    )
    op.create_table(
        "certificate_reservation",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.Column("content", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("reserved >= 0 AND spent >= 0", name=op.f("ck_certificate_reservation_not_negative")),
        sa.ForeignKeyConstraint(
            ["organisation", "certificate"],
            ["service.chemical_certificate.organisation", "service.chemical_certificate.id"],
            name=op.f("fk_certificate_reservation_organisation_certificate"),
        ),
        sa.PrimaryKeyConstraint("organisation", "request", "line", name=op.f("pk_certificate_reservation")),
        schema="service",
        comment="What of a certificate is set aside for a line, and what of that has come in.",
    )


def downgrade() -> None:
    op.drop_table("certificate_reservation", schema="service")
    op.drop_index("ix_certificate_entry_certificate", table_name="certificate_entry", schema="service")
    op.drop_table("certificate_entry", schema="service")
    op.drop_table("item", schema="service")
    op.drop_table("chemical_certificate", schema="service")
