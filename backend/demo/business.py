"""Open business: orders, what is on its way for them, and what all desks of the park work with."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from backend.demo.agenda import Act, Agenda
from backend.demo.park import Park, Tenant
from backend.demo.tray import Tray
from backend.demo.workdays import DAY, working_time
from backend.member.signer import NO_HEAD, Holding, Member
from contracts.typed_data import action_hash, fold, order_id

_Case = TypeVar("_Case")


@dataclass(frozen=True, slots=True)
class Subject:
    """An order, a consignment, a milestone or a correction as its parties know it."""

    key: Mapping[str, Any]
    head: bytes = NO_HEAD
    seq: int = 0

    def after(self, action: str, value: Mapping[str, Any], signer: Member) -> Self:
        """The subject after one more act on it, foretold as the ledger will fold it."""
        return replace(self, head=fold(self.head, action_hash(action, value), signer.address), seq=self.seq + 1)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order, counted from 0."""

    number: int
    item: int
    quantity: int
    price_fen: int
    """Of one piece, by the agreement."""
    agreement: int
    """Its version."""
    is_service: bool
    is_quarantined: bool
    """Whether what comes for it waits for quality, whatever it looks like."""

    @property
    def item_code(self) -> str:
        """What the parties call the item."""
        return f"{'S' if self.is_service else 'G'}{self.item:03}"

    @property
    def amount_fen(self) -> int:
        """What all of it costs."""
        return self.quantity * self.price_fen


@dataclass(slots=True)
class Purchase:
    """An order from its issue to its close."""

    tenant: Tenant
    supplier: Member
    order: Subject
    lines: tuple[Line, ...]
    promised_at: int = 0
    cancelled: int = 0
    """The number of the line that was given up, as a bit; 0 for none."""
    missing: int = 0
    """How many lines of goods no answered consignment has brought."""

    @property
    def id(self) -> bytes:
        """The order's 32 bytes on chain."""
        return order_id(self.order.key)

    @property
    def amount_fen(self) -> int:
        """What all of it was ordered for."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def goods(self) -> tuple[Line, ...]:
        """The lines that are to be delivered."""
        return tuple(line for line in self.lines if not line.is_service and not self.cancelled >> line.number & 1)

    @property
    def services(self) -> tuple[Line, ...]:
        """The lines whose milestones are to be accepted."""
        return tuple(line for line in self.lines if line.is_service)


@dataclass(frozen=True, slots=True)
class Cargo:
    """What is sent for one line: a holding, loose or a case, and what is packed in it."""

    line: Line
    outer: Holding
    inside: tuple[Holding, ...] = ()


@dataclass(slots=True)
class Parcel:
    """A consignment on some lines of an order."""

    purchase: Purchase
    lines: tuple[Line, ...]
    answered: Act
    """Told when the dock has said something of every line."""
    cargo: list[Cargo] = field(default_factory=list)
    consignment: Subject = field(default_factory=lambda: Subject({}))


@dataclass(frozen=True, slots=True)
class Telling:
    """What all desks work with. The same seed, size and clock tell the same year, byte for byte."""

    park: Park
    tray: Tray
    agenda: Agenda
    chance: random.Random
    clock: Callable[[], int]

    def happens(self, per_mille: int) -> bool:
        """Whether this is one of the cases of which a thousand have so many."""
        return self.chance.randrange(1_000) < per_mille

    def one_of(self, cases: Mapping[_Case, int]) -> _Case | None:
        """Which case this is, of those of which a thousand have so many; None for all others."""
        drawn = self.chance.randrange(1_000)
        for case, per_mille in cases.items():
            if drawn < per_mille:
                return case
            drawn -= per_mille
        return None

    def later(self, at: int, least_days: int, most_days: int) -> int:
        """A working time some days after another."""
        return working_time(at + self.chance.randint(least_days * DAY + 600, most_days * DAY + 7_200))
