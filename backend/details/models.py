"""Tables of the domain: sealed details, and who may read them.

They exist nowhere else: whoever loses them loses what the roots on chain commit to, unless a party presents them again.
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
    SmallInteger,
    Table,
    Text,
)

from backend.db import SERVICE


class State(StrEnum):
    """Where the details behind a root are."""

    HELD = "held"
    MISSING = "missing"
    """Nobody has presented them, or we lost them: there is no row."""
    SHREDDED = "shredded"
    """Their keys were destroyed; the root and everything else on chain stand."""


DETAILS = Table(
    "details",
    SERVICE,
    Column("root", LargeBinary, primary_key=True),
    Column("schema", BigInteger, nullable=False),
    # AES-256-GCM under a key of its own: nonce, then ciphertext with its tag. Null once shredded.
    Column("sealed", LargeBinary),
    Column("kept_at", BigInteger, nullable=False),
    Column("shredded_at", BigInteger),
    Column("shredded_by", Text),
    CheckConstraint("(sealed IS NULL) = (shredded_at IS NOT NULL)", name="sealed_or_shredded"),
    comment="The confidential fields behind roots, each sealed under a key of its own; times are Unix seconds.",
)

DETAILS_READER = Table(
    "details_reader",
    SERVICE,
    Column("root", LargeBinary, primary_key=True),
    Column("organisation", Integer, primary_key=True),
    # The record's key, wrapped for this organisation under a version of the ring: nonce, ciphertext, tag.
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("ring_version", SmallInteger, nullable=False),
    Column("granted_at", BigInteger, nullable=False),
    ForeignKeyConstraint(["root"], [DETAILS.c.root]),
    Index("ix_details_reader_organisation", "organisation"),
    Index("ix_details_reader_ring_version", "ring_version"),
    comment="Who may read which details; times are Unix seconds.",
)

DETAILS_CHANGE = Table(
    "details_change",
    SERVICE,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("root", LargeBinary, nullable=False),
    comment="Roots whose details came late, went, or were opened to others: the books take each from here.",
)
