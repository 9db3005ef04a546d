"""The sample park's year: who orders, delivers, receives, releases, returns and corrects what, over 365 days.

The same seed, size and clock tell the same year, byte for byte; on another day it is the same year some weeks later,
for it ends with the last whole week. It is told in stretches of days: whatever is due in one is signed by stage, so
that a signature covers many records; what a stretch does not finish waits for the next. Nothing is kept of what is
done: memory holds the business that is open, however long the year.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial

from backend import clock as service_clock
from backend.demo.agenda import Agenda, Stage
from backend.demo.business import Telling
from backend.demo.deliveries import Deliveries
from backend.demo.facts import Facts
from backend.demo.ordering import Ordering
from backend.demo.park import Park
from backend.demo.quality import Quality
from backend.demo.stockroom import Stockroom
from backend.demo.tray import Signed, Tray
from backend.demo.workdays import DAY, week_before, working_time

_YEAR = 365 * DAY
# A chain whose clock is behind ours must not think us in the future.
_AGO = 60

# Measured over many seeds: what an order and what goes with it make, from issue to close.
_EVENTS_AN_ORDER = 30
# More is begun than is wanted: what is left at the end stays open business.
_BEGUN_PER_MILLE = 1_040
_BEGUN_AT_LEAST = 4

_EVENTS_A_STRETCH = 2_500
_LEAST_STRETCHES = 6
_MOST_STRETCHES = 260
_MOST_DIRECT = 4


class Year:
    """One telling, as a stream of signed batches, each behind what it builds on."""

    def __init__(
        self,
        park: Park,
        facts: Facts,
        *,
        seed: int,
        most_events: int,
        clock: Callable[[], int] = service_clock.now,
    ) -> None:
        """Args:
        facts: counts what is signed; what it holds already counts towards `most_events`.
        most_events: where the telling ends, in the middle of whatever is going on.
        """
        self._facts = facts
        self._wanted = most_events - facts.events
        self._clock = clock
        self._tray = Tray(facts, clock, most_events)
        self._agenda = Agenda()
        telling = Telling(park, self._tray, self._agenda, random.Random(seed), clock)  # noqa: S311 (a story, no secret)
        quality = Quality(telling)
        self._telling = telling
        self._stockroom = Stockroom(telling, quality)
        self._ordering = Ordering(telling, Deliveries(telling, quality, self._stockroom))

    @property
    def open_business(self) -> int:
        """How many acts are planned."""
        return len(self._agenda)

    def tell(self) -> Iterator[Signed]:
        """Every batch, in the order in which the chain must record them."""
        ends = week_before(self._clock() - _AGO)
        begins = ends - _YEAR
        stretches = min(_MOST_STRETCHES, max(_LEAST_STRETCHES, self._wanted // _EVENTS_A_STRETCH))
        orders = _BEGUN_AT_LEAST + self._wanted * _BEGUN_PER_MILLE // 1_000 // _EVENTS_AN_ORDER
        for stretch in range(stretches):
            from_order, to_order = orders * stretch // stretches, orders * (stretch + 1) // stretches
            for number in range(from_order, to_order):
                self._agenda.add(Stage.ORDER, working_time(begins + _YEAR * number // orders), self._order)
            yield from self._tell_until(begins + _YEAR * (stretch + 1) // stretches)
            if self._tray.is_full:
                return

    def _tell_until(self, until: int) -> Iterator[Signed]:
        for stage in Stage:
            if stage is Stage.USE:
                self._stockroom.work(until)
            for at, act in self._agenda.take(stage, until):
                act(at)
            yield from self._tray.sign()

    def _order(self, at: int) -> None:
        """An order, and as much again bought from people who are not on the platform."""
        purchase = self._ordering.issue(at)
        count = self._telling.chance.randint(1, _MOST_DIRECT)
        for _ in range(count):
            bought_at = self._telling.later(at, 0, 12)
            fen = purchase.amount_fen * self._telling.chance.randint(80, 120) // 100 // count
            self._agenda.add(Stage.BUY_DIRECT, bought_at, partial(self._stockroom.buy_direct, purchase.tenant, fen))
