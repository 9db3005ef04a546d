"""The table of the domain: what witnesses signed. Whoever loses it loses nothing that they do not have themselves."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table

from backend.db import SERVICE

CHECKPOINT = Table(
    "checkpoint",
    SERVICE,
    # A witness may sign two hashes of one block, or two mirrors: that is what these rows are kept for.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, primary_key=True),
    Column("mirror", LargeBinary, primary_key=True),
    Column("witness", LargeBinary, primary_key=True),
    Column("organisation", Integer, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    CheckConstraint("number >= 0", name="number_is_a_block"),
    Index("ix_checkpoint_witness", "witness", "published_at"),
    comment="Blocks that witnesses vouch for; published_at is Unix seconds.",
)
