"""Orders: issued, confirmed with a promise or not, changed, closed; and the milestones of their services."""

from dataclasses import dataclass
from functools import partial

from backend.demo.agenda import Stage
from backend.demo.business import Line, Parcel, Purchase, Subject, Telling
from backend.demo.deliveries import Deliveries
from backend.demo.facts import Mark
from backend.demo.paper import paper_of
from backend.demo.prices import ITEMS, agreement
from backend.demo.workdays import DAY
from backend.member.signer import Member
from contracts.details import ORDER

_MOST_LINES = 12
_MOST_PIECES = 20
_OPEN_DAYS = 30
# Long enough to reach the chain first, too short for an answer.
_LAPSING_SECONDS = 1_800

# Of a thousand: lines that are services, lines whose goods wait for quality, and what becomes of an order.
_SERVICES = 80
_QUARANTINES = 250
_LEFT_TO_LAPSE = 20
_WITHDRAWN = 30
_DECLINED = 40
_CHANGES = 130
_CHANGES_REFUSED = 250
_CANCELS_A_LINE = 350
_IN_TWO_PARCELS = 250
_REPORTS_REFUSED = 150


@dataclass(frozen=True, slots=True)
class _Report:
    """What a supplier said of a milestone, and the milestone since."""

    line: Line
    milestone: Subject
    hash: bytes
    is_last: bool


class Ordering:
    """The directors of the tenants, and the suppliers who answer them."""

    def __init__(self, telling: Telling, deliveries: Deliveries) -> None:
        self._telling = telling
        self._deliveries = deliveries

    def issue(self, at: int) -> Purchase:
        """A tenant orders from a supplier: one to twelve lines, most orders few."""
        telling = self._telling
        chance = telling.chance
        tenant, supplier = chance.choice(telling.park.tenants), chance.choice(telling.park.suppliers)
        count = min(chance.randint(1, _MOST_LINES), chance.randint(1, _MOST_LINES))
        lines = tuple(self._line(number, supplier, at) for number in range(count))
        changed = sum(agreement(supplier.organisation, line.item, at).changed for line in lines)
        lapses = telling.happens(_LEFT_TO_LAPSE)
        buyer = tenant.director
        paper = paper_of(buyer, telling.park.name_of(supplier), lines, at)
        key = {"buyer": buyer.organisation, "supplier": supplier.organisation, "handle": paper.handle}
        value = buyer.state(
            order=key,
            lines=count,
            services=sum(1 << line.number for line in lines if line.is_service),
            quarantines=sum(1 << line.number for line in lines if line.is_quarantined),
            lapsesAt=telling.clock() + (_LAPSING_SECONDS if lapses else _OPEN_DAYS * DAY),
            occurredAt=at,
            schema=ORDER.id,
            root=paper.root,
        )
        amounts = {Mark.ORDERED_FEN: sum(line.amount_fen for line in lines), Mark.PRICE_CHANGED: changed}
        marks = [Mark.LEFT_TO_LAPSE] * lapses
        telling.tray.put(buyer, "IssueOrder", value, *marks, amounts=amounts, details=paper.details)
        purchase = Purchase(tenant, supplier, Subject(key).after("IssueOrder", value, buyer), lines)
        if not lapses:
            telling.agenda.add(Stage.ANSWER, telling.later(at, 0, 2), partial(self._answer, purchase))
        return purchase

    def _line(self, number: int, supplier: Member, at: int) -> Line:
        chance = self._telling.chance
        item = chance.randrange(ITEMS)
        is_service = self._telling.happens(_SERVICES)
        agreed = agreement(supplier.organisation, item, at)
        return Line(
            number,
            item,
            chance.randint(1, _MOST_PIECES),
            agreed.price_fen,
            agreed.version,
            is_service,
            is_quarantined=not is_service and self._telling.happens(_QUARANTINES),
        )

    def _answer(self, purchase: Purchase, at: int) -> None:
        telling = self._telling
        if telling.happens(_WITHDRAWN):
            self._end(purchase, purchase.tenant.director, at, Mark.WITHDRAWN)
            return
        if telling.happens(_DECLINED):
            self._end(purchase, purchase.supplier, at, Mark.DECLINED)
            return
        purchase.promised_at = telling.later(at, 5, 25)
        value = purchase.supplier.state(
            order=purchase.order.key,
            agreesTo=purchase.order.head,
            promisedAt=purchase.promised_at,
            occurredAt=at,
        )
        self._record(purchase, purchase.supplier, "ConfirmOrder", value)
        if telling.happens(_CHANGES):
            telling.agenda.add(Stage.PROPOSE, telling.later(at, 0, 3), partial(self._propose, purchase))
        else:
            self._start(purchase, at)

    def _propose(self, purchase: Purchase, at: int) -> None:
        """The supplier wants more time, or the buyer gives up a line."""
        telling = self._telling
        goods = purchase.goods
        cancels = len(goods) > 1 and telling.happens(_CANCELS_A_LINE)
        proposer = purchase.tenant.director if cancels else purchase.supplier
        cancelled = 1 << goods[-1].number if cancels else 0
        promised_at = purchase.promised_at if cancels else telling.later(purchase.promised_at, 3, 15)
        value = proposer.state(
            order=purchase.order.key,
            seq=purchase.order.seq,
            cancelled=cancelled,
            promisedAt=promised_at,
            lapsesAt=telling.clock() + _OPEN_DAYS * DAY,
            occurredAt=at,
        )
        self._record(purchase, proposer, "ProposeChange", value)
        other = purchase.supplier if cancels else purchase.tenant.director
        act = partial(self._answer_change, purchase, other, cancelled, promised_at)
        telling.agenda.add(Stage.AGREE, telling.later(at, 0, 2), act)

    def _answer_change(self, purchase: Purchase, other: Member, cancelled: int, promised_at: int, at: int) -> None:
        if self._telling.happens(_CHANGES_REFUSED):
            self._end(purchase, other, at)
        else:
            value = other.state(order=purchase.order.key, agreesTo=purchase.order.head, occurredAt=at)
            marks = [Mark.PROMISED_LATER] * (promised_at > purchase.promised_at)
            self._record(purchase, other, "AgreeChange", value, *marks)
            purchase.cancelled, purchase.promised_at = cancelled, promised_at
        self._start(purchase, at)

    def _start(self, purchase: Purchase, at: int) -> None:
        """The supplier sets to work: parcels for the goods, reports for the services."""
        goods = purchase.goods
        purchase.missing = len(goods)
        half = (len(goods) + 1) // 2 if self._telling.happens(_IN_TWO_PARCELS) else len(goods)
        for lines in (goods[:half], goods[half:]):
            if lines:
                self._deliveries.prepare(Parcel(purchase, lines, partial(self._after_receipt, purchase)), at)
        for line in purchase.services:
            self._work(purchase, line, number=0, at=at)

    def _work(self, purchase: Purchase, line: Line, *, number: int, at: int) -> None:
        milestone = Subject({"order": purchase.order.key, "line": line.number, "number": number})
        act = partial(self._report, purchase, line, milestone)
        self._telling.agenda.add(Stage.REPORT, self._telling.later(at, 4, 20), act)

    def _report(self, purchase: Purchase, line: Line, milestone: Subject, at: int) -> None:
        telling, supplier = self._telling, purchase.supplier
        is_last = milestone.key["number"] == line.item % 3
        report = supplier.salt()
        value = supplier.state(
            milestone=milestone.key,
            seq=milestone.seq,
            last=is_last,
            report=report,
            lapsesAt=telling.clock() + _OPEN_DAYS * DAY,
            occurredAt=at,
        )
        telling.tray.put(supplier, "ReportMilestone", value)
        reported = _Report(line, milestone.after("ReportMilestone", value, supplier), report, is_last)
        act = partial(self._answer_report, purchase, reported)
        telling.agenda.add(Stage.ANSWER_REPORT, telling.later(at, 0, 4), act)

    def _answer_report(self, purchase: Purchase, reported: _Report, at: int) -> None:
        telling, buyer = self._telling, purchase.tenant.director
        line, milestone = reported.line, reported.milestone
        if telling.happens(_REPORTS_REFUSED):
            value = buyer.state(milestone=milestone.key, seq=milestone.seq, occurredAt=at)
            telling.tray.put(buyer, "EndReport", value)
            act = partial(self._report, purchase, line, milestone.after("EndReport", value, buyer))
            telling.agenda.add(Stage.REPORT, telling.later(at, 2, 8), act)
            return
        value = buyer.state(milestone=milestone.key, agreesTo=milestone.head, report=reported.hash, occurredAt=at)
        telling.tray.put(buyer, "AcceptMilestone", value)
        if reported.is_last:
            purchase.order = purchase.order.after("AcceptMilestone", value, buyer)
        else:
            self._work(purchase, line, number=milestone.key["number"] + 1, at=at)

    def _after_receipt(self, purchase: Purchase, at: int) -> None:
        if purchase.missing == 0:
            self._telling.agenda.add(Stage.CLOSE, self._telling.later(at, 1, 5), partial(self._close, purchase))

    def _close(self, purchase: Purchase, at: int) -> None:
        buyer = purchase.tenant.director
        done = sum(1 << line.number for line in purchase.goods)
        value = buyer.state(order=purchase.order.key, seq=purchase.order.seq, lines=done, occurredAt=at)
        self._record(purchase, buyer, "CloseLines", value)

    def _end(self, purchase: Purchase, signer: Member, at: int, *marks: Mark) -> None:
        value = signer.state(order=purchase.order.key, seq=purchase.order.seq, occurredAt=at)
        self._record(purchase, signer, "EndProposal", value, *marks)

    def _record(self, purchase: Purchase, signer: Member, action: str, value: dict[str, object], *marks: Mark) -> None:
        self._telling.tray.put(signer, action, value, *marks)
        purchase.order = purchase.order.after(action, value, signer)
