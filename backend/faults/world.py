"""A chapter of a walk: the processes of a park, the members who hand records in, and a world that lets nobody alone.

Every rule of the walk is a method here; the seeded walk and the state machine of the tests draw from the same ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from random import Random

from backend.faults.ground import Ground
from backend.faults.laws import Court, LawBroken, is_refused, open_pledges
from backend.faults.liar import Liar
from backend.faults.life import Fault
from backend.faults.nature import Nature
from backend.faults.pledges import Pledge, Pledges
from backend.faults.processes import Desk, House, Indexer, Mortal, Worker

_QUIET_ROUNDS = 12
_STALE_RESUBMISSIONS = 8

NATURAL = (
    *("block", "reorganisation", "shortening", "emptied_pool", "taken_nonce"),
    *("cut_connections", "restarted_database", "killed_database", "lost_mirror"),
)
"""What nature does by these names of `Nature`'s methods, at any step of any process."""

UNNATURAL = ("broken_finality",)
"""What no chain may do; after it the mirror halts."""

INTERFERENCE = ("another_indexer", "another_worker", "rebuilder")
"""Another process makes a step of its own in between."""

ACCIDENTS = frozenset((*NATURAL, *UNNATURAL, *INTERFERENCE))


class World:
    """One chapter. Use `opened`; settle now and then."""

    def __init__(self, ground: Ground, database_url: str, liar: Liar, seed: int, finality_depth: int) -> None:
        chance = Random(f"world {seed}")  # noqa: S311 (chance that can be repeated, not secrets)
        self.nature = Nature(ground, database_url, finality_depth, chance)
        self.pledges = Pledges(ground, f"faults {seed}".encode(), chance)
        self.interfered: Counter[str] = Counter()
        self.halts: Counter[str] = Counter()
        self.rows_verified = 0
        self.settlings = 0
        self.quiet_steps = 0
        """Of all steps, those of the quiet hours."""
        self.court = Court(ground, database_url, finality_depth)
        self.database_url = database_url
        self._liar = liar
        self._finality_depth = finality_depth
        self._interfering = False
        house = House(ground, database_url, liar, finality_depth, self._befall, ACCIDENTS)
        self.indexer, self.second_indexer = Indexer("indexer", house), Indexer("second-indexer", house)
        self.rebuilder = Indexer("rebuilder", house)
        self.worker, self.second_worker = Worker("worker", house), Worker("second-worker", house)
        self.desk = Desk("desk", house)

    @property
    def processes(self) -> tuple[Mortal, ...]:
        return (*self.indexers, self.worker, self.second_worker, self.desk)

    @property
    def indexers(self) -> tuple[Indexer, ...]:
        return (self.indexer, self.second_indexer, self.rebuilder)

    @property
    def steps(self) -> int:
        return sum(process.steps for process in self.processes)

    @property
    def suffered(self) -> Counter[str]:
        """Every fault that happened so far, by name."""
        happened = self.nature.befallen + self.interfered
        for process in self.processes:
            happened += process.suffered + process.life.suffered
        return happened

    # --- rules ---

    def submit(self, faults: Iterable[Fault] = ()) -> None:
        """A member signs new holdings and hands them in."""
        self._hand_in(self.pledges.make(), faults)

    def observe(self, faults: Iterable[Fault] = ()) -> None:
        """A member signs an event on what it handed in before."""
        pledge = self.pledges.observe()
        if pledge is not None:
            self._hand_in(pledge, faults)

    def submit_again(self, faults: Iterable[Fault] = ()) -> None:
        """A member hands the same batch in once more."""
        pledge = self.pledges.any()
        if pledge is not None:
            self._hand_in(pledge, faults)

    def index(self, faults: Iterable[Fault] = ()) -> bool:
        """The indexer looks at the chain; whether the mirror moved."""
        return self._watch(self.indexer, self.indexer.step, faults)

    def index_second(self, faults: Iterable[Fault] = ()) -> bool:
        """So does another one."""
        return self._watch(self.second_indexer, self.second_indexer.step, faults)

    def rebuild(self, faults: Iterable[Fault] = ()) -> bool:
        """Somebody rebuilds the mirror beside the one that serves; whether it came to its end."""
        return self._watch(self.rebuilder, self.rebuilder.rebuild, faults)

    def relay(self, faults: Iterable[Fault] = ()) -> None:
        """The relayer makes a round."""
        self.worker.advance(faults)

    def relay_second(self, faults: Iterable[Fault] = ()) -> None:
        """Another relayer makes one, and asks for no lock."""
        self.second_worker.advance(faults, unlocked=True)

    def restart(self) -> None:
        """Every process ends and begins again."""
        for process in self.processes:
            process.restart()

    # --- the quiet hour, and the law ---

    def settle(self) -> None:
        """Let everybody go on undisturbed until nothing is left to do, then hold them to the laws.

        Raises:
            LawBroken: something is wrong with us.
        """
        self._require_nothing_broken()
        before = self.steps
        self.nature.mine(self._finality_depth + 1)
        self._make_peace_after_broken_finality()
        for pledge in self.pledges.unanswered:
            self._hand_in(pledge, ())
        for _ in range(_STALE_RESUBMISSIONS):
            self._come_to_rest()
            refused = self._refused_and_worth_another_try()
            for pledge in refused:
                self._hand_in(pledge, ())
            if not refused:
                break
        self.rows_verified += self.court.judge_mirror()
        self.court.judge_outbox(self.pledges)
        self._require_nothing_broken()
        self.settlings += 1
        self.quiet_steps += self.steps - before

    def _come_to_rest(self) -> None:
        for _ in range(_QUIET_ROUNDS):
            self.worker.advance()
            self.nature.mine(self._finality_depth + 1)
            self._follow()
            self.worker.advance()
            if not open_pledges(self.pledges.acknowledged, self.court.fates()):
                return
        # The court says of which one.

    def _follow(self) -> None:
        """The indexer goes as far as the chain does; here, where nobody lies, it has no reason to halt."""
        before = len(self.indexer.halts)
        for _ in range(_QUIET_ROUNDS):
            if not self.index() and not self.index():
                break
        if len(self.indexer.halts) > before:
            raise LawBroken("halted", f"the indexer halts at a node that tells the truth: {self.indexer.halts[-1]}")

    def _make_peace_after_broken_finality(self) -> None:
        """What was final has changed. The mirror halts, if it had got that far, and has kept what it had."""
        if not self.nature.is_finality_broken:
            return
        halts = len(self.indexer.halts)
        for _ in range(_QUIET_ROUNDS):
            if not self.index() and not self.index():
                break
        if len(self.indexer.halts) > halts and not self.rebuild():
            raise LawBroken("halted", "the mirror cannot be rebuilt at a node that tells the truth")
        self.nature.make_peace()

    def _refused_and_worth_another_try(self) -> list[Pledge]:
        """Refused for what they presume, which may be there by now."""
        fates = self.court.fates()
        return [
            pledge
            for pledge in self.pledges.acknowledged
            if not pledge.stands_alone and is_refused(fates.get(pledge.digest))
        ]

    # --- in between ---

    def _hand_in(self, pledge: Pledge, faults: Iterable[Fault]) -> None:
        answer = self.desk.take(pledge.batch, pledge.organisation, faults)
        if not pledge.is_acknowledged:
            self.pledges.keep(pledge, answer=answer)
        self._require_nothing_broken()

    def _watch(self, indexer: Indexer, step: Callable[[Iterable[Fault]], bool], faults: Iterable[Fault]) -> bool:
        """A step of an indexer; if it halts, nothing final may have changed, unless others put the mirror away."""
        final = self.court.final_part() if self.nature.is_finality_broken else None
        halts, taken_away = len(indexer.halts), self._mirrors_taken_away
        moved = step(faults)
        for halt in indexer.halts[halts:]:
            self.halts[halt.code] += 1
            if not halt.message or not halt.next_step:
                raise LawBroken("halted", f"{halt.code} does not say what to do")
            if final is None or taken_away != self._mirrors_taken_away:
                continue
            if final[1] != self.court.digest_up_to(final[0]):
                raise LawBroken("changed", f"rows of blocks up to {final[0]} changed in a step that halted: {halt}")
        return moved

    @property
    def _mirrors_taken_away(self) -> int:
        """How often somebody dropped the mirror or built another in its place."""
        return self.nature.befallen["lost_mirror"] + self.interfered["rebuilder"]

    def _befall(self, name: str) -> None:
        """An accident, in the middle of somebody's act."""
        if name not in INTERFERENCE:
            getattr(self.nature, name)()
        elif not self._interfering:
            self._interfering = True
            self.interfered[name] += 1
            self._interfere(name)
            self._interfering = False

    def _interfere(self, name: str) -> None:
        """A step of a process other than the one that is at it."""
        if name == "another_indexer":
            (self.second_indexer if self.indexer.is_acting else self.indexer).step()
        elif name == "another_worker":
            (self.second_worker if self.worker.is_acting else self.worker).advance(unlocked=True)
        elif not self.rebuilder.is_acting:
            self.rebuilder.rebuild()

    def _require_nothing_broken(self) -> None:
        for error in self._liar.broken:
            raise LawBroken("broken", f"a fault went wrong by itself: {type(error).__name__} {error}") from error

    def close(self) -> None:
        for process in self.processes:
            process.end()
        self.court.close()


@contextmanager
def opened(ground: Ground, liar: Liar, seed: int, finality_depth: int) -> Iterator[World]:
    """A chapter on fresh ground."""
    with ground.fresh() as database_url:
        world = World(ground, database_url, liar, seed, finality_depth)
        try:
            yield world
        finally:
            world.close()
