"""What there is in a park: its signers, and each subject as somebody who only reads the rules would keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from backend.identity.actor import Right, Role
from contracts.typed_data import fold
from tests.properties.life.words import PLAIN, Flag, HoldingStatus, MilestoneStatus, OrderStatus

Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Signer:
    """A key of an organisation."""

    organisation: int
    roles: Role
    rights: Right
    key: bytes
    address: str


@dataclass(frozen=True, slots=True)
class Act:
    """One action that a signer had recorded, or tried to, at a moment (Unix seconds of the block)."""

    kind: str
    value: Value
    hash: bytes
    signer: Signer
    now: int

    @property
    def organisation(self) -> int:
        return self.signer.organisation


@dataclass(slots=True, eq=False)
class Record:
    """The slot of a subject."""

    head: bytes = bytes(24)
    holder: int = 0
    seq: int = 0
    status: int = 0
    flags: Flag = PLAIN

    @property
    def exists(self) -> bool:
        return self.seq > 0

    @property
    def word(self) -> bytes:
        """The slot's 32 bytes."""
        numbers = self.holder.to_bytes(3) + self.seq.to_bytes(3) + bytes((self.status, self.flags))
        return self.head + numbers if self.exists else bytes(32)

    def advance(self, act: Act, holder: int, status: int, flags: Flag = PLAIN) -> None:
        """One more act on the subject."""
        self.head = fold(self.head, act.hash, act.signer.address)
        self.seq += 1
        self.holder, self.status, self.flags = holder, int(status), flags


class Line(Enum):
    """Where a line of an order stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Change:
    """A change of an order that awaits its answer; `cancels` are the lines it gives up."""

    proposer: int
    cancels: frozenset[int]
    promise: int
    lapses_at: int


@dataclass(slots=True, eq=False)
class Order:
    """An order, line by line. `gives_up` are the lines the last proposal cancels, or would have."""

    key: Value
    record: Record
    lines: list[Line]
    services: frozenset[int]
    quarantines: frozenset[int]
    lapses_at: int
    is_agreed: bool = False
    is_ended: bool = False
    first_promise: int = 0
    promise: int = 0
    change: Change | None = None
    gives_up: frozenset[int] = frozenset()

    @property
    def buyer(self) -> int:
        return int(self.key["buyer"])

    @property
    def supplier(self) -> int:
        return int(self.key["supplier"])

    @property
    def parties(self) -> tuple[int, int]:
        return self.buyer, self.supplier

    @property
    def open_lines(self) -> frozenset[int]:
        return frozenset(number for number, line in enumerate(self.lines) if line is Line.OPEN)

    @property
    def status(self) -> OrderStatus:
        """The sum of the lines' states, and of what the parties still ask each other."""
        if not self.is_agreed:
            return OrderStatus.ENDED if self.is_ended else OrderStatus.OFFERED
        if self.change is not None:
            return OrderStatus.CHANGING
        if Line.OPEN in self.lines:
            return OrderStatus.CONFIRMED
        return OrderStatus.CLOSED if Line.DONE in self.lines else OrderStatus.CANCELLED

    @property
    def answer_by(self) -> int:
        """Until when somebody may answer what is offered."""
        return self.change.lapses_at if self.change else self.lapses_at


@dataclass(slots=True, eq=False)
class Milestone:
    """A milestone of a service line: what its last report said."""

    key: Value
    record: Record
    report: bytes
    last: bool
    lapses_at: int

    @property
    def is_reported(self) -> bool:
        return self.record.status == MilestoneStatus.REPORTED


@dataclass(slots=True)
class Journey:
    """A holding's way to somebody."""

    to: int
    lapses_at: int
    quarantine: bool
    consignment: Value


@dataclass(slots=True)
class Receipt:
    """Who took a holding in, and from whom: 0 if no sender signed."""

    receiver: str
    sender: int


@dataclass(slots=True, eq=False)
class Holding:
    """A quantity of a lot. `parent` is the id of what it is packed in."""

    key: Value
    id: bytes
    record: Record
    parent: bytes | None = None
    journey: Journey | None = None
    receipt: Receipt | None = None

    @property
    def maker(self) -> int:
        return int(self.key["maker"])

    @property
    def lot(self) -> tuple[int, bytes]:
        return self.maker, self.key["handle"]

    @property
    def flags(self) -> Flag:
        return self.record.flags

    @property
    def is_live(self) -> bool:
        return self.record.status != HoldingStatus.USED_UP

    @property
    def is_on_its_way(self) -> bool:
        return self.record.status == HoldingStatus.DISPATCHED


@dataclass(slots=True, eq=False)
class Consignment:
    """What one sends another at once; `settled` is its head when a discrepancy was settled last."""

    key: Value
    record: Record
    settled: bytes = bytes(24)

    @property
    def is_disputed(self) -> bool:
        return bool(self.record.flags & Flag.DISPUTED) and self.settled != self.record.head


@dataclass(slots=True)
class Claim:
    """What a one-sided receipt left for its sender, who knows the secret behind it."""

    claim: bytes
    receiver: int
