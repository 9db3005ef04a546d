"""Deliveries: suppliers make, pack and dispatch; the docks of the tenants answer line by line, and send back."""

from dataclasses import dataclass
from functools import partial

from backend.demo.agenda import Stage
from backend.demo.business import Cargo, Line, Parcel, Purchase, Subject, Telling
from backend.demo.facts import Mark
from backend.demo.quality import Quality
from backend.demo.stockroom import Stockroom
from backend.demo.workdays import DAY, working_time
from backend.member.signer import (
    ACCEPTED,
    ADD,
    AGGREGATION,
    CHILD,
    DAMAGED,
    DELETE,
    MADE,
    NONE,
    OBJECT,
    OVER,
    PARENT,
    QUANTITY,
    REJECTED,
    SHORT,
    SUBJECT,
    TEMPERATURE,
    Holding,
    Member,
)

_MOST_LOTS_A_CASE = 4
# How long before its promise a parcel is made.
_EARLY_DAYS, _LATE_DAYS = (5, 9), (-7, 0)

# Of a thousand.
_IN_CASES = 350
_LATE = 180
_REPLACED = 600
_SETTLED_BY_THE_BUYER = 200


@dataclass(frozen=True, slots=True)
class _Finding:
    """What the dock finds of a line."""

    outcome: int
    cause: int
    marks: tuple[Mark, ...]


_AS_IT_SHOULD_BE = _Finding(ACCEPTED, 0, ())
_FINDINGS = {
    _Finding(SHORT, QUANTITY, (Mark.SHORT,)): 45,
    _Finding(OVER, QUANTITY, (Mark.OVER,)): 25,
    _Finding(REJECTED, DAMAGED, (Mark.REJECTED,)): 35,
    _Finding(ACCEPTED, TEMPERATURE, (Mark.WARM,)): 30,
}


class Deliveries:
    """The suppliers' shipping desks, and the docks at the other end."""

    def __init__(self, telling: Telling, quality: Quality, stockroom: Stockroom) -> None:
        self._telling = telling
        self._quality = quality
        self._stockroom = stockroom

    def prepare(self, parcel: Parcel, at: int) -> None:
        """Plan a parcel: it is made some days before its promise, or after it."""
        telling = self._telling
        before = telling.chance.randint(*(_LATE_DAYS if telling.happens(_LATE) else _EARLY_DAYS)) * DAY
        made_at = max(at, parcel.purchase.promised_at - before)
        telling.agenda.add(Stage.MAKE, working_time(made_at), partial(self._make, parcel))

    def _make(self, parcel: Parcel, at: int) -> None:
        parcel.cargo = [self._cargo(parcel.purchase.supplier, line, at) for line in parcel.lines]
        self._telling.agenda.add(Stage.DISPATCH, self._telling.later(at, 1, 2), partial(self._dispatch, parcel))

    def _cargo(self, supplier: Member, line: Line, at: int) -> Cargo:
        """One lot, or several in a case."""
        telling = self._telling
        if not telling.happens(_IN_CASES):
            return Cargo(line, self._made(supplier, at))
        case = self._made(supplier, at)
        lots = [self._made(supplier, at) for _ in range(telling.chance.randint(2, _MOST_LOTS_A_CASE))]
        roles = {case: (PARENT, NONE)} | dict.fromkeys(lots, (CHILD, NONE))
        value = supplier.lot_event(AGGREGATION, ADD, roles, at=at)
        telling.tray.put(supplier, "RecordLotEvent", value)
        packed, *inside = (holding.after("RecordLotEvent", value, supplier.address) for holding in roles)
        return Cargo(line, packed, tuple(inside))

    def _made(self, supplier: Member, at: int) -> Holding:
        holding = supplier.new_holding()
        value = supplier.lot_event(OBJECT, ADD, {holding: (SUBJECT, MADE)}, at=at)
        self._telling.tray.put(supplier, "RecordLotEvent", value)
        return holding.after("RecordLotEvent", value, supplier.address)

    def _dispatch(self, parcel: Parcel, at: int) -> None:
        telling, purchase = self._telling, parcel.purchase
        supplier = purchase.supplier
        parcel.consignment = Subject(supplier.consignment(purchase.tenant.director))
        late = [Mark.LATE] * (at > purchase.promised_at)
        sent = []
        for cargo in parcel.cargo:
            value = supplier.dispatch(
                cargo.outer, parcel.consignment.key, order=purchase.id, line=cargo.line.number, at=at
            )
            telling.tray.put(supplier, "DispatchGoods", value, *late)
            parcel.consignment = parcel.consignment.after("DispatchGoods", value, supplier)
            sent.append(Cargo(cargo.line, cargo.outer.after("DispatchGoods", value, supplier.address), cargo.inside))
        parcel.cargo = sent
        telling.agenda.add(Stage.RECEIVE, telling.later(at, 0, 3), partial(self._receive, parcel))

    def _receive(self, parcel: Parcel, at: int) -> None:
        """One signature for all lines, whatever each of them is like."""
        disputed = [self._answer(parcel, cargo, at) for cargo in parcel.cargo]
        if any(disputed):
            self._telling.agenda.add(Stage.SETTLE, self._telling.later(at, 1, 6), partial(self._settle, parcel))
        parcel.answered(at)

    def _answer(self, parcel: Parcel, cargo: Cargo, at: int) -> bool:
        """Answer one line; whether the consignment is in dispute over it."""
        telling, purchase, dock = self._telling, parcel.purchase, parcel.purchase.tenant.dock
        found = telling.one_of(_FINDINGS) or _AS_IT_SHOULD_BE
        outcome, warm = found.outcome, found.cause == TEMPERATURE
        value = dock.receipt(
            cargo.outer, parcel.consignment.key, outcome=outcome, cause=found.cause, quarantine=warm, at=at
        )
        telling.tray.put(dock, "ReceiveGoods", value, *found.marks)
        parcel.consignment = parcel.consignment.after("ReceiveGoods", value, dock)
        answered = Cargo(cargo.line, cargo.outer.after("ReceiveGoods", value, dock.address), cargo.inside)
        if outcome == REJECTED and telling.happens(_REPLACED):
            self.prepare(Parcel(purchase, (cargo.line,), parcel.answered), at)
            return False
        purchase.missing -= 1
        if outcome == REJECTED:
            return False
        if warm or cargo.line.is_quarantined:
            self._quality.examine(
                purchase.tenant,
                answered.outer,
                at,
                passed=partial(self._take_in, purchase, answered),
                failed=partial(self._send_back, purchase),
            )
        else:
            self._take_in(purchase, answered, answered.outer, at)
        return outcome in (SHORT, OVER)

    def _take_in(self, purchase: Purchase, cargo: Cargo, outer: Holding, at: int) -> None:
        """Put goods on the shelf; what came in a case comes out of it first."""
        if not cargo.inside:
            self._stockroom.store(purchase.tenant, purchase.supplier, outer, at)
            return
        act = partial(self._unpack, purchase, cargo, outer)
        self._telling.agenda.add(Stage.UNPACK, self._telling.later(at, 0, 1), act)

    def _unpack(self, purchase: Purchase, cargo: Cargo, outer: Holding, at: int) -> None:
        dock = purchase.tenant.dock
        roles = {outer: (PARENT, NONE)} | dict.fromkeys(cargo.inside, (CHILD, NONE))
        value = dock.lot_event(AGGREGATION, DELETE, roles, at=at)
        self._telling.tray.put(dock, "RecordLotEvent", value)
        for lot in cargo.inside:
            unpacked = lot.after("RecordLotEvent", value, dock.address)
            self._stockroom.store(purchase.tenant, purchase.supplier, unpacked, at)

    def _settle(self, parcel: Parcel, at: int) -> None:
        """The supplier agrees that the count was wrong, or the buyer that it was not."""
        by_buyer = self._telling.happens(_SETTLED_BY_THE_BUYER)
        signer = parcel.purchase.tenant.director if by_buyer else parcel.purchase.supplier
        value = signer.state(consignment=parcel.consignment.key, agreesTo=parcel.consignment.head, occurredAt=at)
        self._telling.tray.put(signer, "SettleDiscrepancy", value)

    def _send_back(self, purchase: Purchase, failed: Holding, at: int) -> None:
        self._stockroom.send_back(purchase.tenant, purchase.supplier, failed, at)
