"""A life: one run of an indexer, a relayer or a desk, from its start to its end, and what befalls it on the way.

A life goes in *steps*: a question it asks the node, a statement or a COMMIT it sends to the database. Between any two
of them, and there alone, a *fault* can happen to it: the node lies to it (`backend.faults.lies`), it dies, or the world
moves on without it (`backend.faults.world`). Which fault at which step is decided before the act begins, so that the
same plan gives the same run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

DEATH = "death"
DEATH_BEFORE_READING = "death_before_reading"
"""The node has answered, and the answer is never read."""

DEATHS = (DEATH, DEATH_BEFORE_READING)


class Died(BaseException):
    """The process is dead. Not an Exception: nothing of ours may catch it, as nothing catches a signal 9."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`name` happens at the first step that it fits, from step `at` of an act on, counted from 0."""

    name: str
    at: int


class Life:
    """Counts the steps of one process and has the planned faults happen.

    Args:
        befall: has an accident happen to the world, by its name.
        accidents: the names `befall` knows; every other fault is a lie, and the liar's to tell.
    """

    def __init__(self, befall: Callable[[str], None], accidents: Iterable[str]) -> None:
        self._befall = befall
        self._accidents = frozenset(accidents)
        self._planned: list[Fault] = []
        self._at = 0
        self.steps = 0
        self.is_dead = False
        self.suffered: Counter[str] = Counter()
        """Deaths and lies by name; what befalls the world is counted there."""

    def plan(self, faults: Iterable[Fault]) -> None:
        """Begin an act in which these happen; what was planned and did not come to pass is forgotten."""
        self._planned = sorted(faults, key=lambda fault: fault.at)
        self._at = 0

    def statement(self) -> None:
        """A statement or COMMIT is about to be sent.

        Raises:
            Died: it is not sent.
        """
        if self.is_dead:
            raise Died
        self._step()
        if self._comes(*DEATHS):
            self.is_dead = True
            raise Died

    def question(self) -> bool:
        """A question is about to reach the node; False if it never does."""
        if self.is_dead:
            return False
        self._step()
        if self._comes(DEATH):
            self.is_dead = True
        return not self.is_dead

    def answer(self) -> bool:
        """The node's answer is about to be read; False if it never is."""
        if self._comes(DEATH_BEFORE_READING):
            self.is_dead = True
        return not self.is_dead

    def lies_due(self) -> list[str]:
        """The lies that may be told now, the longest planned first."""
        ours = (*DEATHS, *self._accidents)
        return [fault.name for fault in self._planned if fault.at < self._at and fault.name not in ours]

    def told(self, name: str) -> None:
        """One of `lies_due` was told."""
        self._strike_out(name)
        self.suffered[name] += 1

    def _step(self) -> None:
        self.steps += 1
        self._at += 1
        for name in [fault.name for fault in self._planned if fault.at < self._at and fault.name in self._accidents]:
            self._strike_out(name)
            self._befall(name)

    def _comes(self, *names: str) -> bool:
        due = [fault.name for fault in self._planned if fault.at < self._at and fault.name in names]
        for name in due[:1]:
            self.told(name)
        return bool(due)

    def _strike_out(self, name: str) -> None:
        struck = next(fault for fault in self._planned if fault.name == name)
        self._planned.remove(struck)
