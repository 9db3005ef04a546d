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
from threading import Lock
from typing import Any

import psycopg

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
        self._one_at_a_time = Lock()
        self.steps = 0
        self.is_dead = False
        self.connections: dict[int, psycopg.Connection[Any]] = {}
        """By the process id of the server's end; the operating system closes them when the process is gone."""
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

    def tells(self, name: str) -> bool:
        """One of `lies_due` is about to be told; False if another thread of the process was told it just now."""
        struck = self._strike_out(name)
        self.suffered[name] += struck
        return struck

    def _step(self) -> None:
        self.steps += 1
        self._at += 1
        for name in [fault.name for fault in self._planned if fault.at < self._at and fault.name in self._accidents]:
            if self._strike_out(name):
                self._befall(name)

    def _comes(self, *names: str) -> bool:
        due = [fault.name for fault in self._planned if fault.at < self._at and fault.name in names]
        return any(self.tells(name) for name in due[:1])

    def _strike_out(self, name: str) -> bool:
        """Whether it was still planned. A process may ask several questions at once, from threads of its own."""
        with self._one_at_a_time:
            struck = next((fault for fault in self._planned if fault.name == name), None)
            if struck is not None:
                self._planned.remove(struck)
        return struck is not None
