"""Tables of the domain: certificates, what is reserved on them, and every move of their quantities.

allowed = remaining + reserved + spent. The entries are the truth of a certificate's history; the balances stand on its
row, so that the row's own check keeps anybody from overdrawing it, whatever runs at once.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from backend.db import SERVICE, one_of
from backend.items.models import ItemClass


class CertificateKind(StrEnum):
    """The paper."""

    FILING = "filing"
    """购买备案证明, of the county's public security."""
    PERMIT = "permit"
    """购买许可证, of the county's public security or the province's drug administration."""
    USE_STATEMENT = "use_statement"
    """合法用途说明, by which a unit without a licence buys explosive precursors."""


# Regulation on precursor chemicals (State Council 445), art. 14-17: permit for class 1, filing for classes 2 and 3.
# Regulation on hazardous chemicals (State Council 591), art. 38-40: permit for highly toxic ones; licence or statement
# of use for those that explosives can be made of.
ACCEPTED_KINDS: Mapping[ItemClass, tuple[CertificateKind, ...]] = MappingProxyType(
    {
        ItemClass.PRECURSOR: (CertificateKind.FILING, CertificateKind.PERMIT),
        ItemClass.EXPLOSIVE_PRECURSOR: (CertificateKind.PERMIT, CertificateKind.USE_STATEMENT),
        ItemClass.HIGHLY_TOXIC: (CertificateKind.PERMIT,),
    }
)


class Move(StrEnum):
    """What happened to a quantity of a certificate."""

    RESERVED = "reserved"
    RELEASED = "released"
    SPENT = "spent"


CERTIFICATE = Table(
    "chemical_certificate",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    # As printed on the paper.
    Column("number", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("item_class", Text, nullable=False),
    # Null where the paper covers every item of the class.
    Column("item", Text),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    # GRM or MLT; all quantities below are in it.
    Column("unit", Text, nullable=False),
    Column("allowed", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False, server_default=text("0")),
    Column("spent", BigInteger, nullable=False, server_default=text("0")),
    # Set when nothing more may be bought under it; what is reserved may still come in.
    Column("withdrawn_at", BigInteger),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "id"),
    UniqueConstraint("organisation", "number"),
    one_of("kind", CertificateKind),
    one_of("item_class", ACCEPTED_KINDS),
    CheckConstraint("reserved >= 0 AND spent >= 0 AND reserved + spent <= allowed", name="not_overdrawn"),
    comment="Papers under which regulated chemicals are bought; times are Unix seconds.",
)

RESERVATION = Table(
    "certificate_reservation",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    # What it is for: a line of a purchase request.
    Column("request", Uuid, nullable=False),
    Column("line", SmallInteger, nullable=False),
    Column("certificate", Uuid, nullable=False),
    # What one unit of the item holds, in the certificate's unit.
    Column("content", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("organisation", "request", "line"),
    ForeignKeyConstraint(["organisation", "certificate"], [CERTIFICATE.c.organisation, CERTIFICATE.c.id]),
    CheckConstraint("reserved >= 0 AND spent >= 0", name="not_negative"),
    comment="What of a certificate is set aside for a line, and what of that has come in.",
)

ENTRY = Table(
    "certificate_entry",
    SERVICE,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("organisation", Integer, nullable=False),
    Column("certificate", Uuid, nullable=False),
    Column("request", Uuid, nullable=False),
    Column("line", SmallInteger, nullable=False),
    Column("move", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    # Who did what moved it.
    Column("person", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    # Of a spending: the name its client gave it, so that it counts once.
    Column("id", Uuid),
    ForeignKeyConstraint(["organisation", "certificate"], [CERTIFICATE.c.organisation, CERTIFICATE.c.id]),
    one_of("move", Move),
    CheckConstraint("(move = 'spent') = (id IS NOT NULL)", name="spent_once"),
    Index("ix_certificate_entry_certificate", "organisation", "certificate", "number"),
    UniqueConstraint("organisation", "id"),
    comment="Every move of a certificate's quantity; times are Unix seconds.",
)
