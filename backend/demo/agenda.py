"""The agenda: what is due, by stage and time. It holds open business and nothing else."""

from collections.abc import Callable, Iterator
from enum import IntEnum, auto
from heapq import heappop, heappush
from itertools import count

Act = Callable[[int], None]
"""Does what was due, at the given time (Unix seconds)."""


class Stage(IntEnum):
    """The parts of a stretch of days, in order: between two of them all that waits is signed."""

    ORDER = auto()
    ANSWER = auto()
    PROPOSE = auto()
    AGREE = auto()
    MAKE = auto()
    DISPATCH = auto()
    RECEIVE = auto()
    BUY_DIRECT = auto()
    UNPACK = auto()
    JUDGE = auto()
    SETTLE = auto()
    SEND_BACK = auto()
    TAKE_BACK = auto()
    REPORT = auto()
    ANSWER_REPORT = auto()
    CLOSE = auto()
    COUNTERSIGN = auto()
    HOLD = auto()
    LIFT = auto()
    CORRECT = auto()
    AGREE_CORRECTION = auto()
    USE = auto()
    HAND_ON = auto()
    TAKE_ON = auto()
    SIGN_SHEET = auto()


class Agenda:
    """Acts that are due, each once."""

    def __init__(self) -> None:
        self._due: dict[Stage, list[tuple[int, int, Act]]] = {stage: [] for stage in Stage}
        self._numbers = count()

    def add(self, stage: Stage, at: int, act: Act) -> None:
        """Do something when its time has come; at the same time, what was added first."""
        heappush(self._due[stage], (at, next(self._numbers), act))

    def take(self, stage: Stage, until: int) -> Iterator[tuple[int, Act]]:
        """What of a stage is due up to a time, the earliest first; it is off the agenda then."""
        due = self._due[stage]
        while due and due[0][0] <= until:
            at, _, act = heappop(due)
            yield at, act

    def __len__(self) -> int:
        return sum(len(due) for due in self._due.values())
