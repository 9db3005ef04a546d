"""Which approvers an amount needs.

The rules of a cost centre or project are levels: {up to 5,000: the group leader; up to 50,000: the head}. An amount
reaches the lowest level, and each next one if it is more than the level below goes up to: 3,000 needs the group
leader, 30,000 both. Everybody named on a level that is reached has to approve. An amount beyond the highest level
nobody may approve. A request is judged for each of its cost centres and projects by what it charges to it, and needs
the approvers of all of them.
"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """Somebody who approves up to an amount, in CNY 0.01."""

    up_to_fen: int
    approver: str


def approvers(levels: Collection[Level], amount_fen: int) -> frozenset[str] | None:
    """Everybody who has to approve an amount; None if it is beyond the highest level."""
    ascending = sorted({level.up_to_fen for level in levels})
    if not ascending or amount_fen > ascending[-1]:
        return None
    highest = next(up_to for up_to in ascending if amount_fen <= up_to)
    return frozenset(level.approver for level in levels if level.up_to_fen <= highest)
