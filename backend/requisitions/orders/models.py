"""Tables of the domain: orders on their way from prepared to placed.

Which lines an order has stands in the lines themselves (requests/models.py), so that no line is ordered twice.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from backend.db import SERVICE, one_of
from backend.requisitions.suppliers.models import SUPPLIER


class OrderState(StrEnum):
    """Where an order is. prepared -> placed | dropped; dropped -> placed, if it was signed after all."""

    PREPARED = "prepared"
    """Handed out to be signed; its lines stand in no other order."""
    PLACED = "placed"
    """Final on the chain, or a document for a supplier that is not on the platform."""
    DROPPED = "dropped"
    """Given up before it was signed; its lines are free again."""


PREPARATION = Table(
    "order_preparation",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("id", Uuid, nullable=False),
    # Of all that was asked for, so that asking again is told from asking for something else.
    Column("content_hash", LargeBinary, nullable=False),
    # Lines that were left out, and why: as they were answered.
    Column("skipped", JSONB, nullable=False),
    PrimaryKeyConstraint("organisation", "id"),
    comment="What was prepared at once, to be signed at once.",
)

ORDER = Table(
    "purchase_order",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("id", Uuid, nullable=False),
    # The order of preparing.
    Column("number", BigInteger, Identity(always=True), nullable=False),
    # Null for an order that was signed without having been prepared here.
    Column("preparation", Uuid),
    # What the parties call it; the ledger has its salted hash.
    Column("name", Text),
    Column("supplier", Text, nullable=False),
    # The supplier's number on the platform; 0: the order is a document and no record, and its receipt is one-sided.
    Column("member", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    # IssueOrder as JSON, and its hash; null for a document.
    Column("action", JSONB),
    Column("action_hash", LargeBinary),
    # Fields and event key of the details, as a client passes them on with the signed batch.
    Column("details", JSONB),
    Column("prepared_by", Text, nullable=False),
    Column("prepared_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "id"),
    ForeignKeyConstraint(["organisation", "preparation"], [PREPARATION.c.organisation, PREPARATION.c.id]),
    ForeignKeyConstraint(["organisation", "supplier"], [SUPPLIER.c.organisation, SUPPLIER.c.code]),
    UniqueConstraint("number"),
    UniqueConstraint("organisation", "name"),
    UniqueConstraint("organisation", "action_hash"),
    one_of("state", OrderState),
    CheckConstraint("(member = 0) = (action_hash IS NULL)", name="document_or_record"),
    Index("ix_purchase_order_prepared", "action_hash", postgresql_where=text("state = 'prepared'")),
    comment="Orders of approved requests; money in CNY 0.01, times in Unix seconds.",
)
