"""Reading submissions, as far as an actor may see them: its own organisation signed or brought them, or it oversees."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select, true

from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.submissions.models import RELAYED_TRANSACTION, SUBMISSION, SUBMISSION_ITEM, State, TransactionState
from backend.submissions.receipts import ReceiptSigner
from backend.submissions.schemas import (
    ItemOut,
    ReceiptOut,
    SubmissionDetailOut,
    SubmissionOut,
    SubmissionPageOut,
)

PAGE = 100


def submission(connection: Connection, actor: Actor, digest: bytes, receipts: ReceiptSigner) -> SubmissionDetailOut:
    """One submission with its actions and its receipt.

    Raises:
        ServiceError: `not_found`, if there is none or the actor may not see it.
    """
    return _detail(connection, visible_to(actor), digest, receipts)


def submission_in_hand(connection: Connection, digest: bytes, receipts: ReceiptSigner) -> SubmissionDetailOut:
    """One submission for a caller that has just shown us its whole batch, and so may see it, whoever it is."""
    return _detail(connection, true(), digest, receipts)


def _detail(
    connection: Connection, visible: ColumnElement[bool], digest: bytes, receipts: ReceiptSigner
) -> SubmissionDetailOut:
    row = connection.execute(_submissions().where(visible, SUBMISSION.c.digest == digest)).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    items = connection.execute(
        select(SUBMISSION_ITEM.c["index"].label("at"), SUBMISSION_ITEM.c.action_hash, SUBMISSION_ITEM.c.reason)
        .where(SUBMISSION_ITEM.c.digest == digest)
        .order_by(SUBMISSION_ITEM.c["index"])
    )
    return SubmissionDetailOut(
        **_fields(row),
        items=[ItemOut(index=item.at, action_hash=item.action_hash, reason=item.reason) for item in items],
        receipt=ReceiptOut(
            batch=digest,
            accepted_at=row.accepted_at,
            signer=receipts.address,
            signature=receipts.sign(digest, row.accepted_at),
        ),
    )


def submissions(connection: Connection, actor: Actor, *, state: State | None, before: int | None) -> SubmissionPageOut:
    """A page of submissions, newest first.

    Args:
        state: only those in this state.
        before: only those accepted before the one of this number, from the page before.
    """
    rows = connection.execute(
        _submissions()
        .where(visible_to(actor))
        .where(SUBMISSION.c.state == state if state else true())
        .where(SUBMISSION.c.number < before if before is not None else true())
        .order_by(SUBMISSION.c.number.desc())
        .limit(PAGE + 1)
    ).all()
    page = rows[:PAGE]
    return SubmissionPageOut(
        submissions=[SubmissionOut(**_fields(row)) for row in page],
        next_before=page[-1].number if len(rows) > PAGE else None,
    )


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition under which an actor sees a submission."""
    if actor.is_overseer:
        return true()
    return or_(SUBMISSION.c.organisation == actor.organisation, SUBMISSION.c.submitted_by == actor.organisation)


def _submissions() -> Any:
    latest = (
        select(RELAYED_TRANSACTION.c.hash, RELAYED_TRANSACTION.c.block_number)
        .where(
            RELAYED_TRANSACTION.c.digest == SUBMISSION.c.digest,
            RELAYED_TRANSACTION.c.state != TransactionState.REPLACED,
        )
        .order_by(RELAYED_TRANSACTION.c.account_nonce.desc())
        .limit(1)
        .lateral("latest")
    )
    return select(
        SUBMISSION.c.number,
        SUBMISSION.c.digest,
        SUBMISSION.c.contract,
        SUBMISSION.c.kind,
        SUBMISSION.c.signer,
        SUBMISSION.c.organisation,
        SUBMISSION.c.state,
        SUBMISSION.c.reason,
        SUBMISSION.c.reason_params,
        SUBMISSION.c.accepted_at,
        SUBMISSION.c.changed_at,
        SUBMISSION.c.deadline,
        latest.c.hash,
        latest.c.block_number,
    ).outerjoin(latest, true())


def _fields(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.digest,
        "contract": row.contract,
        "action": row.kind,
        "signer": row.signer,
        "organisation": row.organisation,
        "state": row.state,
        "reason": row.reason,
        "reason_params": row.reason_params,
        "accepted_at": row.accepted_at,
        "changed_at": row.changed_at,
        "deadline": row.deadline,
        "transaction": row.hash,
        "block": row.block_number,
    }
