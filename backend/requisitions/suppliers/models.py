"""Tables of the domain: suppliers as an organisation knows them, and their licences."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from backend.db import SERVICE, one_of


class Approval(StrEnum):
    """Whether an organisation buys from a supplier."""

    CANDIDATE = "candidate"
    APPROVED = "approved"
    SUSPENDED = "suspended"


SUPPLIER = Table(
    "supplier",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("code", Text, nullable=False),
    # Its number on the platform; 0 for one that is not on it, known by its credit code alone.
    Column("member", Integer, nullable=False),
    Column("name", Text, nullable=False),
    # 统一社会信用代码
    Column("credit_code", Text),
    Column("status", Text, nullable=False),
    # Who of the organisation said so last; null for a machine.
    Column("changed_by", Text),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "code"),
    UniqueConstraint("organisation", "credit_code"),
    Index("uq_supplier_member", "organisation", "member", unique=True, postgresql_where=text("member <> 0")),
    one_of("status", Approval),
    CheckConstraint("member <> 0 OR credit_code IS NOT NULL", name="known_by_something"),
    comment="Whom an organisation may buy from; changed_at in Unix seconds.",
)

LICENCE = Table(
    "supplier_licence",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "supplier", "kind", "number"),
    ForeignKeyConstraint(["organisation", "supplier"], [SUPPLIER.c.organisation, SUPPLIER.c.code]),
    comment="Papers a supplier supplies under; valid_until in Unix seconds.",
)
