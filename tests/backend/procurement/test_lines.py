"""An order's status is what its lines say: by the pure law over every history, and by the ledger over random ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.procurement.lines import GoodsState, LineState, OrderLines, Step, status_of
from tests.backend.procurement.trade import Act, Order, Sent, Trade

LINES = 4
SERVICES = 0b1000
GOODS = [0, 1, 2]
SERVICE = 3


@dataclass
class Ledger:
    """An order as the contract keeps it: bitmaps and a status. It knows nothing of goods but where each may go."""

    status: str = "offered"
    open: int = (1 << LINES) - 1
    done: bool = False
    proposed: int = 0
    goods: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    reports: dict[int, bool] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=lambda: [Step(0, "OrderIssued", lines=LINES, mask=SERVICES)])

    def say(self, kind: str, **fields: object) -> None:
        self.steps.append(Step(len(self.steps), kind, occurred_at=1_000 + len(self.steps), **fields))  # type: ignore[arg-type] # drawn by kind

    def acts(self) -> list[str]:
        """What the parties may do now."""
        able = {"offered": ["confirm", "end"], "changing": ["agree", "end"], "confirmed": ["propose", "close"]}
        found = able.get(self.status, []).copy()
        if self.status in ("confirmed", "changing"):
            found += ["deliver"] if self._open_of(GOODS) else []
            found += ["report"] if self.open >> SERVICE & 1 and False not in self.reports.values() else []
        # What was sent or reported is answered whatever became of the order.
        found += ["answer", "withdraw"] if self._those("sent", "returning") else []
        found += ["return"] if self._those("kept") else []
        if False in self.reports.values():
            closes = self._is_last() and self.open >> SERVICE & 1
            found += ["decline"] if closes and self.status == "changing" else ["decline", "accept"]
        return found

    def act(self, name: str, data: st.DataObject) -> None:
        getattr(self, f"_{name}")(data)

    def _confirm(self, _data: st.DataObject) -> None:
        self.status = "confirmed"
        self.say("OrderConfirmed")

    def _end(self, _data: st.DataObject) -> None:
        self.status = "ended" if self.status == "offered" else "confirmed"
        self.say("ProposalEnded")

    def _propose(self, data: st.DataObject) -> None:
        self.proposed = data.draw(st.integers(0, (1 << LINES) - 1)) & self.open
        self.status = "changing"
        self.say("ChangeProposed", mask=self.proposed)

    def _agree(self, _data: st.DataObject) -> None:
        self.open &= ~self.proposed
        self.say("ChangeAgreed")
        self._settle()

    def _close(self, data: st.DataObject) -> None:
        lines = data.draw(st.integers(1, (1 << LINES) - 1)) & self.open
        if lines:
            self.say("LinesClosed", mask=lines)
            self._close_lines(lines)

    def _deliver(self, data: st.DataObject) -> None:
        holding = bytes([len(self.steps)])
        line = data.draw(st.sampled_from(self._open_of(GOODS)))
        self.goods[holding] = (line, "sent")
        self.say("GoodsDispatched", line=line, holding=holding, consignment=holding)

    def _return(self, data: st.DataObject) -> None:
        holding = data.draw(st.sampled_from(self._those("kept")))
        line, _ = self.goods[holding]
        self.goods[holding] = (line, "returning")
        self.say("GoodsDispatched", line=line, holding=holding, to_buyer=False)

    def _answer(self, data: st.DataObject) -> None:
        holding = data.draw(st.sampled_from(self._those("sent", "returning")))
        outcome = data.draw(st.integers(1, 4))
        line, place = self.goods[holding]
        # Rejected, goods stay with whoever sent them.
        arrives = outcome != 4
        self.goods[holding] = (line, "kept" if arrives == (place == "sent") else "gone")
        self.say("GoodsReceived", line=line, holding=holding, outcome=outcome, to_buyer=place == "sent")

    def _withdraw(self, data: st.DataObject) -> None:
        holding = data.draw(st.sampled_from(self._those("sent", "returning")))
        line, place = self.goods[holding]
        self.goods[holding] = (line, "gone" if place == "sent" else "kept")
        self.say("DispatchEnded", line=line, holding=holding, to_buyer=place == "sent")

    def _report(self, data: st.DataObject) -> None:
        number = len(self.reports)
        self.reports[number] = False
        self.say("MilestoneReported", line=SERVICE, milestone=number, is_last=data.draw(st.booleans()))

    def _accept(self, _data: st.DataObject) -> None:
        (number,) = [number for number, is_accepted in self.reports.items() if not is_accepted]
        is_last = self._is_last()
        self.reports[number] = True
        self.say("MilestoneAccepted", line=SERVICE, milestone=number)
        if is_last and self.open >> SERVICE & 1:
            self._close_lines(1 << SERVICE)

    def _decline(self, _data: st.DataObject) -> None:
        (number,) = [number for number, is_accepted in self.reports.items() if not is_accepted]
        del self.reports[number]
        self.say("ReportEnded", line=SERVICE, milestone=number)

    def _close_lines(self, lines: int) -> None:
        self.open &= ~lines
        self.done = True
        self._settle()

    def _settle(self) -> None:
        self.status = "confirmed" if self.open else "closed" if self.done else "cancelled"

    def _open_of(self, lines: list[int]) -> list[int]:
        return [line for line in lines if self.open >> line & 1]

    def _those(self, *places: str) -> list[bytes]:
        return [holding for holding, (_, place) in self.goods.items() if place in places]

    def _is_last(self) -> bool:
        return [step.is_last for step in self.steps if step.kind == "MilestoneReported"][-1]


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_the_status_of_an_order_follows_from_its_lines_over_every_history(data: st.DataObject) -> None:
    ledger = Ledger()
    for _ in range(data.draw(st.integers(0, 25))):
        acts = ledger.acts()
        if not acts:
            break
        ledger.act(data.draw(st.sampled_from(acts)), data)
        order = OrderLines(ledger.steps)
        assert ledger.status == order.status
        still_open = sum(
            1 << index
            for index, state in enumerate(order.states)
            if state not in (LineState.CLOSED, LineState.CANCELLED)
        )
        assert ledger.open == still_open
        for line, state in zip(order.lines, order.states, strict=True):
            places = {holding: ledger.goods[holding][1] for holding in line.goods}
            assert (state is LineState.ON_ITS_WAY) <= ("sent" in places.values())
            kept = {holding for holding, goods in line.goods.items() if goods.kept_as}
            assert {holding for holding, place in places.items() if place in ("kept", "returning")} == kept
            assert all((goods.state is GoodsState.RETURNED) <= (not goods.kept_as) for goods in line.goods.values())


@pytest.mark.parametrize("seed", range(2))
def test_the_status_by_the_ledger_is_the_status_by_the_lines_in_random_lives(market: Trade, seed: int) -> None:
    random = Random(seed)
    order = market.issue(lines=LINES, services=SERVICES)
    sent: list[Sent] = []
    recorded = 0
    for _ in range(30):
        act = _some_act(market, order, sent, random)
        member = market.park.members[act.by]
        answer = market.park.submit(act.by, member.batch(act.action, member.state(**act.fields)))
        if answer.status_code == 202:
            market.park.settle()
            recorded += 1
            sent = [market.seen(each) for each in sent]
        shown = market.order(order)
        states = [LineState(state) for state in shown["lines"]]
        # The proposal stands in the terms, the status in the record: neither is derived from the lines.
        assert status_of(states, is_changing=shown["proposal"] is not None) == shown["status"]
        if shown["status"] in ("closed", "ended", "cancelled") and not any(_is_under_way(each) for each in sent):
            break
    assert recorded > 1


def _is_under_way(sent: Sent) -> bool:
    return sent.holding.seq == 2


def _some_act(trade: Trade, order: Order, sent: list[Sent], random: Random) -> Act:
    """Something one of the parties may or may not do now."""
    party = random.choice(["tenant", "supplier"])
    lines = random.randrange(1, 1 << LINES)
    kinds = {
        "confirm": lambda: trade.confirming(order),
        "propose": lambda: trade.proposing(order, party, cancelled=random.choice([0, lines])),
        "agree": lambda: trade.agreeing(order, party),
        "end": lambda: trade.ending(order, party),
        "close": lambda: trade.closing(order, 1 << random.randrange(LINES)),
        "report": lambda: trade.reporting(order, line=SERVICE, last=random.random() < 0.5),
        "accept": lambda: trade.accepting(order, line=SERVICE),
        "direct": lambda: trade.receiving_direct(order, random.choice(GOODS)),
        "dispatch": lambda: _dispatching(trade, order, sent, random),
    }
    if sent:
        one = random.choice(sent)
        kinds["receive"] = lambda: trade.receiving(one, random.randint(1, 4), 1)
        kinds["withdraw"] = lambda: trade.ending_dispatch(one, party)
    # An offer is more often confirmed than anything else, or little would happen.
    weights = [6 if kind in ("confirm", "dispatch", "receive") else 1 for kind in kinds]
    return random.choices(list(kinds.values()), weights)[0]()


def _dispatching(trade: Trade, order: Order, sent: list[Sent], random: Random) -> Act:
    consignment = trade.park.members["supplier"].consignment(trade.park.members["tenant"])
    one = Sent("supplier", "tenant", trade.park.make("supplier"), consignment)
    sent.append(one)
    return trade.dispatching(one, order, random.choice(GOODS))
