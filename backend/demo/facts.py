"""What was told: counted as it is signed, so that the mirror can be compared with it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from backend.member.signer import Holding


class Mark(StrEnum):
    """What an action means to the trade, beyond its kind."""

    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LEFT_TO_LAPSE = "left to lapse"
    PROMISED_LATER = "promised later"
    LATE = "late"
    SHORT = "short"
    OVER = "over"
    REJECTED = "rejected"
    WARM = "warm"
    RELEASED = "released"
    FAILED = "failed"
    RETURNED = "returned"
    OFF_PLATFORM = "off platform"
    PRICE_CHANGED = "price changed"
    ORDERED_FEN = "ordered, fen"
    OFF_PLATFORM_FEN = "bought off platform, fen"


@dataclass(frozen=True, slots=True)
class Product:
    """Something a tenant made, and who."""

    owner: str
    holding: Holding

    @property
    def id(self) -> str:
        """As the service knows it."""
        return f"0x{self.holding.id.hex()}"


@dataclass(slots=True)
class Facts:
    """The park as it was told. Holds counts alone, however long the story."""

    actions: Counter[str] = field(default_factory=Counter)
    """Signed actions by kind."""
    marks: Counter[Mark] = field(default_factory=Counter)
    product: Product | None = None
    """The last thing a tenant made."""

    @property
    def events(self) -> int:
        """How many actions were signed."""
        return self.actions.total()

    @property
    def orders(self) -> int:
        return self.actions["IssueOrder"]

    @property
    def dispatches(self) -> int:
        """Lines sent to another organisation, returns among them."""
        return self.actions["DispatchGoods"]

    @property
    def receipts(self) -> int:
        """Lines a receiver answered, and goods received from people who do not sign."""
        return self.actions["ReceiveGoods"] + self.actions["ReceiveDirect"]

    @property
    def returns(self) -> int:
        """Lines sent back to whoever made the goods."""
        return self.marks[Mark.RETURNED]

    @property
    def releases(self) -> int:
        """Holdings that quality, or a regulator, let go."""
        return self.marks[Mark.RELEASED]

    def count(self, action: str, number: int = 1) -> None:
        """Count actions of a kind that were signed."""
        self.actions[action] += number

    def note(self, marks: Mapping[Mark, int]) -> None:
        """Count what an action that was signed meant."""
        for mark, amount in marks.items():
            self.marks[mark] += amount
