"""Stockrooms: what tenants keep, buy off the platform, send back, and use up in what they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any

from backend.demo.agenda import Stage
from backend.demo.business import Subject, Telling
from backend.demo.facts import Mark, Product
from backend.demo.park import Tenant
from backend.demo.quality import Quality
from backend.demo.workdays import DAY, date_of, working_time
from backend.member.signer import (
    DELETE,
    INPUT,
    MADE,
    NONE,
    OBJECT,
    OUTPUT,
    SUBJECT,
    TRANSFORMATION,
    Holding,
    Member,
)
from contracts.signatures import keccak
from contracts.typed_data import action_hash

_AGREEMENT_DAYS = 30
_LEAST_KEPT = 2
_MOST_INPUTS = 5

# Of a thousand off-platform purchases, and of a thousand products.
_TO_BE_EXAMINED, _DELIVERED_BY_A_MEMBER = 120, 60
_TWO_OUTPUTS, _HANDED_ON, _USED_AGAIN = 200, 250, 400


class _Happening(Enum):
    """What may happen to a delivery that came in well."""

    HELD_BY_REGULATOR = auto()
    HELD_BY_TENANT = auto()
    CORRECTED = auto()
    RECALLED = auto()


_HAPPENINGS = {
    _Happening.HELD_BY_REGULATOR: 10,
    _Happening.HELD_BY_TENANT: 20,
    _Happening.CORRECTED: 25,
    _Happening.RECALLED: 8,
}


@dataclass(frozen=True, slots=True)
class _Kept:
    holding: Holding
    since: int


@dataclass(frozen=True, slots=True)
class _Transfer:
    """Something goes on without an order: to a neighbour who keeps it, or back to its maker, who does not."""

    giver: Member
    receiver: Member
    keeper: Tenant | None = None

    @property
    def is_return(self) -> bool:
        return self.keeper is None


class Stockroom:
    """The shelves of all tenants. They stay nearly empty: what is on them is used up."""

    def __init__(self, telling: Telling, quality: Quality) -> None:
        self._telling = telling
        self._quality = quality
        self._kept: Mapping[str, list[_Kept]] = {tenant.name: [] for tenant in telling.park.tenants}
        self._sheets = dict.fromkeys(self._kept, 0)

    def store(self, tenant: Tenant, supplier: Member, holding: Holding, at: int) -> None:
        """Put what a supplier made and delivered on the shelf, unless something happens to it."""
        telling = self._telling
        back = partial(self._keep, tenant)
        match telling.one_of(_HAPPENINGS):
            case _Happening.HELD_BY_REGULATOR:
                self._quality.hold(telling.park.regulator, holding, at, lifted=back)
            case _Happening.HELD_BY_TENANT:
                self._quality.hold(tenant.quality, holding, at, lifted=back)
            case _Happening.CORRECTED:
                act = partial(self._correct, tenant, supplier, holding)
                telling.agenda.add(Stage.CORRECT, telling.later(at, 1, 9), act)
            case _Happening.RECALLED:
                act = partial(self._recall, tenant, supplier, holding)
                telling.agenda.add(Stage.HOLD, telling.later(at, 1, 9), act)
            case None:
                self._keep(tenant, holding, at)

    def buy_direct(self, tenant: Tenant, amount_fen: int, at: int) -> None:
        """Buy from somebody who does not sign here: the dock alone says that it came, and quality may want to see it.

        A few come from a member that did not sign that day. It gets a secret with the payment, and countersigns later.
        """
        telling, dock = self._telling, tenant.dock
        member = telling.chance.choice(telling.park.suppliers) if telling.happens(_DELIVERED_BY_A_MEMBER) else None
        examined = telling.happens(_TO_BE_EXAMINED)
        holding = dock.new_holding(maker=0 if member is None else member.organisation)
        secret = dock.salt()
        value = dock.state(
            holding=holding.key,
            order=bytes(32),
            line=0,
            claim=bytes(32) if member is None else keccak(secret),
            quarantine=examined,
            occurredAt=at,
        )
        telling.tray.put(dock, "ReceiveDirect", value, Mark.OFF_PLATFORM, amounts={Mark.OFF_PLATFORM_FEN: amount_fen})
        if member is not None:
            act = partial(self._countersign, member, action_hash("ReceiveDirect", value), secret)
            telling.agenda.add(Stage.COUNTERSIGN, telling.later(at, 3, 30), act)
        received = holding.after("ReceiveDirect", value, dock.address)
        if examined:
            passed, failed = partial(self._keep, tenant), partial(self._destroy, tenant)
            self._quality.examine(tenant, received, at, passed=passed, failed=failed)
        else:
            self._keep(tenant, received, at)

    def send_back(self, tenant: Tenant, maker: Member, holding: Holding, at: int) -> None:
        """Return goods to whoever made them."""
        act = partial(self._send, _Transfer(tenant.dock, maker), holding)
        self._telling.agenda.add(Stage.SEND_BACK, self._telling.later(at, 0, 5), act)

    def work(self, until: int) -> None:
        """Each tenant uses up what it has, and signs its sheet of the day."""
        telling = self._telling
        for tenant in telling.park.tenants:
            kept = self._kept[tenant.name]
            telling.chance.shuffle(kept)
            while len(kept) > _LEAST_KEPT + 1:
                used = [
                    kept.pop() for _ in range(min(len(kept) - _LEAST_KEPT, telling.chance.randint(2, _MOST_INPUTS)))
                ]
                self._use(tenant, [each.holding for each in used], max(each.since for each in used))
            telling.agenda.add(Stage.SIGN_SHEET, working_time(until), partial(self._sign_sheet, tenant))

    def _keep(self, tenant: Tenant, holding: Holding, at: int) -> None:
        self._kept[tenant.name].append(_Kept(holding, at))

    def _use(self, tenant: Tenant, inputs: list[Holding], at: int) -> None:
        """Make something of what was bought; some of it goes on to a neighbour, some into the next thing made."""
        telling, director = self._telling, tenant.director
        outputs = [director.new_holding() for _ in range(1 + telling.happens(_TWO_OUTPUTS))]
        roles = dict.fromkeys(inputs, (INPUT, NONE)) | dict.fromkeys(outputs, (OUTPUT, MADE))
        value = director.lot_event(TRANSFORMATION, NONE, roles, at=at)
        made = [output.after("RecordLotEvent", value, director.address) for output in outputs]
        telling.tray.put(director, "RecordLotEvent", value, product=Product(tenant.name, made[0]))
        if telling.happens(_USED_AGAIN):
            self._keep(tenant, made[0], at)
        elif telling.happens(_HANDED_ON):
            tenants = telling.park.tenants
            neighbour = tenants[(tenants.index(tenant) + 1) % len(tenants)]
            act = partial(self._send, _Transfer(director, neighbour.dock, neighbour), made[0])
            telling.agenda.add(Stage.HAND_ON, telling.later(at, 1, 6), act)

    def _send(self, transfer: _Transfer, holding: Holding, at: int) -> None:
        giver = transfer.giver
        consignment = giver.consignment(transfer.receiver)
        value = giver.dispatch(holding, consignment, at=at)
        self._telling.tray.put(giver, "DispatchGoods", value, *[Mark.RETURNED] * transfer.is_return)
        act = partial(self._take, transfer, holding.after("DispatchGoods", value, giver.address), consignment)
        stage = Stage.TAKE_BACK if transfer.is_return else Stage.TAKE_ON
        self._telling.agenda.add(stage, self._telling.later(at, 0, 3), act)

    def _take(self, transfer: _Transfer, sent: Holding, consignment: Mapping[str, Any], at: int) -> None:
        receiver = transfer.receiver
        value = receiver.receipt(sent, consignment, at=at)
        self._telling.tray.put(receiver, "ReceiveGoods", value)
        if transfer.keeper is not None:
            self._keep(transfer.keeper, sent.after("ReceiveGoods", value, receiver.address), at)

    def _destroy(self, tenant: Tenant, holding: Holding, at: int) -> None:
        """What failed and cannot go back is destroyed, some days after."""
        act = partial(self._record_destruction, tenant.dock, holding)
        self._telling.agenda.add(Stage.SEND_BACK, self._telling.later(at, 1, 9), act)

    def _record_destruction(self, dock: Member, holding: Holding, at: int) -> None:
        value = dock.lot_event(OBJECT, DELETE, {holding: (SUBJECT, NONE)}, at=at)
        self._telling.tray.put(dock, "RecordLotEvent", value)

    def _countersign(self, member: Member, receipt: bytes, secret: bytes, at: int) -> None:
        value = member.state(receipt={"receipt": receipt}, secret=secret, occurredAt=at)
        self._telling.tray.put(member, "CountersignReceipt", value)

    def _recall(self, tenant: Tenant, maker: Member, holding: Holding, at: int) -> None:
        """The maker calls a lot back; who has it sends it back."""
        self._telling.tray.put(maker, "RecallLot", maker.state(lot=holding.lot, occurredAt=at))
        self.send_back(tenant, maker, holding, at)

    def _correct(self, tenant: Tenant, maker: Member, holding: Holding, at: int) -> None:
        """The maker corrects what it said of a lot; the tenant, who has it now, agrees."""
        lapses_at = self._telling.clock() + _AGREEMENT_DAYS * DAY
        value = maker.correction(holding, at=at, lapses_at=lapses_at)
        self._telling.tray.put(maker, "CorrectDetails", value, trail=holding.trail())
        correction = Subject(value["correction"]).after("CorrectDetails", value, maker)
        act = partial(self._agree, tenant, correction, holding)
        self._telling.agenda.add(Stage.AGREE_CORRECTION, self._telling.later(at, 0, 5), act)

    def _agree(self, tenant: Tenant, correction: Subject, holding: Holding, at: int) -> None:
        value = tenant.dock.state(correction=correction.key, agreesTo=correction.head, occurredAt=at)
        self._telling.tray.put(tenant.dock, "AgreeCorrection", value)
        self._keep(tenant, holding, at)

    def _sign_sheet(self, tenant: Tenant, at: int) -> None:
        day = date_of(at)
        if day == self._sheets[tenant.name]:
            return
        self._sheets[tenant.name] = day
        dock = tenant.dock
        sheet = {"organisation": dock.organisation, "day": day}
        self._telling.tray.put(dock, "SignSheet", dock.state(sheet=sheet, seq=0, occurredAt=at))
