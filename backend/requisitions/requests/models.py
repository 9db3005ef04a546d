"""Tables of the domain: purchase requests, their lines, who has to approve them, and what was done to them."""

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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from backend.db import SERVICE, one_of
from backend.items.models import ITEM
from backend.requisitions.suppliers.models import SUPPLIER
from backend.stock.models import CostObjectKind


class State(StrEnum):
    """Where a request is. submitted -> approved -> ordered; submitted -> rejected; submitted, approved -> withdrawn;
    approved, ordered -> cancelled."""

    SUBMITTED = "submitted"
    """Waits for approvals; its lines never change from here on."""
    APPROVED = "approved"
    """Everybody needed has approved, and what its regulated lines take of certificates is reserved."""
    REJECTED = "rejected"
    """One of those who had to approve would not."""
    WITHDRAWN = "withdrawn"
    """Its requester took it back before it was ordered."""
    ORDERED = "ordered"
    """Every line stands in an order that has been placed."""
    CANCELLED = "cancelled"
    """Purchasing gave it up after it was approved."""


class Act(StrEnum):
    """What somebody did to a request."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    ORDER = "order"
    CANCEL = "cancel"


REQUEST = Table(
    "purchase_request",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("id", Uuid, nullable=False),
    # The order of submission.
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("requester", Text, nullable=False),
    Column("note", Text),
    Column("total_fen", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    # Of all that was asked for, so that asking again is told from asking for something else.
    Column("content_hash", LargeBinary, nullable=False),
    Column("submitted_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "id"),
    UniqueConstraint("number"),
    one_of("state", State),
    Index("ix_purchase_request_state", "organisation", "state", "number"),
    comment="What people ask to be bought; times are Unix seconds.",
)

REQUEST_LINE = Table(
    "purchase_request_line",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("request", Uuid, nullable=False),
    Column("line", SmallInteger, nullable=False),
    Column("item", Text, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("price_fen", BigInteger, nullable=False),
    # The price in force when it was submitted, and where it is written; null if there was none.
    Column("agreed_fen", BigInteger),
    Column("agreement", Text),
    Column("agreement_version", Integer),
    Column("deviation_reason", Text),
    Column("cost_kind", Text, nullable=False),
    Column("cost_code", Text, nullable=False),
    Column("needed_by", BigInteger, nullable=False),
    # The order it stands in, from the moment that order is prepared, and its place there.
    Column("order_id", Uuid),
    Column("place", SmallInteger),
    PrimaryKeyConstraint("organisation", "request", "line"),
    ForeignKeyConstraint(["organisation", "request"], [REQUEST.c.organisation, REQUEST.c.id]),
    ForeignKeyConstraint(["organisation", "item"], [ITEM.c.organisation, ITEM.c.code]),
    ForeignKeyConstraint(["organisation", "supplier"], [SUPPLIER.c.organisation, SUPPLIER.c.code]),
    UniqueConstraint("organisation", "order_id", "place"),
    one_of("cost_kind", CostObjectKind),
    CheckConstraint("(order_id IS NULL) = (place IS NULL)", name="place_in_order"),
    CheckConstraint(
        "agreed_fen IS NULL OR agreed_fen = price_fen OR deviation_reason IS NOT NULL", name="deviates_with_reason"
    ),
    comment="The lines of requests; quantities in the item's unit, money in CNY 0.01, times in Unix seconds.",
)

APPROVAL = Table(
    "purchase_request_approval",
    SERVICE,
    Column("organisation", Integer, nullable=False),
    Column("request", Uuid, nullable=False),
    # Who has to approve, by the rules in force when it was submitted.
    Column("approver", Text, nullable=False),
    # Who did: the approver, or a deputy.
    Column("decided_by", Text),
    Column("decided_at", BigInteger),
    PrimaryKeyConstraint("organisation", "request", "approver"),
    ForeignKeyConstraint(["organisation", "request"], [REQUEST.c.organisation, REQUEST.c.id]),
    CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_at_a_time"),
    Index("ix_purchase_request_approval_open", "organisation", "approver", postgresql_where=text("decided_by IS NULL")),
    comment="The approvals a request needs, and those it has; times are Unix seconds.",
)

CHANGE = Table(
    "purchase_request_change",
    SERVICE,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("organisation", Integer, nullable=False),
    Column("request", Uuid, nullable=False),
    Column("act", Text, nullable=False),
    # The state it led to.
    Column("state", Text, nullable=False),
    # Null where nobody did it: the order appeared on the chain.
    Column("person", Text),
    # Whom a deputy acted for.
    Column("acting_for", Text),
    Column("reason", Text),
    Column("at", BigInteger, nullable=False),
    ForeignKeyConstraint(["organisation", "request"], [REQUEST.c.organisation, REQUEST.c.id]),
    one_of("act", Act),
    one_of("state", State),
    Index("ix_purchase_request_change_request", "organisation", "request", "number"),
    comment="Everything that was done to a request; times are Unix seconds.",
)
