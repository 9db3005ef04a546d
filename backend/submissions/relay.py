"""The relayer: brings accepted submissions on chain, each exactly once, whatever dies in between.

`Relayer.advance` makes one round and may be killed at any instruction, run twice at once, or not run for a day:

1. sign    each waiting submission gets a transaction, kept with its raw bytes before anything is sent;
2. send    every kept transaction is sent, and sent again, until a block has it;
3. look    receipts are compared with what was written down; a block that a reorganisation took back, a revert, a
           transaction that another one replaced is each written down or led back to an earlier step;
4. settle  what the mirror shows as final is mirrored.

Once comes from two places that no crash can reach: the account's nonce lets one of several transactions into the
chain, and the signer's nonce lets one of several batches into the ledger. The advisory lock only saves work.
"""

from collections.abc import Mapping

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.submissions import outbox, settlement
from backend.submissions.models import OPEN_STATES, State, TransactionState
from backend.submissions.outbox import Relayed, Waiting
from backend.submissions.refusals import Refusal, explain_revert
from backend.submissions.sender import ChainRefusal, Sender

_LOG = structlog.get_logger(__name__)

GAS_CAP = 16_700_000
"""The most gas a transaction of ours may use: below the 2^24 of EIP-7825."""

# How many of our transactions may be on their way; Besu's pool gives one account a share of its 4,096 places.
_MOST_OPEN = 64
RESEND_AFTER_SECONDS = 3
"""How long a sent transaction may be without a block before it is sent again."""
# What a transaction costs that does nothing.
_EMPTY_GAS = 21_000
# How many transactions a submission gets whose revert the chain does not explain.
_MOST_ATTEMPTS = 3
# The digits are arbitrary; PostgreSQL wants a number that only the relayer uses.
_LOCK = 7_305_112


class Relayer:
    """Works off the outbox with one account."""

    def __init__(
        self,
        engine: Engine,
        sender: Sender,
        contracts: Mapping[str, bytes],
        *,
        first_block: int,
        finality_depth: int,
        resend_after_seconds: int = RESEND_AFTER_SECONDS,
    ) -> None:
        """Args:
        contracts: address of each contract by name.
        first_block: the block of the deployment; no log of ours is older.
        finality_depth: how many blocks must stand on a block for it to be final.
        resend_after_seconds: negative to send in every round.
        """
        self._engine = engine
        self._sender = sender
        self._contracts = contracts
        self._first_block = first_block
        self._finality_depth = finality_depth
        self._resend_after_seconds = resend_after_seconds
        self._examined_mirror: int | None = None

    def advance(self) -> bool:
        """One round of all steps; False if another relayer is at it.

        Raises:
            ChainUnavailable: the node did not answer; what was done before stands.
        """
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as lock:
            if not lock.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
                return False
            try:
                self.sign_waiting()
                self.send_open()
                self.look_at_receipts()
                self.settle()
            finally:
                lock.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        return True

    def sign_waiting(self) -> None:
        """Keep a transaction for each submission that waits for one, in the order of acceptance."""
        with self._engine.begin() as connection:
            room = _MOST_OPEN - outbox.count_open(connection, self._sender.address)
            submissions = outbox.waiting(connection, limit=room) if room > 0 else []
        if not submissions:
            return
        count = self._sender.transaction_count()
        try:
            with self._engine.begin() as connection:
                account_nonce = max(count, outbox.next_account_nonce(connection, self._sender.address))
                for submission in submissions:
                    account_nonce += self._sign(connection, submission, account_nonce)
        except IntegrityError:
            # Another relayer took a nonce of ours between the two statements; it has the same submissions in hand.
            _LOG.info("account_nonce_taken")

    def send_open(self) -> None:
        """Hand every open transaction to the node that was not handed over lately, lowest nonce first."""
        with self._engine.begin() as connection:
            transactions = outbox.to_send(
                connection, self._sender.address, sent_before=clock.now() - self._resend_after_seconds
            )
        if transactions:
            self._fill_gaps()
        sent: list[bytes] = []
        for transaction_hash, raw in transactions:
            try:
                self._sender.send(raw)
            except ChainRefusal as refusal:
                # A full pool or an empty account; later nonces cannot overtake, so the rest waits too.
                _LOG.warning("transaction_not_taken", hash=transaction_hash.hex(), reason=str(refusal))
                break
            sent.append(transaction_hash)
        if sent:
            with self._engine.begin() as connection:
                outbox.mark_sent(connection, sent)

    def look_at_receipts(self) -> None:
        """Compare what was written down with what the chain says now."""
        final_block = self._sender.head() - self._finality_depth
        count = self._sender.transaction_count()
        self._examine_mirror(final_block)
        with self._engine.begin() as connection:
            transactions = outbox.unsettled(
                connection, self._sender.address, below_nonce=count, final_block=final_block
            )
        if not transactions:
            return
        final_count = self._sender.transaction_count(final_block) if final_block >= 0 else 0
        for transaction in transactions:
            self._look_at(transaction, final_block, is_past=transaction.account_nonce < final_count)

    def settle(self) -> None:
        """Mark as mirrored what the mirror has below its finality, while it is of the node's chain.

        After a reorganisation below finality it is not, until it is built anew.
        """
        with self._engine.begin() as connection:
            digests = settlement.recorded_for_good(connection)
            number, block_hash = settlement.final_block(connection) if digests else (0, b"")
        if not digests:
            return
        if self._sender.block_hash(number) != block_hash:
            _LOG.error("mirror_of_another_chain", block=number, hash=block_hash.hex())
            return
        with self._engine.begin() as connection:
            settlement.settle(connection, digests)

    def _fill_gaps(self) -> None:
        """A nonce that nobody uses holds up every transaction above it. One comes about when somebody else's
        transaction of the account loses its block after ours were signed to come behind it; an empty one takes its
        place, the same bytes whoever of us sends it.
        """
        count = self._sender.transaction_count()
        with self._engine.begin() as connection:
            free = outbox.free_nonces(connection, self._sender.address, above=count)
        for account_nonce in free[:_MOST_OPEN]:
            filler = self._sender.sign(
                to=self._sender.address, calldata=b"", account_nonce=account_nonce, gas_limit=_EMPTY_GAS
            )
            try:
                self._sender.send(filler.raw)
                _LOG.warning("account_nonce_filled", account_nonce=account_nonce)
            except ChainRefusal as refusal:
                # Somebody else's is under way under this nonce after all.
                _LOG.info("account_nonce_not_filled", account_nonce=account_nonce, reason=str(refusal))

    def _sign(self, connection: Connection, submission: Waiting, account_nonce: int) -> int:
        """Keep one transaction; returns how many nonces it took: 1, or 0 if none was needed."""
        if submission.deadline < clock.now():
            # Somebody else may have relayed it in time; then the mirror settles it.
            if not self._is_recorded(submission.contract, submission.digest):
                outbox.move(
                    connection,
                    submission.digest,
                    to=State.REFUSED,
                    out_of=[State.ACCEPTED],
                    reason="deadline_expired",
                    params={"deadline": submission.deadline},
                )
            return 0
        gas_limit = _gas_limit(submission)
        signed = self._sender.sign(
            to=self._contracts[submission.contract],
            calldata=submission.calldata,
            account_nonce=account_nonce,
            gas_limit=gas_limit,
        )
        kept = outbox.keep(
            connection,
            digest=submission.digest,
            account=self._sender.address,
            account_nonce=account_nonce,
            transaction_hash=signed.hash,
            raw=signed.raw,
            gas_limit=gas_limit,
        )
        return int(kept)

    def _examine_mirror(self, final_block: int) -> None:
        """Once for every mirror, when it has caught up: one that was built anew may lack what its predecessor had, if
        a reorganisation went below finality.
        """
        with self._engine.begin() as connection:
            mirror, mirrored = settlement.mirror_now(connection)
            if mirror == self._examined_mirror or mirrored < final_block:
                return
            for digest in settlement.doubt_what_is_missing(connection):
                _LOG.error("final_block_taken_back", submission=digest.hex())
        self._examined_mirror = mirror

    def _look_at(self, transaction: Relayed, final_block: int, *, is_past: bool) -> None:
        receipt = self._sender.receipt(transaction.hash)
        if receipt is None:
            if is_past:
                self._lead_back(transaction, TransactionState.REPLACED)
            elif transaction.state is not TransactionState.OPEN:
                self._take_back(transaction)
            return
        state = TransactionState.MINED if receipt.succeeded else TransactionState.REVERTED
        if (state, receipt.block_hash) != (transaction.state, transaction.block_hash):
            with self._engine.begin() as connection:
                outbox.set_transaction(
                    connection,
                    transaction.hash,
                    state=state,
                    block_number=receipt.block_number,
                    block_hash=receipt.block_hash,
                )
                if receipt.succeeded:
                    outbox.move(connection, transaction.digest, to=State.MINED, out_of=[State.RELAYED])
                else:
                    outbox.move(connection, transaction.digest, to=State.RELAYED, out_of=[State.MINED])
        if not receipt.succeeded and receipt.block_number <= final_block:
            self._judge_revert(transaction, receipt.block_number)

    def _judge_revert(self, transaction: Relayed, block: int) -> None:
        """A transaction reverted for good: refuse its submission, or try again where that may help."""
        if transaction.submission_state not in OPEN_STATES or self._is_recorded(
            transaction.contract, transaction.digest
        ):
            # Somebody else relayed the same batch; the mirror settles the submission.
            self._spend(transaction, None)
            return
        revert = self._sender.explain(
            to=self._contracts[transaction.contract], calldata=transaction.calldata, block=block
        )
        if revert is not None:
            self._spend(transaction, explain_revert(revert.data))
        elif transaction.gas_limit < GAS_CAP:
            # On the state it left behind it would succeed: it ran out of gas, or what it builds on came after it.
            self._lead_back(transaction, TransactionState.SPENT)
        else:
            self._spend_or_retry(transaction)

    def _spend_or_retry(self, transaction: Relayed) -> None:
        with self._engine.begin() as connection:
            attempts = outbox.count_transactions(connection, transaction.digest)
        if attempts < _MOST_ATTEMPTS:
            self._lead_back(transaction, TransactionState.SPENT)
        else:
            self._spend(transaction, Refusal("chain_refused", {}))

    def _spend(self, transaction: Relayed, refusal: Refusal | None) -> None:
        with self._engine.begin() as connection:
            outbox.set_transaction(connection, transaction.hash, state=TransactionState.SPENT)
            if refusal is not None:
                outbox.move(
                    connection,
                    transaction.digest,
                    to=State.REFUSED,
                    out_of=[State.RELAYED],
                    reason=refusal.code,
                    params=dict(refusal.params),
                )

    def _lead_back(self, transaction: Relayed, state: TransactionState) -> None:
        """Give up a transaction for good, and let its submission wait for another."""
        with self._engine.begin() as connection:
            outbox.set_transaction(connection, transaction.hash, state=state)
            outbox.move(connection, transaction.digest, to=State.ACCEPTED, out_of=[State.RELAYED, State.MINED])

    def _take_back(self, transaction: Relayed) -> None:
        """A reorganisation took the block: the same bytes are sent again.

        Even a block that was final: what was acknowledged then has to be brought on chain once more.
        """
        if transaction.submission_state is State.MIRRORED:
            _LOG.error("final_block_taken_back", hash=transaction.hash.hex(), submission=transaction.digest.hex())
        with self._engine.begin() as connection:
            outbox.set_transaction(connection, transaction.hash, state=TransactionState.OPEN)
            outbox.move(connection, transaction.digest, to=State.RELAYED, out_of=[State.MINED, State.MIRRORED])

    def _is_recorded(self, contract: str, digest: bytes) -> bool:
        return self._sender.has_logged(
            contract=self._contracts[contract],
            topics=[settlement.AUTHORISED_TOPIC, digest],
            from_block=self._first_block,
        )


def _gas_limit(submission: Waiting) -> int:
    """Half as much again as the estimate, as the state may have moved since; without one, by the size of the batch.

    A second transaction for the same submission gets all there is: the first may have run out.
    """
    if submission.transactions_before:
        return GAS_CAP
    if submission.gas_estimate is not None:
        return min(GAS_CAP, submission.gas_estimate * 3 // 2 + 50_000)
    # Measured: an item of a lot event is 64 bytes of calldata and writes at most two new slots, 48,000 gas.
    return min(GAS_CAP, 300_000 + 1_000 * len(submission.calldata))
