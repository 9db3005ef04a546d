"""What can happen in a chapter, by name, and a chapter as it can be written down and run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Self

from backend.faults.lies import LIES
from backend.faults.life import DEATHS, Fault
from backend.faults.world import INTERFERENCE, NATURAL, World

SETTLE = "settle"

RULES: Mapping[str, Callable[[World, Iterable[Fault]], object]] = {
    "submit": World.submit,
    "observe": World.observe,
    "submit_again": World.submit_again,
    "index": World.index,
    "index_second": World.index_second,
    "relay": World.relay,
    "relay_second": World.relay_second,
    "rebuild": World.rebuild,
    "block": lambda world, _: world.nature.block(),
    "reorganisation": lambda world, _: world.nature.reorganisation(),
    "shortening": lambda world, _: world.nature.shortening(),
    "broken_finality": lambda world, _: world.nature.broken_finality(),
    "restart": lambda world, _: world.restart(),
    SETTLE: lambda world, _: world.settle(),
}

# How often a rule comes, in proportion to the others. Settling has a time of its own.
_WEIGHTS = {
    "submit": 24,
    "observe": 12,
    "submit_again": 3,
    "index": 24,
    "index_second": 6,
    "relay": 22,
    "relay_second": 6,
    "rebuild": 1,
    "block": 16,
    "reorganisation": 4,
    "shortening": 3,
    "broken_finality": 1,
    "restart": 1,
}

# Faults that take a while: one comes for ten of the others.
_DEAR = frozenset({"silence", "restarted_database", "killed_database", "lost_mirror", "rebuilder"})

FAULTS: Mapping[str, int] = {
    **{name: 1 if name in _DEAR else 10 for name in (*LIES, *NATURAL, *INTERFERENCE)},
    **dict.fromkeys(DEATHS, 40),
}
"""Every fault that can happen in the middle of an act, with its weight."""

# An act of a desk takes about 8 steps, of a relayer 20, of an indexer 40.
_WITHIN_STEPS = (4, 12, 40)


@dataclass(frozen=True, slots=True)
class Act:
    """A rule, and the faults that happen while it is followed."""

    rule: str
    faults: tuple[Fault, ...] = ()

    def perform(self, world: World) -> None:
        RULES[self.rule](world, self.faults)

    def as_json(self) -> list[Any]:
        """`[rule, [fault, step], ...]`."""
        return [self.rule, *([fault.name, fault.at] for fault in self.faults)]

    @classmethod
    def from_json(cls, written: list[Any]) -> Self:
        """Raises KeyError where a rule or a fault has another name in this release."""
        rule, *faults = written
        for name in (fault for fault, _ in faults):
            _ = FAULTS[name]
        _ = RULES[rule]
        return cls(rule, tuple(Fault(name, at) for name, at in faults))


@dataclass(slots=True)
class Chapter:
    """Acts on fresh ground. `seed` decides what the members sign and how deep the reorganisations go."""

    seed: int
    finality_depth: int
    acts: list[Act] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "finality_depth": self.finality_depth,
            "acts": [act.as_json() for act in self.acts],
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError for what `as_json` did not write."""
        return cls(written["seed"], written["finality_depth"], [Act.from_json(act) for act in written["acts"]])


def draw(chance: Random) -> Act:
    """An act by chance, with none to four faults at steps it may well reach."""
    (rule,) = chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
    return Act(rule, tuple(_draw_faults(chance)))


def _draw_faults(chance: Random) -> Iterator[Fault]:
    for _ in range(chance.choice((0, 1, 1, 2, 3, 4))):
        (name,) = chance.choices(list(FAULTS), list(FAULTS.values()))
        yield Fault(name, chance.randrange(chance.choice(_WITHIN_STEPS)))
