"""The laws: what must hold once the bad minute is over, asked of the chain itself and of the database.

1. The mirror is what a replay of the chain gives, row by row.
2. Each acknowledged batch is on the chain exactly once, with each of its records once, and the service says so; or it
   was refused with a reason, is on the chain not at all, and presumed an outcome that could fail.
3. A batch of which nobody knows whether it was taken is there once or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, create_engine, make_url, select

from backend.db import driver_url
from backend.faults.ground import Ground
from backend.faults.pledges import Pledge, Pledges
from backend.submissions.models import SUBMISSION, State
from backend.submissions.settlement import AUTHORISED_TOPIC
from indexer.digest import digest
from indexer.status import read_status
from indexer.verify import verify

_REASONS_OF_WHAT_PRESUMES = frozenset({"stale_seq", "subject_not_found"})


class LawBroken(Exception):
    """Something is wrong with us.

    `law` is `lost`, `doubled`, `refused`, `stuck`, `different`, `halted`, `changed`; `broken` if it is the walk itself.
    """

    def __init__(self, law: str, message: str) -> None:
        super().__init__(f"{law}: {message}")
        self.law = law
        self.message = message


@dataclass(frozen=True, slots=True)
class Fate:
    """What the service says of a submission."""

    state: State
    reason: str | None


class Court:
    """Looks at one chapter's chain and database, past every liar."""

    def __init__(self, ground: Ground, database_url: str, finality_depth: int) -> None:
        self._ground = ground
        self._finality_depth = finality_depth
        self._url = make_url(driver_url(database_url))
        self._engine: Engine = create_engine(self._url, pool_size=1, pool_pre_ping=True)

    def close(self) -> None:
        self._engine.dispose()

    def fates(self) -> dict[bytes, Fate]:
        """By digest."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(SUBMISSION.c.digest, SUBMISSION.c.state, SUBMISSION.c.reason)).all()
        return {row.digest: Fate(State(row.state), row.reason) for row in rows}

    def final_part(self) -> tuple[int, bytes] | None:
        """The highest final block of the mirror and the digest up to it; None without a mirror."""
        with self._engine.connect() as connection:
            status = read_status(connection)
            return None if status is None else (status.finalised, self._digest_up_to(status.finalised))

    def digest_up_to(self, block: int) -> bytes:
        """Of the mirror as it is."""
        return self._digest_up_to(block)

    def judge_mirror(self) -> int:
        """Law 1; the number of rows compared."""
        verdict = verify(self._url, self._engine, self._ground.source, self._finality_depth)
        if not verdict.identical:
            first = verdict.differences[0]
            raise LawBroken("different", f"the mirror's {first.table} {first.key}: {first.mirror} is not {first.chain}")
        return verdict.rows

    def judge_outbox(self, pledges: Pledges) -> None:
        """Laws 2 and 3."""
        fates = self.fates()
        authorised, recorded = self._on_chain()
        for pledge in pledges.all:
            times = authorised[pledge.digest]
            name = f"batch 0x{pledge.digest.hex()}"
            if times > 1:
                raise LawBroken("doubled", f"{name} is on the chain {times} times")
            if times == 1 and recorded[pledge.digest] != len(pledge.batch.actions):
                raise LawBroken("lost", f"{name} has {recorded[pledge.digest]} of {len(pledge.batch.actions)} records")
            if pledge.is_acknowledged:
                _judge_fate(pledge, times, fates.get(pledge.digest))

    def _digest_up_to(self, block: int) -> bytes:
        with self._engine.connect() as connection:
            return digest(connection, 0, block).digest

    def _on_chain(self) -> tuple[Counter[bytes], Counter[bytes]]:
        """How often each batch was authorised, and how many of its actions were recorded or refused."""
        ledger = self._ground.deployment.contracts["Traceability"].address
        logs = self._ground.anvil.ask("eth_getLogs", {"fromBlock": "0x0", "address": ledger})
        assert isinstance(logs, list)
        authorised: Counter[bytes] = Counter()
        recorded: Counter[bytes] = Counter()
        for log in logs:
            topic, batch, *_ = (bytes.fromhex(each[2:]) for each in log["topics"])
            (authorised if topic == AUTHORISED_TOPIC else recorded)[batch] += 1
        return authorised, recorded


def open_pledges(pledges: Iterable[Pledge], fates: dict[bytes, Fate]) -> list[Pledge]:
    """Those of which the service still has to say what became of them."""
    settled = (State.MIRRORED, State.REFUSED)
    return [pledge for pledge in pledges if pledge.digest not in fates or fates[pledge.digest].state not in settled]


def is_refused(fate: Fate | None) -> bool:
    """Whether the service has refused it for now."""
    return fate is not None and fate.state is State.REFUSED


def _judge_fate(pledge: Pledge, times: int, fate: Fate | None) -> None:
    name = f"acknowledged batch 0x{pledge.digest.hex()}"
    if fate is None:
        raise LawBroken("lost", f"{name} is not in the outbox")
    if fate.state is State.REFUSED:
        if times:
            raise LawBroken("refused", f"{name} is on the chain and called refused: {fate.reason}")
        if pledge.stands_alone or fate.reason not in _REASONS_OF_WHAT_PRESUMES:
            raise LawBroken("refused", f"{name} was refused without cause: {fate.reason}")
    elif fate.state is not State.MIRRORED:
        raise LawBroken("stuck", f"{name} is {fate.state} and stays it")
    elif times == 0:
        raise LawBroken("lost", f"{name} is called mirrored and is not on the chain")
