"""Tables of the domain: the levels of approval, and who stands in for whom."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from backend.db import SERVICE, one_of
from backend.stock.models import CostObjectKind

APPROVAL_RULE = Table(
    "approval_rule",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    # [{"up_to_fen": ..., "approver": ...}, ...], always read and written as one; see approval/levels.py.
    Column("levels", JSONB, nullable=False),
    # Null for a machine.
    Column("changed_by", Text),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "kind", "code"),
    one_of("kind", CostObjectKind),
    comment="Who approves what is charged to a cost centre or project; changed_at in Unix seconds.",
)

DEPUTY = Table(
    "deputy",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("id", Uuid, nullable=False),
    # The order of granting.
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("person", Text, nullable=False),
    Column("deputy", Text, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    # Of all that was asked for, so that asking again is told from asking for something else.
    Column("content_hash", LargeBinary, nullable=False),
    Column("ended_at", BigInteger),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "id"),
    UniqueConstraint("number"),
    CheckConstraint("person <> deputy", name="two_people"),
    CheckConstraint("valid_from < valid_until", name="valid_for_a_while"),
    Index("ix_deputy_deputy", "organisation", "deputy"),
    comment="Who acts for whom, from when until when; times are Unix seconds.",
)
