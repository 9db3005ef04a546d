"""The same rules and faults as the walk's, chosen and shortened by Hypothesis."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from backend.faults.ground import Ground
from backend.faults.liar import Liar
from backend.faults.life import Fault
from backend.faults.rules import FAULTS, RULES, Act
from backend.faults.world import World, opened

_EXAMPLES = int(os.environ.get("SUYUAN_FAULT_EXAMPLES", "4"))
_ACTS = 25

# As often as in the walk.
NAMES = [name for name, weight in FAULTS.items() for _ in range(weight)]
FAULT = st.builds(Fault, st.sampled_from(NAMES), st.integers(0, 40))
ACT = st.builds(Act, st.sampled_from(sorted(RULES)), st.lists(FAULT, max_size=3).map(tuple))


class BadMinutes(RuleBasedStateMachine):
    """Acts with faults in them, then the quiet hour and the laws."""

    ground: ClassVar[Ground]
    liar: ClassVar[Liar]

    def __init__(self) -> None:
        super().__init__()
        self._closing = ExitStack()
        self._world: World | None = None

    @initialize(seed=st.integers(0, 1000), finality_depth=st.integers(1, 4))
    def a_park_is_founded(self, seed: int, finality_depth: int) -> None:
        self._world = self._closing.enter_context(opened(self.ground, self.liar, seed, finality_depth))

    @rule(act=ACT)
    def something_happens(self, act: Act) -> None:
        assert self._world is not None
        act.perform(self._world)

    def teardown(self) -> None:
        with self._closing:
            if self._world is not None:
                self._world.settle()


@pytest.mark.timeout(600)
def test_whatever_happens_in_whatever_order_the_laws_hold(ground: Ground) -> None:
    with Liar(ground.anvil.url) as liar:
        BadMinutes.ground, BadMinutes.liar = ground, liar
        run_state_machine_as_test(
            BadMinutes,
            settings=settings(
                max_examples=_EXAMPLES,
                stateful_step_count=_ACTS,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
