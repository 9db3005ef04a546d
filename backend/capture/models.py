"""Tables of the domain: which events an organisation has captured."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

from backend.db import SERVICE

CAPTURED_EVENT = Table(
    "captured_event",
    SERVICE,
    Column("organisation", Integer, primary_key=True, autoincrement=False),
    # The 32 bytes of the event's canonical hash (CBV 2.0), which says nothing about it.
    Column("hash", LargeBinary, primary_key=True),
    # SHA-256 of the error declaration, which the canonical hash leaves out; empty if it has none.
    Column("error", LargeBinary, primary_key=True),
    Column("action_hash", LargeBinary, nullable=False),
    Column("captured_at", BigInteger, nullable=False),
    Index("ix_captured_event_action_hash", "action_hash"),
    comment="Events captured, by what they say and not by what they are called; times are Unix seconds.",
)
