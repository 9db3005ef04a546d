"""The life of a park: whatever its members try, in whatever order, the ledgers, the mirror and a model agree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from backend.sandbox.anvil import Anvil
from backend.sandbox.database import create_database
from backend.sandbox.process import Reaper
from tests.properties.life.chain import Chain
from tests.properties.life.drawing import draw_deed
from tests.properties.life.law import Deed, after
from tests.properties.life.laws import check, watch
from tests.properties.life.members import ROLES
from tests.properties.life.mirror import Mirror, mirror_of
from tests.properties.life.moves import ways_out
from tests.properties.life.park import Park
from tests.properties.life.views import answers

_EXAMPLES = int(os.environ.get("SUYUAN_LIFE_EXAMPLES", "60"))
_STEPS = 40
# Of the genesis block: the same park is told each time.
_LONG_AGO = 1_700_000_000

# Each subject needs a few acts to come to rest, and each act may set another in motion once.
_LONGEST_ENDING = 400


class Life(RuleBasedStateMachine):
    """Members try things; the model says what must become of them."""

    chain: ClassVar[Chain]
    mirror: ClassVar[Mirror]
    park: Park
    # Whether all is as foretold: where it is not, no ending follows.
    is_foretold = False

    @initialize()
    def everybody_has_just_come_in(self) -> None:
        self.chain.rewind()
        self.park = Park(self.chain.start, ROLES)
        self.is_foretold = True

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """One rule for all: of several, Hypothesis leaves some out of an example, and a park without acts is none."""
        data.draw(st.sampled_from((*[self._somebody_tries] * 7, self._two_race, self._time_passes)))(data)

    def _somebody_tries(self, data: st.DataObject) -> None:
        deed = draw_deed(data.draw, self.park)
        if deed is not None:
            self._try(deed)

    def _two_race(self, data: st.DataObject) -> None:
        """Both sign on the same state; the second comes one block too late."""
        contested = [ways for ways in ways_out(self.park).values() if len({way.signer.address for way in ways}) > 1]
        if contested:
            ways = data.draw(st.sampled_from(contested))
            first = data.draw(st.sampled_from(ways))
            second = data.draw(st.sampled_from([way for way in ways if way.signer != first.signer]))
            self._try(first)
            self._try(second)

    def _time_passes(self, data: st.DataObject) -> None:
        self.park.now += data.draw(st.sampled_from((1, 5, 100, 1_000_000)))

    def teardown(self) -> None:
        if not self.is_foretold:
            return
        self._everything_comes_to_rest()
        assert (everything := answers(self.park)) == self.chain.answers(everything)
        self.chain.seal(self.park.now)
        self.mirror.compare(self.park)

    def _try(self, deed: Deed) -> None:
        """Has a deed recorded and foretold, and compares all that it could have changed."""
        self.is_foretold = False
        before = answers(self.park)
        self.park, foretold = after(self.park, deed, watch)
        assert foretold == self.chain.record(deed, self.park.now - 1), deed
        now = answers(self.park)
        changed = {question: answer for question, answer in now.items() if before.get(question) != answer}
        assert changed == self.chain.answers(changed)
        check(self.park)
        stuck = [subject.hex() for subject, ways in ways_out(self.park).items() if not ways]
        assert not stuck, f"nobody can move on {stuck}"
        self.is_foretold = True

    def _everything_comes_to_rest(self) -> None:
        """Somebody does what can be done next, until there is nothing left."""
        for turn in range(_LONGEST_ENDING):
            waiting = ways_out(self.park)
            if not waiting:
                return
            ways = waiting[min(waiting)]
            self._try(ways[turn % len(ways)])
        raise AssertionError(f"still waiting after {_LONGEST_ENDING} acts: {ways_out(self.park)}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, reaper: Reaper, postgres: str) -> Iterator[tuple[Chain, Mirror]]:
    with ExitStack() as exits:
        anvil = Anvil(tmp_path_factory.mktemp("life") / "anvil", reaper, genesis_timestamp=_LONG_AGO)
        anvil.start()
        exits.callback(anvil.stop)
        chain = Chain(anvil)
        exits.callback(chain.close)
        yield chain, exits.enter_context(mirror_of(chain, exits.enter_context(create_database(postgres))))


def test_a_park_lives_by_its_laws(world: tuple[Chain, Mirror]) -> None:
    Life.chain, Life.mirror = world
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=_EXAMPLES,
            stateful_step_count=_STEPS,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
