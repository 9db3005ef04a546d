"""Quality: what waits in quarantine or under a hold is released or failed, by another key than took it in."""

from collections.abc import Callable
from functools import partial

from backend.demo.agenda import Stage
from backend.demo.business import Telling
from backend.demo.facts import Mark
from backend.demo.park import Tenant
from backend.member.signer import FAIL, PASS, Holding, Member

Next = Callable[[Holding, int], None]
"""What happens with a holding, as it is now, from a time on."""

_FAILED = 150  # of a thousand


class Quality:
    """The quality desks of the tenants, and the regulator."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling

    def examine(self, tenant: Tenant, holding: Holding, at: int, *, passed: Next, failed: Next) -> None:
        """Judge what lies in quarantine, some days after it came."""
        act = partial(self._judge, tenant.quality, holding, failed if self._telling.happens(_FAILED) else None, passed)
        self._telling.agenda.add(Stage.JUDGE, self._telling.later(at, 1, 4), act)

    def hold(self, holder: Member, holding: Holding, at: int, *, lifted: Next) -> None:
        """Put something on hold, and lift that again some days later."""
        act = partial(self._hold, holder, holding, lifted)
        self._telling.agenda.add(Stage.HOLD, self._telling.later(at, 0, 10), act)

    def _hold(self, holder: Member, holding: Holding, lifted: Next, at: int) -> None:
        value = holder.state(holding=holding.key, occurredAt=at)
        self._telling.tray.put(holder, "PlaceHold", value)
        act = partial(self._judge, holder, holding.after("PlaceHold", value, holder.address), None, lifted)
        self._telling.agenda.add(Stage.LIFT, self._telling.later(at, 2, 9), act)

    def _judge(self, judge: Member, holding: Holding, failed: Next | None, passed: Next, at: int) -> None:
        verdict, mark = (PASS, Mark.RELEASED) if failed is None else (FAIL, Mark.FAILED)
        value = judge.state(holding=holding.key, seq=holding.seq, verdict=verdict, occurredAt=at)
        self._telling.tray.put(judge, "JudgeHolding", value, mark)
        (failed or passed)(holding.after("JudgeHolding", value, judge.address), at)
