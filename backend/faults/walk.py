"""A seeded walk: chapters of acts drawn by chance, settled and judged again and again, until a law breaks.

The same seed draws the same acts with the same faults. Every act is written down, so that a chapter in which a law
broke can be run again on its own, and shortened by hand.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random

from backend.faults.ground import Ground
from backend.faults.laws import LawBroken
from backend.faults.liar import Liar
from backend.faults.rules import SETTLE, Act, Chapter, draw
from backend.faults.world import World, opened

_STEPS_A_CHAPTER = 2000
_ACTS_A_SETTLING = 40
_FINALITY_DEPTHS = (1, 1, 2, 4)


@dataclass(slots=True)
class Tally:
    """What a walk came to. `broken_in` is the chapter up to where a law broke."""

    steps: int = 0
    quiet_steps: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    halts: Counter[str] = field(default_factory=Counter)
    chapters: int = 0
    settlings: int = 0
    acknowledged: int = 0
    rows_verified: int = 0
    cpu_seconds: float = 0.0
    broken: LawBroken | None = None
    broken_in: Chapter | None = None

    def add(self, world: World, chapter: Chapter) -> None:
        """What a chapter came to."""
        self.steps += world.steps
        self.quiet_steps += world.quiet_steps
        self.acts += Counter(act.rule for act in chapter.acts)
        self.faults += world.suffered
        self.halts += world.halts
        self.chapters += 1
        self.settlings += world.settlings
        self.acknowledged += len(world.pledges.acknowledged)
        self.rows_verified += world.rows_verified


def walk(ground: Ground, seed: int, steps: int, progress: Callable[[Tally], None] = lambda _: None) -> Tally:
    """Walk at least `steps` steps, or up to where a law breaks."""
    tally = Tally()
    with Liar(ground.anvil.url) as liar:
        while tally.steps < steps and tally.broken is None:
            chance = Random(f"{seed} {tally.chapters}")  # noqa: S311 (chance that can be repeated, not secrets)
            chapter = Chapter(chance.getrandbits(32), chance.choice(_FINALITY_DEPTHS))
            drawn = partial(_drawn, chance=chance, most_steps=min(_STEPS_A_CHAPTER, steps - tally.steps))
            _live_through(ground, liar, chapter, drawn, tally)
            progress(tally)
    return tally


def replay(ground: Ground, chapters: Iterable[Chapter]) -> Tally:
    """Run chapters again as they were written down, each settled at its end."""
    tally = Tally()
    with Liar(ground.anvil.url) as liar:
        for written in chapters:
            _live_through(
                ground,
                liar,
                Chapter(written.seed, written.finality_depth),
                partial(_as_written, acts=written.acts),
                tally,
            )
            if tally.broken is not None:
                break
    return tally


def _as_written(_world: World, acts: Iterable[Act]) -> Iterator[Act]:
    yield from acts
    yield Act(SETTLE)


def _drawn(world: World, chance: Random, most_steps: int) -> Iterator[Act]:
    """Acts until the world has taken so many steps, the last of which settles it."""
    while world.steps < most_steps:
        for _ in range(_ACTS_A_SETTLING):
            yield draw(chance)
            if world.steps >= most_steps:
                break
        yield Act(SETTLE)


def _live_through(
    ground: Ground, liar: Liar, chapter: Chapter, acts_in: Callable[[World], Iterable[Act]], tally: Tally
) -> None:
    """Perform acts in a fresh world; each is in `chapter` before it begins."""
    began = time.process_time()
    with opened(ground, liar, chapter.seed, chapter.finality_depth) as world:
        try:
            for act in acts_in(world):
                chapter.acts.append(act)
                act.perform(world)
        except LawBroken as broken:
            tally.broken, tally.broken_in = broken, chapter
        tally.add(world, chapter)
    tally.cpu_seconds += time.process_time() - began
