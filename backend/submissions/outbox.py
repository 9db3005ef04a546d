"""The outbox: every change of a submission or a relayed transaction, each a compare-and-swap.

A change that finds its row in another state than it expected does nothing and says so; two relayers at once therefore
do the same work twice at worst. Nothing here talks to the chain.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, exists, func, insert, or_, select, union, update

from backend import clock
from backend.submissions.models import (
    RELAYED_TRANSACTION,
    SUBMISSION,
    SUBMISSION_CHANGE,
    State,
    TransactionState,
)
from backend.submissions.news import Change, Sending, tell
from indexer import schema as mirror


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission that has no transaction yet."""

    digest: bytes
    contract: str
    calldata: bytes
    deadline: int
    gas_estimate: int | None
    transactions_before: int


@dataclass(frozen=True, slots=True)
class Relayed:
    """A transaction whose fate is not settled, with its submission."""

    hash: bytes
    digest: bytes
    account_nonce: int
    gas_limit: int
    state: TransactionState
    block_hash: bytes | None
    submission_state: State
    contract: str
    calldata: bytes


def move(
    connection: Connection,
    digest: bytes,
    *,
    to: State,
    out_of: Iterable[State],
    reason: str | None = None,
    params: dict[str, str | int] | None = None,
) -> bool:
    """Move a submission and note the change for followers; False if it was in none of the states `out_of`."""
    at = clock.now()
    moved = connection.execute(
        update(SUBMISSION)
        .where(SUBMISSION.c.digest == digest, SUBMISSION.c.state.in_(tuple(out_of)))
        .values(state=to, reason=reason, reason_params=params, changed_at=at)
    )
    if moved.rowcount == 0:
        return False
    note(connection, digest, state=to, reason=reason, at=at)
    return True


def note(connection: Connection, digest: bytes, *, state: State, reason: str | None, at: int) -> None:
    """Append a change for followers, in the transaction that makes it."""
    connection.execute(
        insert(SUBMISSION_CHANGE).values(digest=digest, state=state, reason=reason, changed_at=at),
    )
    tell(connection, Change(digest, state, reason))


def waiting(connection: Connection, *, limit: int) -> list[Waiting]:
    """The submissions that need a transaction, in the order they were accepted."""
    before = (
        select(func.count())
        .select_from(RELAYED_TRANSACTION)
        .where(RELAYED_TRANSACTION.c.digest == SUBMISSION.c.digest)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            SUBMISSION.c.digest,
            SUBMISSION.c.contract,
            SUBMISSION.c.calldata,
            SUBMISSION.c.deadline,
            SUBMISSION.c.gas_estimate,
            before,
        )
        .where(SUBMISSION.c.state == State.ACCEPTED)
        .order_by(SUBMISSION.c.number)
        .limit(limit)
    )
    return [Waiting(*row) for row in rows]


def keep(
    connection: Connection,
    *,
    digest: bytes,
    account: bytes,
    account_nonce: int,
    transaction_hash: bytes,
    raw: bytes,
    gas_limit: int,
) -> bool:
    """Keep a signed transaction, before it is sent; False if the submission no longer waits for one.

    Raises:
        sqlalchemy.exc.IntegrityError: another relayer took the account's nonce first.
    """
    if not move(connection, digest, to=State.RELAYED, out_of=[State.ACCEPTED]):
        return False
    connection.execute(
        insert(RELAYED_TRANSACTION).values(
            hash=transaction_hash,
            digest=digest,
            account=account,
            account_nonce=account_nonce,
            raw=raw,
            gas_limit=gas_limit,
            state=TransactionState.OPEN,
            kept_at=clock.now(),
        )
    )
    return True


def next_account_nonce(connection: Connection, account: bytes) -> int:
    """One more than the highest nonce we ever signed with; 0 for a new account."""
    highest = connection.scalar(
        select(func.max(RELAYED_TRANSACTION.c.account_nonce)).where(RELAYED_TRANSACTION.c.account == account)
    )
    return 0 if highest is None else int(highest) + 1


def free_nonces(connection: Connection, account: bytes, *, above: int) -> list[int]:
    """Nonces from `above` on, below our highest open transaction, that no transaction of ours will use."""
    nonces = select(RELAYED_TRANSACTION.c.account_nonce).where(
        RELAYED_TRANSACTION.c.account == account, RELAYED_TRANSACTION.c.account_nonce >= above
    )
    highest = connection.scalar(
        select(func.max(nonces.where(RELAYED_TRANSACTION.c.state == TransactionState.OPEN).subquery().c.account_nonce))
    )
    if highest is None:
        return []
    used = set(
        connection.scalars(
            nonces.where(
                RELAYED_TRANSACTION.c.state.in_(
                    (TransactionState.OPEN, TransactionState.MINED, TransactionState.REVERTED)
                )
            )
        )
    )
    return [nonce for nonce in range(above, highest) if nonce not in used]


def count_open(connection: Connection, account: bytes) -> int:
    """How many of the account's transactions are on their way."""
    return int(
        connection.scalar(
            select(func.count())
            .select_from(RELAYED_TRANSACTION)
            .where(RELAYED_TRANSACTION.c.account == account, RELAYED_TRANSACTION.c.state == TransactionState.OPEN)
        )
        or 0
    )


def count_transactions(connection: Connection, digest: bytes) -> int:
    """How many transactions a submission has had."""
    return int(
        connection.scalar(
            select(func.count()).select_from(RELAYED_TRANSACTION).where(RELAYED_TRANSACTION.c.digest == digest)
        )
        or 0
    )


def to_send(connection: Connection, account: bytes, *, sent_before: int) -> Sequence[Row[bytes, bytes]]:
    """(hash, raw) of what was never sent, or last before `sent_before`, in the order of the account's nonces."""
    return connection.execute(
        select(RELAYED_TRANSACTION.c.hash, RELAYED_TRANSACTION.c.raw)
        .where(
            RELAYED_TRANSACTION.c.account == account,
            RELAYED_TRANSACTION.c.state == TransactionState.OPEN,
            or_(RELAYED_TRANSACTION.c.sent_at.is_(None), RELAYED_TRANSACTION.c.sent_at < sent_before),
        )
        .order_by(RELAYED_TRANSACTION.c.account_nonce)
    ).all()


def mark_sent(connection: Connection, hashes: Sequence[bytes]) -> None:
    """Note that transactions were handed to the node. Lost in a crash, it is only sent once more."""
    times = connection.scalars(
        update(RELAYED_TRANSACTION)
        .where(RELAYED_TRANSACTION.c.hash.in_(hashes))
        .values(sent_at=clock.now(), sent_count=RELAYED_TRANSACTION.c.sent_count + 1)
        .returning(RELAYED_TRANSACTION.c.sent_count)
    ).all()
    tell(connection, Sending(len(times), again=sum(each > 1 for each in times)))


def unsettled(connection: Connection, account: bytes, *, below_nonce: int, final_block: int) -> list[Relayed]:
    """Transactions of which something may still change, the chain having `below_nonce` of the account.

    An open one can be in a block only if the chain has passed its account nonce. One written down as in a block is
    looked at until the block is final; and afterwards if the mirror went past that block without finding the batch
    there, or the chain went back below its nonce: a reorganisation took it while nobody looked, or the node was wrong.
    """
    of_ours = RELAYED_TRANSACTION.c.account == account
    state = RELAYED_TRANSACTION.c.state
    hashes = select(RELAYED_TRANSACTION.c.hash)
    final_in_mirror = select(mirror.cursor.c.finalised).scalar_subquery()
    # One branch for each index: a single condition of all of them would read every transaction there ever was.
    concerned = union(
        hashes.where(of_ours, state == TransactionState.OPEN, RELAYED_TRANSACTION.c.account_nonce < below_nonce),
        hashes.where(of_ours, state == TransactionState.REVERTED),
        hashes.where(of_ours, state == TransactionState.MINED, RELAYED_TRANSACTION.c.block_number > final_block),
        hashes.where(of_ours, state == TransactionState.MINED, RELAYED_TRANSACTION.c.account_nonce >= below_nonce),
        hashes.join(SUBMISSION, SUBMISSION.c.digest == RELAYED_TRANSACTION.c.digest).where(
            of_ours,
            state == TransactionState.MINED,
            SUBMISSION.c.state == State.MINED,
            RELAYED_TRANSACTION.c.block_number <= final_in_mirror,
            ~exists().where(mirror.batch.c.digest == RELAYED_TRANSACTION.c.digest),
        ),
    )
    rows = connection.execute(
        select(
            RELAYED_TRANSACTION.c.hash,
            RELAYED_TRANSACTION.c.digest,
            RELAYED_TRANSACTION.c.account_nonce,
            RELAYED_TRANSACTION.c.gas_limit,
            RELAYED_TRANSACTION.c.state,
            RELAYED_TRANSACTION.c.block_hash,
            SUBMISSION.c.state.label("submission_state"),
            SUBMISSION.c.contract,
            SUBMISSION.c.calldata,
        )
        .join(SUBMISSION, SUBMISSION.c.digest == RELAYED_TRANSACTION.c.digest)
        .where(RELAYED_TRANSACTION.c.hash.in_(concerned))
        .order_by(RELAYED_TRANSACTION.c.account_nonce)
    )
    return [
        Relayed(
            hash=row.hash,
            digest=row.digest,
            account_nonce=row.account_nonce,
            gas_limit=row.gas_limit,
            state=TransactionState(row.state),
            block_hash=row.block_hash,
            submission_state=State(row.submission_state),
            contract=row.contract,
            calldata=row.calldata,
        )
        for row in rows
    ]


def set_transaction(
    connection: Connection,
    transaction_hash: bytes,
    *,
    state: TransactionState,
    block_number: int | None = None,
    block_hash: bytes | None = None,
) -> None:
    """Write down what the chain says of a transaction."""
    values: dict[str, object] = {"state": state, "block_number": block_number, "block_hash": block_hash}
    if state is TransactionState.OPEN:
        values["sent_at"] = None
    connection.execute(update(RELAYED_TRANSACTION).where(RELAYED_TRANSACTION.c.hash == transaction_hash).values(values))


def has_open_submissions(connection: Connection) -> bool:
    """Whether anything accepted is not yet in a block: what the chain says now may not be what it says then."""
    return bool(connection.scalar(select(exists().where(SUBMISSION.c.state.in_((State.ACCEPTED, State.RELAYED))))))
