"""The tray: actions that wait for a signature. One signature takes up to fifty of a kind."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backend.demo.facts import Facts, Mark, Product
from backend.demo.workdays import DAY
from backend.member.signer import Member

MOST_ACTIONS = 50


@dataclass(frozen=True, slots=True)
class _Waiting:
    value: Mapping[str, Any]
    marks: Mapping[Mark, int]
    trail: dict[str, Any] | None
    details: dict[str, Any] | None
    product: Product | None


@dataclass(frozen=True, slots=True)
class Signed:
    """A batch as POST /v1/submissions takes it, with its signer."""

    signer: Member
    actions: int
    batch: Mapping[str, Any]


class Tray:
    """Collects actions by signer and kind until somebody signs; counts those that were signed as facts, no others."""

    def __init__(self, facts: Facts, clock: Callable[[], int], most: int) -> None:
        """Args:
        clock: Unix seconds; a batch may be relayed for a day from when it was signed.
        most: how many actions may be counted in all; what comes after is not signed any more.
        """
        self._facts = facts
        self._clock = clock
        self._most = most
        self._waiting: dict[tuple[Member, str], list[_Waiting]] = {}

    @property
    def is_full(self) -> bool:
        """Whether nothing more will be signed."""
        return self._facts.events >= self._most

    def put(
        self,
        signer: Member,
        action: str,
        value: Mapping[str, Any],
        *marks: Mark,
        amounts: Mapping[Mark, int] | None = None,
        trail: dict[str, Any] | None = None,
        details: dict[str, Any] | None = None,
        product: Product | None = None,
    ) -> None:
        """Let an action wait behind those of its signer and kind. What builds on it may only be put after `sign`, or by
        the same signer as the same kind.

        Args:
            marks: what it means, each counted once; `amounts` are counted as they are.
            trail: opens the head of what is corrected.
            details: what the root commits to; they travel beside it.
            product: what a tenant made by it.
        """
        told = dict.fromkeys(marks, 1) | dict(amounts or {})
        self._waiting.setdefault((signer, action), []).append(_Waiting(value, told, trail, details, product))

    def sign(self) -> Iterator[Signed]:
        """Sign and forget all that waits."""
        waiting, self._waiting = self._waiting, {}
        for (signer, action), actions in waiting.items():
            for start in range(0, len(actions), MOST_ACTIONS):
                some = actions[start : start + min(MOST_ACTIONS, self._most - self._facts.events)]
                if not some:
                    return
                self._note(action, some)
                batch = signer.batch(
                    action,
                    *(each.value for each in some),
                    deadline=self._clock() + DAY,
                    trails=[each.trail for each in some if each.trail is not None],
                    details=[each.details for each in some] if any(each.details for each in some) else None,
                )
                yield Signed(signer, len(some), batch)

    def _note(self, action: str, some: list[_Waiting]) -> None:
        self._facts.count(action, len(some))
        for each in some:
            self._facts.note(each.marks)
            if each.product is not None:
                self._facts.product = each.product
