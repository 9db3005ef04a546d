"""Tables of the domain: agreements, their published versions, the prices in them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from backend.db import SERVICE
from backend.items.models import ITEM
from backend.requisitions.suppliers.models import SUPPLIER

AGREEMENT = Table(
    "agreement",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("supplier", Text, nullable=False),
    PrimaryKeyConstraint("organisation", "code"),
    ForeignKeyConstraint(["organisation", "supplier"], [SUPPLIER.c.organisation, SUPPLIER.c.code]),
    Index("ix_agreement_supplier", "organisation", "supplier"),
    comment="Framework agreements, each with one supplier.",
)

AGREEMENT_VERSION = Table(
    "agreement_version",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("agreement", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    # Of all that was published, so that publishing the same again is told from changing it.
    Column("content_hash", LargeBinary, nullable=False),
    # Null for a machine.
    Column("published_by", Text),
    Column("published_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "agreement", "version"),
    ForeignKeyConstraint(["organisation", "agreement"], [AGREEMENT.c.organisation, AGREEMENT.c.code]),
    CheckConstraint("valid_from < valid_until", name="valid_for_a_while"),
    comment="Published price lists, never changed; times are Unix seconds.",
)

AGREEMENT_PRICE = Table(
    "agreement_price",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("agreement", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("item", Text, nullable=False),
    # From this quantity on, in the item's unit.
    Column("min_quantity", BigInteger, nullable=False),
    Column("price_fen", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "agreement", "version", "item", "min_quantity"),
    ForeignKeyConstraint(
        ["organisation", "agreement", "version"],
        [AGREEMENT_VERSION.c.organisation, AGREEMENT_VERSION.c.agreement, AGREEMENT_VERSION.c.version],
    ),
    ForeignKeyConstraint(["organisation", "item"], [ITEM.c.organisation, ITEM.c.code]),
    comment="Prices of one unit of an item, in CNY 0.01.",
)
