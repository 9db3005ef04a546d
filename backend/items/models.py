"""Tables of the domain: the item master."""

from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Integer, PrimaryKeyConstraint, Table, Text, text

from backend.db import SERVICE, one_of


class ItemClass(StrEnum):
    """How the law looks at an item."""

    ORDINARY = "ordinary"
    PRECURSOR = "precursor"
    """易制毒: a drug precursor; bought under a filing or a permit."""
    EXPLOSIVE_PRECURSOR = "explosive_precursor"
    """易制爆: can be made into explosives."""
    HIGHLY_TOXIC = "highly_toxic"
    """剧毒."""


ITEM = Table(
    "item",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    # UN/CEFACT Recommendation 20: the smallest unit this item is counted in, so that quantities are whole numbers.
    Column("unit", Text, nullable=False),
    Column("item_class", Text, nullable=False),
    # Whether what arrives is unusable until somebody other than the receiver has released it.
    Column("quarantine", Boolean, nullable=False, server_default=text("false")),
    # Whether it is performed, not delivered: its order line is accepted milestone by milestone.
    Column("service", Boolean, nullable=False, server_default=text("false")),
    Column("shelf_after_opening_days", Integer),
    Column("gtin", Text),
    Column("storage", Text),
    # What one unit holds, as chemical certificates count: so many grams (GRM) or millilitres (MLT).
    Column("content", BigInteger),
    Column("content_unit", Text),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "code"),
    one_of("item_class", ItemClass),
    CheckConstraint("(content IS NULL) = (content_unit IS NULL)", name="content_with_unit"),
    CheckConstraint("item_class = 'ordinary' OR content IS NOT NULL", name="regulated_with_content"),
    CheckConstraint("NOT (service AND (quarantine OR item_class <> 'ordinary'))", name="service_or_goods"),
    comment="What an organisation buys, stores and uses; changed_at in Unix seconds.",
)
