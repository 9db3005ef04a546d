"""The table of the domain: what witnesses signed. Whoever loses it loses nothing that they do not have themselves."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer, LargeBinary, Table, text

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
    # Whether our own node had that hash when it was published.
    Column("agrees", Boolean, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    CheckConstraint("number >= 0", name="number_is_a_block"),
    Index("ix_checkpoint_witness", "witness", "published_at"),
    Index("ix_checkpoint_agreed", "number", postgresql_where=text("agrees")),
    comment="Blocks that witnesses vouch for; published_at is Unix seconds.",
)
