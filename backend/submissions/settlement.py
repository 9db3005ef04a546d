"""What the mirror says of submissions: which are final, and which of their actions were refused.

Reads only rows the mirror will not take back: what we remember must not depend on a block that may still go.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.submissions import outbox
from backend.submissions.models import (
    OPEN_STATES,
    RELAYED_TRANSACTION,
    SUBMISSION,
    SUBMISSION_ITEM,
    State,
    TransactionState,
)
from backend.submissions.refusals import code_of_reason
from contracts.signatures import keccak
from indexer import schema as mirror

AUTHORISED_TOPIC = keccak(b"Authorised(bytes32,address,uint256,uint64,uint8,bytes)")
"""Topic of the log by which the chain says that it recorded a batch."""

_AT_ONCE = 500


def final_block(connection: Connection) -> tuple[int, bytes]:
    """Number and hash of the mirror's highest final block."""
    anchor = mirror.recent_block.c
    row = connection.execute(
        select(anchor.number, anchor.hash).join(mirror.cursor, mirror.cursor.c.finalised == anchor.number)
    ).one()
    return row.number, row.hash


def recorded_for_good(connection: Connection) -> list[bytes]:
    """Digests of submissions that the mirror has in a final block, and that do not say so yet.

    A refused one counts too, as long as its deadline has not passed: its signature may have been relayed by somebody
    else, or have succeeded later.
    """
    final = select(mirror.cursor.c.finalised).scalar_subquery()
    return list(
        connection.scalars(
            select(SUBMISSION.c.digest)
            .join(mirror.batch, mirror.batch.c.digest == SUBMISSION.c.digest)
            .where(
                or_(
                    SUBMISSION.c.state.in_(OPEN_STATES),
                    (SUBMISSION.c.state == State.REFUSED) & (SUBMISSION.c.deadline >= clock.now() - 3_600),
                ),
                mirror.block_of(mirror.batch.c.number) <= final,
            )
            .order_by(SUBMISSION.c.number)
            .limit(_AT_ONCE)
        )
    )


def mirror_now(connection: Connection) -> tuple[int, int]:
    """Which mirror this is, another number for each that was built, and its highest final block."""
    oid = func.to_regclass(mirror.cursor.fullname).cast(postgresql.OID)
    row = connection.execute(select(oid.label("oid"), mirror.cursor.c.finalised)).one()
    return row.oid, row.finalised


def doubt_what_is_missing(connection: Connection) -> list[bytes]:
    """Take back `mirrored` from what the mirror does not have; their digests. Reads every submission there is.

    To `mined` where a transaction of ours is to be looked for, else to `accepted`, to be signed anew.
    """
    in_mirror = exists().where(mirror.batch.c.digest == SUBMISSION.c.digest)
    with_transaction = exists().where(
        RELAYED_TRANSACTION.c.digest == SUBMISSION.c.digest, RELAYED_TRANSACTION.c.state == TransactionState.MINED
    )
    missing = connection.execute(
        select(SUBMISSION.c.digest, with_transaction.label("has_transaction"))
        .where(SUBMISSION.c.state == State.MIRRORED, ~in_mirror)
        .order_by(SUBMISSION.c.number)
    ).all()
    for row in missing:
        doubted = State.MINED if row.has_transaction else State.ACCEPTED
        outbox.move(connection, row.digest, to=doubted, out_of=[State.MIRRORED])
    return [row.digest for row in missing]


def settle(connection: Connection, digests: Sequence[bytes]) -> None:
    """Move to `mirrored` what is recorded for good."""
    for digest in digests:
        outbox.move(connection, digest, to=State.MIRRORED, out_of=[*OPEN_STATES, State.REFUSED])
    _mark_refused_items(connection, digests)


def _mark_refused_items(connection: Connection, digests: Sequence[bytes]) -> None:
    refusal = mirror.refusal.c
    rows = connection.execute(
        select(refusal.batch, refusal["index"].label("at"), refusal.reason).where(refusal.batch.in_(digests))
    ).all()
    if rows:
        connection.execute(
            update(SUBMISSION_ITEM)
            .where(SUBMISSION_ITEM.c.digest == bindparam("of"), SUBMISSION_ITEM.c["index"] == bindparam("at"))
            .values(reason=bindparam("why")),
            [{"of": row.batch, "at": row.at, "why": code_of_reason(row.reason)} for row in rows],
        )
