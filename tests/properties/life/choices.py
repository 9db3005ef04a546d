"""How everything is drawn: mostly what is wanted, so that shrinking leads to what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from hypothesis import strategies as st

from contracts.signatures import keccak
from tests.properties.life.park import Park

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]

# Few lots, so that recalls meet many holdings; few consignments, so that they have several lines.
HANDLES: Final = tuple(keccak(b"handle%d" % number) for number in range(3))
SECRET: Final = keccak(b"handed over with the goods")


def seldom(draw: Draw, one_in: int = 12) -> bool:
    return bool(draw(st.integers(0, one_in - 1)) == one_in - 1)


def mostly(draw: Draw, wanted: Sequence[T], all_: Sequence[T]) -> T | None:
    """One of the wanted, seldom any; None if there is nothing at all."""
    if not all_ and not wanted:
        return None
    pool = wanted if wanted and not (all_ and seldom(draw)) else all_ or wanted
    chosen: T = draw(st.sampled_from(pool))
    return chosen


def lapse(draw: Draw, park: Park) -> int:
    """Until when something may be answered: for long, seldom not for long."""
    return park.now + (int(draw(st.sampled_from((1, 2, 5, 100)))) if seldom(draw, 5) else 10_000_000)


class Drawer(NamedTuple):
    """How acts of a kind are drawn.

    `pools` gives the subjects such an act suits now and all it could be about; `owners` who would do it;
    `fields` (draw, park, subject, organisation, place in the batch) the action's own fields.
    """

    pools: Callable[[Park], tuple[Sequence[Any], Sequence[Any]]]
    owners: Callable[[Park, Any], Sequence[int]]
    fields: Callable[[Draw, Park, Any, int, int], dict[str, Any]]
