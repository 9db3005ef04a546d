"""Buying inside an organisation: items, suppliers, agreements, certificates, requests, orders."""

# house rule: long because a migration spells every column out

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approval_rule",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("levels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('project', 'cost_centre')", name=op.f("ck_approval_rule_kind_known")),
        sa.PrimaryKeyConstraint("organisation", "kind", "code", name=op.f("pk_approval_rule")),
        schema="service",
        comment="Who approves what is charged to a cost centre or project; changed_at in Unix seconds.",
    )
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
        "deputy",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("deputy", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("person <> deputy", name=op.f("ck_deputy_two_people")),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_deputy_valid_for_a_while")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_deputy")),
        sa.UniqueConstraint("number", name=op.f("uq_deputy_number")),
        schema="service",
        comment="Who acts for whom, from when until when; times are Unix seconds.",
    )
    op.create_index("ix_deputy_deputy", "deputy", ["organisation", "deputy"], unique=False, schema="service")
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
        "order_preparation",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("skipped", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_order_preparation")),
        schema="service",
        comment="What was prepared at once, to be signed at once.",
    )
    op.create_table(
        "purchase_request",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('submitted', 'approved', 'rejected', 'withdrawn', 'ordered', 'cancelled')",
            name=op.f("ck_purchase_request_state_known"),
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_purchase_request")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_request_number")),
        schema="service",
        comment="What people ask to be bought; times are Unix seconds.",
    )
    op.create_index(
        "ix_purchase_request_state",
        "purchase_request",
        ["organisation", "state", "number"],
        unique=False,
        schema="service",
    )
    op.create_table(
        "supplier",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status IN ('candidate', 'approved', 'suspended')", name=op.f("ck_supplier_status_known")),
        sa.CheckConstraint("member <> 0 OR credit_code IS NOT NULL", name=op.f("ck_supplier_known_by_something")),
        sa.PrimaryKeyConstraint("organisation", "code", name=op.f("pk_supplier")),
        sa.UniqueConstraint("organisation", "credit_code", name=op.f("uq_supplier_organisation_credit_code")),
        schema="service",
        comment="Whom an organisation may buy from; changed_at in Unix seconds.",
    )
    op.create_index(
        "uq_supplier_member",
        "supplier",
        ["organisation", "member"],
        unique=True,
        schema="service",
        postgresql_where=sa.text("member <> 0"),
    )
    op.create_table(
        "agreement",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "supplier"],
            ["service.supplier.organisation", "service.supplier.code"],
            name=op.f("fk_agreement_organisation_supplier"),
        ),
        sa.PrimaryKeyConstraint("organisation", "code", name=op.f("pk_agreement")),
        schema="service",
        comment="Framework agreements, each with one supplier.",
    )
    op.create_index("ix_agreement_supplier", "agreement", ["organisation", "supplier"], unique=False, schema="service")
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
    op.create_table(
        "purchase_order",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("preparation", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("action", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("action_hash", sa.LargeBinary(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("prepared_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('prepared', 'placed', 'dropped')", name=op.f("ck_purchase_order_state_known")),
        sa.CheckConstraint("(member = 0) = (action_hash IS NULL)", name=op.f("ck_purchase_order_document_or_record")),
        sa.ForeignKeyConstraint(
            ["organisation", "preparation"],
            ["service.order_preparation.organisation", "service.order_preparation.id"],
            name=op.f("fk_purchase_order_organisation_preparation"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "supplier"],
            ["service.supplier.organisation", "service.supplier.code"],
            name=op.f("fk_purchase_order_organisation_supplier"),
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_order_number")),
        sa.UniqueConstraint("organisation", "action_hash", name=op.f("uq_purchase_order_organisation_action_hash")),
        sa.UniqueConstraint("organisation", "name", name=op.f("uq_purchase_order_organisation_name")),
        schema="service",
        comment="Orders of approved requests; money in CNY 0.01, times in Unix seconds.",
    )
    op.create_index(
        "ix_purchase_order_prepared",
        "purchase_order",
        ["action_hash"],
        unique=False,
        schema="service",
        postgresql_where=sa.text("state = 'prepared'"),
    )
    op.create_table(
        "purchase_request_approval",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_purchase_request_approval_decided_at_a_time")
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "request"],
            ["service.purchase_request.organisation", "service.purchase_request.id"],
            name=op.f("fk_purchase_request_approval_organisation_request"),
        ),
        sa.PrimaryKeyConstraint("organisation", "request", "approver", name=op.f("pk_purchase_request_approval")),
        schema="service",
        comment="The approvals a request needs, and those it has; times are Unix seconds.",
    )
    op.create_index(
        "ix_purchase_request_approval_open",
        "purchase_request_approval",
        ["organisation", "approver"],
        unique=False,
        schema="service",
        postgresql_where=sa.text("decided_by IS NULL"),
    )
    op.create_table(
        "purchase_request_change",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("acting_for", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "act IN ('submit', 'approve', 'reject', 'withdraw', 'order', 'cancel')",
            name=op.f("ck_purchase_request_change_act_known"),
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'approved', 'rejected', 'withdrawn', 'ordered', 'cancelled')",
            name=op.f("ck_purchase_request_change_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "request"],
            ["service.purchase_request.organisation", "service.purchase_request.id"],
            name=op.f("fk_purchase_request_change_organisation_request"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_purchase_request_change")),
        schema="service",
        comment="Everything that was done to a request; times are Unix seconds.",
    )
    op.create_index(
        "ix_purchase_request_change_request",
        "purchase_request_change",
        ["organisation", "request", "number"],
        unique=False,
        schema="service",
    )
    op.create_table(
        "purchase_request_line",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("agreed_fen", sa.BigInteger(), nullable=True),
        sa.Column("agreement", sa.Text(), nullable=True),
        sa.Column("agreement_version", sa.Integer(), nullable=True),
        sa.Column("deviation_reason", sa.Text(), nullable=True),
        sa.Column("cost_kind", sa.Text(), nullable=False),
        sa.Column("cost_code", sa.Text(), nullable=False),
        sa.Column("needed_by", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "cost_kind IN ('project', 'cost_centre')", name=op.f("ck_purchase_request_line_cost_kind_known")
        ),
        sa.CheckConstraint(
            "(order_id IS NULL) = (place IS NULL)", name=op.f("ck_purchase_request_line_place_in_order")
        ),
        sa.CheckConstraint(
            "agreed_fen IS NULL OR agreed_fen = price_fen OR deviation_reason IS NOT NULL",
            name=op.f("ck_purchase_request_line_deviates_with_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "item"],
            ["service.item.organisation", "service.item.code"],
            name=op.f("fk_purchase_request_line_organisation_item"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "request"],
            ["service.purchase_request.organisation", "service.purchase_request.id"],
            name=op.f("fk_purchase_request_line_organisation_request"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "supplier"],
            ["service.supplier.organisation", "service.supplier.code"],
            name=op.f("fk_purchase_request_line_organisation_supplier"),
        ),
        sa.PrimaryKeyConstraint("organisation", "request", "line", name=op.f("pk_purchase_request_line")),
        sa.UniqueConstraint(
            "organisation", "order_id", "place", name=op.f("uq_purchase_request_line_organisation_order_id_place")
        ),
        schema="service",
        comment="The lines of requests; quantities in the item's unit, money in CNY 0.01, times in Unix seconds.",
    )
    op.create_table(
        "supplier_licence",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "supplier"],
            ["service.supplier.organisation", "service.supplier.code"],
            name=op.f("fk_supplier_licence_organisation_supplier"),
        ),
        sa.PrimaryKeyConstraint("organisation", "supplier", "kind", "number", name=op.f("pk_supplier_licence")),
        schema="service",
        comment="Papers a supplier supplies under; valid_until in Unix seconds.",
    )
    op.create_table(
        "agreement_version",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_agreement_version_valid_for_a_while")),
        sa.ForeignKeyConstraint(
            ["organisation", "agreement"],
            ["service.agreement.organisation", "service.agreement.code"],
            name=op.f("fk_agreement_version_organisation_agreement"),
        ),
        sa.PrimaryKeyConstraint("organisation", "agreement", "version", name=op.f("pk_agreement_version")),
        schema="service",
        comment="Published price lists, never changed; times are Unix seconds.",
    )
    op.create_table(
        "agreement_price",
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("min_quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "agreement", "version"],
            [
                "service.agreement_version.organisation",
                "service.agreement_version.agreement",
                "service.agreement_version.version",
            ],
            name=op.f("fk_agreement_price_organisation_agreement_version"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "item"],
            ["service.item.organisation", "service.item.code"],
            name=op.f("fk_agreement_price_organisation_item"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation", "agreement", "version", "item", "min_quantity", name=op.f("pk_agreement_price")
        ),
        schema="service",
        comment="Prices of one unit of an item, in CNY 0.01.",
    )


def downgrade() -> None:
    op.drop_table("agreement_price", schema="service")
    op.drop_table("agreement_version", schema="service")
    op.drop_table("supplier_licence", schema="service")
    op.drop_table("purchase_request_line", schema="service")
    op.drop_index("ix_purchase_request_change_request", table_name="purchase_request_change", schema="service")
    op.drop_table("purchase_request_change", schema="service")
    op.drop_index(
        "ix_purchase_request_approval_open",
        table_name="purchase_request_approval",
        schema="service",
        postgresql_where=sa.text("decided_by IS NULL"),
    )
    op.drop_table("purchase_request_approval", schema="service")
    op.drop_index(
        "ix_purchase_order_prepared",
        table_name="purchase_order",
        schema="service",
        postgresql_where=sa.text("state = 'prepared'"),
    )
    op.drop_table("purchase_order", schema="service")
    op.drop_table("certificate_reservation", schema="service")
    op.drop_index("ix_certificate_entry_certificate", table_name="certificate_entry", schema="service")
    op.drop_table("certificate_entry", schema="service")
    op.drop_index("ix_agreement_supplier", table_name="agreement", schema="service")
    op.drop_table("agreement", schema="service")
    op.drop_index(
        "uq_supplier_member", table_name="supplier", schema="service", postgresql_where=sa.text("member <> 0")
    )
    op.drop_table("supplier", schema="service")
    op.drop_index("ix_purchase_request_state", table_name="purchase_request", schema="service")
    op.drop_table("purchase_request", schema="service")
    op.drop_table("order_preparation", schema="service")
    op.drop_table("item", schema="service")
    op.drop_index("ix_deputy_deputy", table_name="deputy", schema="service")
    op.drop_table("deputy", schema="service")
    op.drop_table("chemical_certificate", schema="service")
    op.drop_table("approval_rule", schema="service")
