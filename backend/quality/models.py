"""Tables of the domain: documents that came with goods, and what they say against releasing those."""

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
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from backend.db import SERVICE, one_of
from backend.quality.findings import Cause


class DocumentKind(StrEnum):
    """What a document is."""

    CERTIFICATE = "certificate"
    LOGGER_FILE = "logger_file"


CONTENT = Table(
    "quality_content",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    # The name of a document is its hash: what came twice is kept once.
    Column("sha256", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation", "sha256"),
    comment="Certificates and logger files, byte for byte.",
)

DOCUMENT = Table(
    "quality_document",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    # Chosen by the client, so that a request repeated attaches nothing twice.
    Column("id", Uuid, nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("asked_hash", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("holding_id", LargeBinary, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    # What we read out of it.
    Column("summary", JSONB, nullable=False),
    Column("imported_at", BigInteger, nullable=False),
    # Null for a machine.
    Column("imported_by", Text),
    PrimaryKeyConstraint("organisation", "id"),
    ForeignKeyConstraint(["organisation", "sha256"], [CONTENT.c.organisation, CONTENT.c.sha256]),
    one_of("kind", DocumentKind),
    Index("ix_quality_document_organisation", "organisation", "number"),
    Index("ix_quality_document_holding", "organisation", "holding_id", "number"),
    comment="Documents attached to holdings; times are Unix seconds.",
)

BLOCK = Table(
    "release_block",
    SERVICE,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("organisation", Integer, nullable=False),
    Column("holding_id", LargeBinary, nullable=False),
    Column("cause", Text, nullable=False),
    Column("params", JSONB, nullable=False),
    Column("document", Uuid, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("closed_by", Text),
    Column("reason", Text),
    ForeignKeyConstraint(["organisation", "document"], [DOCUMENT.c.organisation, DOCUMENT.c.id]),
    one_of("cause", Cause),
    CheckConstraint("num_nulls(closed_at, closed_by, reason) IN (0, 3)", name="closed_by_somebody_for_a_reason"),
    Index("ix_release_block_organisation", "organisation", "number"),
    Index("ix_release_block_holding", "organisation", "holding_id", "number"),
    Index(
        "ix_release_block_open",
        "organisation",
        "holding_id",
        postgresql_where=text("closed_at IS NULL"),
    ),
    comment="Findings that block a release until another person closes them; times are Unix seconds.",
)
