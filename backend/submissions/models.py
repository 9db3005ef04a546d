"""Tables of the domain: the outbox.

A submission is the business row and the outbox row in one. Its id is the EIP-712 digest of its batch, so the same
batch twice is the same submission. A relayed transaction is kept with its raw bytes before it is sent for the first
time, and is never given up while the account's nonce it holds is open: a gap would stop every later one.
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
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from backend.db import SERVICE, one_of


class State(StrEnum):
    """Where a submission is. accepted -> relayed -> mined -> mirrored; any but the last -> refused."""

    ACCEPTED = "accepted"
    """In the outbox, and ours to bring on chain."""
    RELAYED = "relayed"
    """A transaction for it is signed and kept; it is being sent until it is mined."""
    MINED = "mined"
    """In a block that a reorganisation may still take back."""
    MIRRORED = "mirrored"
    """Final on chain and in the mirror."""
    REFUSED = "refused"
    """Not on chain; `reason` says why. The same batch may be submitted again."""


OPEN_STATES = (State.ACCEPTED, State.RELAYED, State.MINED)


class TransactionState(StrEnum):
    """Where a relayed transaction is. open -> mined | reverted (and back, after a reorganisation); reverted -> spent;
    open -> replaced."""

    OPEN = "open"
    """Kept, and sent again until it is mined."""
    MINED = "mined"
    REVERTED = "reverted"
    """In a block, but without effect; looked into once the block is final."""
    SPENT = "spent"
    """Reverted for good: its submission was refused or waits for another transaction."""
    REPLACED = "replaced"
    """Another transaction of the same account took its nonce for good."""


SUBMISSION = Table(
    "submission",
    SERVICE,
    Column("digest", LargeBinary, primary_key=True),
    # The order of acceptance, which is the order of relaying: a batch may build on the one before it.
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("contract", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("signer", LargeBinary, nullable=False),
    # The signer's organisation, and the one whose token brought the batch.
    Column("organisation", Integer, nullable=False, index=True),
    Column("submitted_by", Integer, nullable=False, index=True),
    Column("nonce", Numeric(78, 0), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("mode", SmallInteger, nullable=False),
    Column("calldata", LargeBinary, nullable=False),
    # Of the acceptance check; null where the chain could not say then, or other submissions were under way.
    Column("gas_estimate", BigInteger),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("reason_params", JSONB),
    Column("accepted_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    one_of("state", State),
    CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name="refused_with_reason"),
    # Two batches under one nonce cannot both be recorded: the second is refused at the door.
    Index(
        "uq_submission_signer_nonce",
        "contract",
        "signer",
        "nonce",
        unique=True,
        postgresql_where=text("state <> 'refused'"),
    ),
    Index(
        "ix_submission_open",
        "number",
        postgresql_where=text("state IN ('accepted', 'relayed', 'mined')"),
    ),
    comment="Batches accepted from clients; times are Unix seconds.",
)

SUBMISSION_ITEM = Table(
    "submission_item",
    SERVICE,
    Column("digest", LargeBinary, nullable=False),
    Column("index", Integer, nullable=False),
    Column("action_hash", LargeBinary, nullable=False),
    # Set for an action the chain refused in a batch of which it recorded others.
    Column("reason", Text),
    PrimaryKeyConstraint("digest", "index"),
    ForeignKeyConstraint(["digest"], [SUBMISSION.c.digest]),
    Index("ix_submission_item_action_hash", "action_hash"),
    comment="The actions of a submission, in order.",
)

RELAYED_TRANSACTION = Table(
    "relayed_transaction",
    SERVICE,
    Column("hash", LargeBinary, primary_key=True),
    Column("digest", LargeBinary, nullable=False, index=True),
    Column("account", LargeBinary, nullable=False),
    Column("account_nonce", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("gas_limit", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("block_number", BigInteger),
    Column("block_hash", LargeBinary),
    Column("kept_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("sent_count", Integer, nullable=False, server_default=text("0")),
    one_of("state", TransactionState),
    ForeignKeyConstraint(["digest"], [SUBMISSION.c.digest]),
    # Two relayers that choose the same nonce: one of them loses here, before anything is sent.
    UniqueConstraint("account", "account_nonce"),
    Index("ix_relayed_transaction_unsettled", "account_nonce", postgresql_where=text("state IN ('open', 'reverted')")),
    Index("ix_relayed_transaction_mined", "block_number", postgresql_where=text("state = 'mined'")),
    comment="Signed transactions, kept before they are sent; times are Unix seconds.",
)

SUBMISSION_CHANGE = Table(
    "submission_change",
    SERVICE,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    # Readers go on from (transaction, number), and read only below the oldest transaction still under way: an
    # identity alone can become visible out of order, and a reader would pass over the late one.
    Column("transaction", BigInteger, nullable=False, server_default=text("(pg_current_xact_id()::text)::bigint")),
    Column("digest", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("changed_at", BigInteger, nullable=False),
    ForeignKeyConstraint(["digest"], [SUBMISSION.c.digest]),
    Index("ix_submission_change_transaction", "transaction", "number"),
    comment="Every change of a submission's state, for followers.",
)
