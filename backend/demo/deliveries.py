"""Deliveries: suppliers make, pack and dispatch; the docks of the tenants answer line by line, and send back."""

from functools import partial

from backend.demo.agenda import Stage
from backend.demo.business import Cargo, Line, Parcel, Purchase, Subject, Telling
from backend.demo.facts import Mark
from backend.demo.member import (
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
from backend.demo.park import Tenant
from backend.demo.quality import Quality
from backend.demo.stockroom import Stockroom
from backend.demo.workdays import DAY, working_time

_MOST_LOTS_A_CASE = 4
# How long before its promise a parcel is made.
_EARLY_DAYS, _LATE_DAYS = (5, 9), (-7, 0)

# Of a thousand.
_IN_CASES = 350
_LATE = 180
_REPLACED = 600
# What the dock says of a thousand lines; the rest it takes as they are.
_SHORT, _OVER, _REJECTED, _WARM = 45, 25, 35, 30
_SETTLED_BY_THE_BUYER = 200


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
        outcome, cause, mark = self._verdict()
        warm = cause == TEMPERATURE
        value = dock.receipt(cargo.outer, parcel.consignment.key, outcome=outcome, cause=cause, quarantine=warm, at=at)
        telling.tray.put(dock, "ReceiveGoods", value, *mark)
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
                passed=partial(self._take_in, purchase.tenant, answered),
                failed=partial(self._send_back, purchase),
            )
        else:
            self._take_in(purchase.tenant, answered, answered.outer, at)
        return outcome in (SHORT, OVER)

    def _verdict(self) -> tuple[int, int, tuple[Mark, ...]]:
        """(outcome, cause, what that means to the trade)."""
        drawn = self._telling.chance.randrange(1_000)
        for share, verdict in (
            (_SHORT, (SHORT, QUANTITY, (Mark.SHORT,))),
            (_OVER, (OVER, QUANTITY, (Mark.OVER,))),
            (_REJECTED, (REJECTED, DAMAGED, (Mark.REJECTED,))),
            (_WARM, (ACCEPTED, TEMPERATURE, (Mark.WARM,))),
        ):
            if drawn < share:
                return verdict
            drawn -= share
        return ACCEPTED, 0, ()

    def _take_in(self, tenant: Tenant, cargo: Cargo, outer: Holding, at: int) -> None:
        """Put goods on the shelf; what came in a case comes out of it first."""
        if not cargo.inside:
            self._stockroom.store(tenant, outer, at)
            return
        act = partial(self._unpack, tenant, cargo, outer)
        self._telling.agenda.add(Stage.UNPACK, self._telling.later(at, 0, 1), act)

    def _unpack(self, tenant: Tenant, cargo: Cargo, outer: Holding, at: int) -> None:
        dock = tenant.dock
        roles = {outer: (PARENT, NONE)} | dict.fromkeys(cargo.inside, (CHILD, NONE))
        value = dock.lot_event(AGGREGATION, DELETE, roles, at=at)
        self._telling.tray.put(dock, "RecordLotEvent", value)
        for lot in cargo.inside:
            self._stockroom.store(tenant, lot.after("RecordLotEvent", value, dock.address), at)

    def _settle(self, parcel: Parcel, at: int) -> None:
        """The supplier agrees that the count was wrong, or the buyer that it was not."""
        by_buyer = self._telling.happens(_SETTLED_BY_THE_BUYER)
        signer = parcel.purchase.tenant.director if by_buyer else parcel.purchase.supplier
        value = signer.state(consignment=parcel.consignment.key, agreesTo=parcel.consignment.head, occurredAt=at)
        self._telling.tray.put(signer, "SettleDiscrepancy", value)

    def _send_back(self, purchase: Purchase, failed: Holding, at: int) -> None:
        self._stockroom.send_back(purchase.tenant, purchase.supplier, failed, at)
