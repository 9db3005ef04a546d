"""A park's story as it is told: each deed is foretold by the model, done on the chain, and the two compared."""

from __future__ import annotations

from tests.properties.life.chain import Chain
from tests.properties.life.law import Deed, Outcome, after
from tests.properties.life.laws import check, watch
from tests.properties.life.members import ROLES
from tests.properties.life.mirror import Mirror
from tests.properties.life.moves import ways_out
from tests.properties.life.park import Park
from tests.properties.life.views import answers

# Each subject needs a few acts to come to rest, and each act may set another in motion once.
_LONGEST_ENDING = 400


class Story:
    """Begins when everybody has just come in. `is_foretold` as long as all went as the model said."""

    def __init__(self, chain: Chain, mirror: Mirror) -> None:
        chain.rewind()
        self._chain = chain
        self._mirror = mirror
        self.park = Park(chain.start, ROLES)
        self.is_foretold = True

    def attempt(self, deed: Deed) -> Outcome:
        """Has a deed done in the next block, and compares all that it should have changed."""
        self.is_foretold = False
        before = answers(self.park)
        self.park, foretold = after(self.park, deed, watch)
        assert foretold == self._chain.record(deed, self.park.now - 1), deed
        now = answers(self.park)
        changed = {question: answer for question, answer in now.items() if before.get(question) != answer}
        assert changed == self._chain.answers(changed)
        check(self.park)
        stuck = [subject.hex() for subject, ways in ways_out(self.park).items() if not ways]
        assert not stuck, f"nobody can move on {stuck}"
        self.is_foretold = True
        return foretold

    def end(self) -> None:
        """Somebody does what can be done next, until all is at rest; then chain and mirror are asked about all."""
        for turn in range(_LONGEST_ENDING):
            waiting = ways_out(self.park)
            if not waiting:
                break
            ways = waiting[min(waiting)]
            self.attempt(ways[turn % len(ways)])
        else:
            raise AssertionError(f"still waiting after {_LONGEST_ENDING} acts: {waiting}")
        everything = answers(self.park)
        assert everything == self._chain.answers(everything)
        self._chain.seal(self.park.now)
        self._mirror.compare(self.park)
