"""The processes of a park, each in this process and one act at a time, each mortal.

What a process keeps in memory ends with its life; what it has in the database and on the chain is all that the next
one has. An act that was interrupted by something the process is made to bear ends quietly; anything else is a defect
and comes out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend.errors import ServiceError
from backend.faults.connection import close_connections, open_mortal_engine
from backend.faults.ground import RING, Ground
from backend.faults.liar import Liar
from backend.faults.life import Died, Fault, Life
from backend.identity.actor import ALL_RIGHTS, Actor, Role
from backend.service import Service
from backend.submissions.batches import CheckedBatch
from backend.submissions.commands import accept
from backend.submissions.receipts import ReceiptSigner
from backend.submissions.relay import Relayer
from backend.submissions.sender import ChainRefusal, ChainUnavailable, Sender
from indexer.errors import Halt, Retryable
from indexer.follow import Follower
from indexer.proofs import ProvingNode
from indexer.rebuild import rebuild
from indexer.rpc import Node
from indexer.source import Charter, Source
from indexer.store import Store

PATIENCE_SECONDS = 3.0
"""How long our processes wait for the liar."""

_BEARABLE = (ChainUnavailable, ChainRefusal, SQLAlchemyError)
"""What ends a round of the relayer and not the relayer (backend/submissions/tasks.py)."""


@dataclass(frozen=True, slots=True)
class House:
    """Where processes live: the machines, the database of this chapter, the liar, and what can befall them."""

    ground: Ground
    database_url: str
    liar: Liar
    finality_depth: int
    befall: Callable[[str], None]
    accidents: frozenset[str]


class Mortal:
    """A process that is started when it has something to do and is not alive."""

    def __init__(self, name: str, house: House) -> None:
        self._name = name
        self._house = house
        self._steps_of_the_dead = 0
        self.suffered: Counter[str] = Counter()
        self.is_acting = False
        self._be_born()

    @property
    def steps(self) -> int:
        """Of all its lives."""
        return self._steps_of_the_dead + self.life.steps

    def end(self) -> None:
        """End, in order or not: connections are closed, memory is gone."""
        self._engine.dispose()
        close_connections(self.life, self._house.ground.postgres.url)
        self.suffered += self.life.suffered
        self._steps_of_the_dead += self.life.steps

    def restart(self) -> None:
        """End and begin again."""
        self.end()
        self._be_born()

    def act(self, faults: Iterable[Fault], work: Callable[[], None]) -> bool:
        """Do some work while `faults` happen; False if the process died of them."""
        self.life.plan(faults)
        self.is_acting = True
        try:
            with suppress(Died):
                work()
        finally:
            self.is_acting = False
        if self.life.is_dead:
            self.restart()
            return False
        self.life.plan(())
        return True

    def _be_born(self) -> None:
        self.life = Life(self._house.befall, self._house.accidents)
        self._engine: Engine = open_mortal_engine(self._house.database_url, self.life)
        self._rpc_url = self._house.liar.address_for(self._name, self.life)


class Indexer(Mortal):
    """`suyuan index run`, step by step. `halts` are the reasons it ended with, oldest first."""

    def __init__(self, name: str, house: House) -> None:
        self._follower: Follower | None = None
        self.halts: list[Halt] = []
        self.retries: Counter[str] = Counter()
        super().__init__(name, house)

    def end(self) -> None:
        if self._follower is not None:
            self._follower.__exit__()
        self._follower = None
        super().end()

    def step(self, faults: Iterable[Fault] = ()) -> bool:
        """One look at the chain; whether the mirror moved."""
        moved = False

        def work() -> None:
            nonlocal moved
            moved = self._bear(self._step)

        return self.act(faults, work) and moved

    def rebuild(self, faults: Iterable[Fault] = ()) -> bool:
        """`suyuan index rebuild`; whether it came to its end."""
        done = False

        def work() -> None:
            nonlocal done
            done = self._bear(self._rebuild)

        return self.act(faults, work) and done

    def _step(self) -> bool:
        if self._follower is None:
            follower = Follower(
                self._source(), Store(self._engine, self._source().fingerprint), self._house.finality_depth, 1
            )
            self._follower = follower
            follower.prepare()
        return self._follower.step()

    def _rebuild(self) -> bool:
        rebuild(self._engine, self._source(), self._house.finality_depth)
        return True

    def _source(self) -> Source:
        return Source(Node(self._rpc_url, PATIENCE_SECONDS), Charter.of(self._house.ground.deployment))

    def _bear(self, work: Callable[[], bool]) -> bool:
        """As `Follower.run` and a supervisor do: after a Retryable it begins from the cursor, after a Halt anew."""
        try:
            return work()
        except Retryable as error:
            self.retries[error.code] += 1
        except Halt as halt:
            # A dead process says nothing.
            if not self.life.is_dead:
                self.halts.append(halt)
        if self._follower is not None:
            self._follower.__exit__()
        self._follower = None
        return False


class Servant(Mortal):
    """A process of the service: its part of `backend.service.Service`."""

    def _be_born(self) -> None:
        super()._be_born()
        ground = self._house.ground
        ledgers = ground.ledgers
        self.service = Service(
            engine=self._engine,
            ledgers=ledgers,
            sender=Sender(self._rpc_url, ground.relayer, ledgers.chain_id, answer_seconds=PATIENCE_SECONDS),
            node=ProvingNode(self._rpc_url),
            receipts=ReceiptSigner(bytes(ground.relayer.key), ledgers.chain_id),
            ring=RING,
            finality_depth=self._house.finality_depth,
            database_url=self._house.database_url,
            broker_url="redis://127.0.0.1:1",
            nudge=lambda _: None,
        )


class Worker(Servant):
    """`suyuan work`: the relayer, a round at a time, or with `unlocked` without the lock that keeps two apart."""

    def __init__(self, name: str, house: House) -> None:
        self.interruptions: Counter[str] = Counter()
        super().__init__(name, house)

    def advance(self, faults: Iterable[Fault] = (), *, unlocked: bool = False) -> bool:
        """One round; False if the process died in it."""
        relayer = self._relayer
        rounds: tuple[Callable[[], object], ...] = (relayer.advance,)
        if unlocked:
            rounds = (relayer.sign_waiting, relayer.send_open, relayer.look_at_receipts, relayer.settle)

        def work() -> None:
            try:
                for each in rounds:
                    each()
            except _BEARABLE as error:
                self.interruptions[type(error).__name__] += 1

        return self.act(faults, work)

    def _be_born(self) -> None:
        super()._be_born()
        self._relayer = Relayer(
            self.service.engine,
            self.service.sender,
            self.service.ledgers.addresses,
            first_block=self.service.ledgers.first_block,
            finality_depth=self._house.finality_depth,
            # What was sent is sent again in every round: no walk waits for a clock.
            resend_after_seconds=-1,
        )


class Desk(Servant):
    """`suyuan serve`, as far as it takes in batches."""

    def take(self, batch: CheckedBatch, organisation: int, faults: Iterable[Fault] = ()) -> bool | str:
        """Submit a batch for an organisation.

        Returns:
            True when it was acknowledged; the code of the refusal; False when nobody knows, because whoever would have
            answered died, or its database did.
        """
        answer: bool | str = False

        def work() -> None:
            nonlocal answer
            try:
                self._take(batch, organisation)
                # The answer leaves after the COMMIT; in between there is one more chance to die.
                self.life.statement()
                answer = True
            except ServiceError as refusal:
                answer = refusal.code
            except SQLAlchemyError:
                answer = False

        return answer if self.act(faults, work) else False

    def _take(self, batch: CheckedBatch, organisation: int) -> None:
        service = self.service
        with service.engine.begin() as connection:
            accept(
                connection,
                Actor(organisation, Role(0), ALL_RIGHTS),
                batch,
                ledgers=service.ledgers,
                sender=service.sender,
                ring=service.ring,
                objections=service.objections,
            )
