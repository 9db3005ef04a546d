"""The life of a park: whatever its members try, in whatever order, the ledgers, the mirror and a model agree."""

from __future__ import annotations

import os
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.properties.life.chain import Chain
from tests.properties.life.drawing import draw_deed
from tests.properties.life.mirror import Mirror
from tests.properties.life.moves import ways_out
from tests.properties.life.story import Story

# Each is told by a seed of its own, so that all runs tell the same. After ten, Hypothesis would vary those it has
# rather than think of others.
_CHAPTERS = int(os.environ.get("SUYUAN_LIFE_CHAPTERS", "6"))
_LIVES_A_CHAPTER = 10
_STEPS = 50


class Life(RuleBasedStateMachine):
    """Members try things, at random, until all comes to rest."""

    chain: ClassVar[Chain]
    mirror: ClassVar[Mirror]
    story: Story | None = None

    @initialize()
    def everybody_has_just_come_in(self) -> None:
        self.story = Story(self.chain, self.mirror)

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """One rule for all: of several, Hypothesis leaves some out of an example, and a park without acts is none."""
        assert self.story is not None
        data.draw(st.sampled_from((*[_somebody_tries] * 7, _two_race, _time_passes)))(self.story, data)

    def teardown(self) -> None:
        if self.story is not None and self.story.is_foretold:
            self.story.end()


def _somebody_tries(story: Story, data: st.DataObject) -> None:
    deed = draw_deed(data.draw, story.park)
    if deed is not None:
        story.attempt(deed)


def _two_race(story: Story, data: st.DataObject) -> None:
    """Both sign on the same state; the second comes one block too late."""
    contested = [ways for ways in ways_out(story.park).values() if len({way.signer.address for way in ways}) > 1]
    if contested:
        ways = data.draw(st.sampled_from(contested))
        first = data.draw(st.sampled_from(ways))
        second = data.draw(st.sampled_from([way for way in ways if way.signer != first.signer]))
        story.attempt(first)
        story.attempt(second)


def _time_passes(story: Story, data: st.DataObject) -> None:
    story.park.now += data.draw(st.sampled_from((1, 5, 100, 1_000_000)))


# What fails is told again and again to find the shortest story, for up to five minutes.
@pytest.mark.timeout(900)
@pytest.mark.parametrize("chapter", range(_CHAPTERS))
def test_a_park_lives_by_its_laws(chapter: int, chain: Chain, mirror: Mirror) -> None:
    Life.chain, Life.mirror = chain, mirror
    run_state_machine_as_test(
        seed(chapter)(Life),
        settings=settings(
            max_examples=_LIVES_A_CHAPTER,
            stateful_step_count=_STEPS,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
