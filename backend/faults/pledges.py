"""What members have signed and handed in, and what they were told: what the laws hold the chain against."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from backend import clock
from backend.faults.ground import SUPPLIER, TENANT, Ground
from backend.ledgers import Ledgers
from backend.member.signer import ADD, MADE, OBJECT, OBSERVE, SUBJECT, Holding, Member
from backend.submissions.batches import CheckedBatch, check_batch
from backend.submissions.schemas import BatchIn


@dataclass(slots=True, eq=False)
class Pledge:
    """One signed batch. `builds_on` is the one whose outcome it presumes; without one nothing can refuse it."""

    batch: CheckedBatch
    organisation: int
    builds_on: Pledge | None
    is_acknowledged: bool = False
    leaves: list[Holding] = field(default_factory=list)
    """Holdings as they are once it is recorded."""

    @property
    def digest(self) -> bytes:
        return self.batch.digest

    @property
    def stands_alone(self) -> bool:
        return self.builds_on is None


class Pledges:
    """Everything signed in a chapter, in the order of signing."""

    def __init__(self, ground: Ground, seed: bytes, chance: Random) -> None:
        self._ledgers: Ledgers = ground.ledgers
        self._members = [ground.member(each, seed) for each in (SUPPLIER, TENANT)]
        self._chance = chance
        self.all: list[Pledge] = []
        self._ends: list[Pledge] = []

    @property
    def acknowledged(self) -> list[Pledge]:
        return [pledge for pledge in self.all if pledge.is_acknowledged]

    @property
    def unanswered(self) -> list[Pledge]:
        """Handed in, and nobody knows whether they were taken."""
        return [pledge for pledge in self.all if not pledge.is_acknowledged]

    def make(self) -> Pledge:
        """One to three new holdings."""
        member = self._chance.choice(self._members)
        holdings = [member.new_holding() for _ in range(self._chance.choice((1, 1, 2, 3)))]
        events = [member.lot_event(OBJECT, ADD, {holding: (SUBJECT, MADE)}) for holding in holdings]
        return self._sign(member, None, holdings, events)

    def observe(self) -> Pledge | None:
        """One more event on a holding that was told of, however far that is; None if there is none yet."""
        ends = [pledge for pledge in self._ends if pledge.is_acknowledged]
        if not ends:
            return None
        before = self._chance.choice(ends)
        (member,) = (each for each in self._members if each.organisation == before.organisation)
        event = member.lot_event(OBJECT, OBSERVE, {before.leaves[0]: (SUBJECT, 0)})
        return self._sign(member, before, before.leaves[:1], [event])

    def keep(self, pledge: Pledge, *, answer: bool | str) -> None:
        """Remember a pledge by what its giver was told: True acknowledged, False nothing, a code refused."""
        if isinstance(answer, str):
            return
        pledge.is_acknowledged = answer
        if pledge not in self.all:
            self.all.append(pledge)
            self._ends.append(pledge)
            if pledge.builds_on is not None:
                self._ends.remove(pledge.builds_on)

    def any(self) -> Pledge | None:
        """One of those handed in."""
        return self._chance.choice(self.all) if self.all else None

    def _sign(
        self, member: Member, before: Pledge | None, holdings: list[Holding], events: list[dict[str, Any]]
    ) -> Pledge:
        signed = member.batch("RecordLotEvent", *events)
        pledge = Pledge(
            check_batch(BatchIn.model_validate(signed), self._ledgers, at=clock.now()), member.organisation, before
        )
        pledge.leaves = [
            holding.after("RecordLotEvent", event, member.address)
            for holding, event in zip(holdings, events, strict=True)
        ]
        return pledge
