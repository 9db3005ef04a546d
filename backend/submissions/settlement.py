"""What the mirror says of submissions: which are final, and which of their actions were refused.

Reads only rows the mirror will not take back: what we remember must not depend on a block that may still go.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, or_, select, update

from backend import clock
from backend.submissions import outbox
from backend.submissions.models import OPEN_STATES, SUBMISSION, SUBMISSION_ITEM, State
from backend.submissions.refusals import code_of_reason
from contracts.signatures import keccak
from indexer import schema as mirror

AUTHORISED_TOPIC = keccak(b"Authorised(bytes32,address,uint256,uint64,uint8,bytes)")
"""Topic of the log by which the chain says that it recorded a batch."""

_AT_ONCE = 500


def settle(connection: Connection) -> int:
    """Move to `mirrored` what is final in the mirror; returns how many.

    A refused submission counts too, as long as its deadline has not passed: its signature may have been relayed by
    somebody else, or have succeeded later.
    """
    final = select(mirror.cursor.c.finalised).scalar_subquery()
    digests = connection.scalars(
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
    ).all()
    for digest in digests:
        outbox.move(connection, digest, to=State.MIRRORED, out_of=[*OPEN_STATES, State.REFUSED])
    if digests:
        _mark_refused_items(connection, digests)
    return len(digests)


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
