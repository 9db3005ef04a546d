"""Tables of capture jobs: what waits, by which events, and what of it is sealed.

The document lies here sealed, under a key of its own that is wrapped for its organisation, until the job ends; then it
is deleted, and the verdicts on its events stay in its place for a while.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
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
    Uuid,
    text,
)

from backend.db import SERVICE, one_of

LAPSES_AFTER_DAYS = 7
"""How long a document waits for a signature."""


class Behaviour(StrEnum):
    """What becomes of a document's other events where one is refused."""

    ROLLBACK = "rollback"
    PROCEED = "proceed"


class Part(StrEnum):
    """What of a job is sealed."""

    DOCUMENT = "document"
    """Byte for byte, while the job is open."""
    REPORT = "report"
    """Which events the member's side could not have recorded, and why, until the job ends."""
    VERDICTS = "verdicts"
    """What became of each event, once the job has ended."""
    FIRST_REFUSED = "first_refused"
    """The first of those that were refused: what lists show, who would open megabytes for it otherwise."""


CAPTURE_JOB = Table(
    "capture_job",
    SERVICE,
    # The order of arrival, which is the order of signing.
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("organisation", Integer, nullable=False),
    # Who of its people brought the document; null for a machine.
    Column("person", Text),
    Column("behaviour", Text, nullable=False),
    # By which a gateway knows that the document came through it; null for what came here directly.
    Column("mark", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("lapses_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    one_of("behaviour", Behaviour),
    Index("ix_capture_job_organisation", "organisation", "number"),
    Index("ix_capture_job_open", "organisation", "number", postgresql_where=text("finished_at IS NULL")),
    Index("ix_capture_job_finished_at", "finished_at"),
    comment="Documents brought to be captured; times are Unix seconds.",
)

CAPTURE_JOB_EVENT = Table(
    "capture_job_event",
    SERVICE,
    Column("job", BigInteger, nullable=False),
    Column("place", Integer, nullable=False),
    # As in captured_event: by what the event says.
    Column("hash", LargeBinary, nullable=False),
    Column("error", LargeBinary, nullable=False),
    # The action that recorded it already when the document came.
    Column("earlier", LargeBinary),
    PrimaryKeyConstraint("job", "place"),
    ForeignKeyConstraint(["job"], [CAPTURE_JOB.c.number], ondelete="CASCADE"),
    comment="The events of open capture jobs.",
)

CAPTURE_JOB_PART = Table(
    "capture_job_part",
    SERVICE,
    Column("job", BigInteger, nullable=False),
    Column("part", Text, nullable=False),
    # AES-256-GCM under a key of its own, which is wrapped for the job's organisation (backend/details/sealing.py).
    Column("sealed", LargeBinary, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("ring_version", SmallInteger, nullable=False),
    PrimaryKeyConstraint("job", "part"),
    ForeignKeyConstraint(["job"], [CAPTURE_JOB.c.number], ondelete="CASCADE"),
    one_of("part", Part),
    Index("ix_capture_job_part_ring_version", "ring_version"),
    comment="What of capture jobs is confidential.",
)
