"""What people do with stock. Each act is one tap; the same act under the same id is done once."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, insert, or_, select
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.chemicals.commands import spend
from backend.chemicals.schemas import SpendingIn
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.items.models import ItemClass
from backend.items.queries import items_by_code
from backend.stock.days import day_of
from backend.stock.journal import Journal
from backend.stock.models import (
    COST_OBJECT,
    STOCK_BALANCE,
    STOCK_LOT,
    STOCK_ROOM,
    CostObjectKind,
    Kind,
)
from backend.stock.parts import expiry_block, parts
from backend.stock.release import Standing, custody_block, hold_block, standings, use_block
from backend.stock.schemas import (
    ConsumeIn,
    CostObjectIn,
    DiscardIn,
    LinkIn,
    LotIn,
    OpenIn,
    PutAwayIn,
    RoomIn,
    TapIn,
    TransferIn,
)
from backend.stock.taps import DOCK, Act


def put_room(connection: Connection, actor: Actor, code: str, room: RoomIn) -> None:
    """Create a room, or rename it.

    Raises:
        ServiceError: `stock_room_unknown` for what it stands in, `stock_room_fixed`.
    """
    if room.inside is not None:
        need_room(connection, actor, room.inside)
    put = postgresql.insert(STOCK_ROOM).values(
        organisation=actor.organisation, code=code, changed_at=clock.now(), **room.model_dump()
    )
    connection.execute(
        put.on_conflict_do_update(
            index_elements=list(STOCK_ROOM.primary_key),
            set_={"name": put.excluded.name, "changed_at": put.excluded.changed_at},
            where=STOCK_ROOM.c.name != put.excluded.name,
        )
    )
    stands_in = connection.scalar(
        select(STOCK_ROOM.c.inside).where(STOCK_ROOM.c.organisation == actor.organisation, STOCK_ROOM.c.code == code)
    )
    if stands_in != room.inside:
        raise ServiceError("stock_room_fixed", room=code, inside=stands_in)


def put_cost_object(
    connection: Connection, actor: Actor, kind: CostObjectKind, code: str, cost_object: CostObjectIn
) -> None:
    """Create a project or a cost centre, rename it, close it or open it again."""
    fields = cost_object.model_dump()
    put = postgresql.insert(COST_OBJECT).values(
        organisation=actor.organisation, kind=kind, code=code, changed_at=clock.now(), **fields
    )
    connection.execute(
        put.on_conflict_do_update(
            index_elements=list(COST_OBJECT.primary_key),
            set_={name: put.excluded[name] for name in (*fields, "changed_at")},
            where=or_(*(COST_OBJECT.c[name] != put.excluded[name] for name in fields)),
        )
    )


def book_in(connection: Connection, actor: Actor, person: str, lot: LotIn) -> None:
    """Book in a lot that has arrived; all of it lies at the dock until it is put away.

    Raises:
        ServiceError: `not_found` for an item that is not the organisation's, `stock_not_in_custody`, `holding_linked`,
            `id_reused`; for a regulated item `stock_purchase_unnamed`, `reservation_exceeded`.
    """
    journal = Journal.lock(connection, actor.organisation)
    act = Act(
        kind=Kind.BOOK_IN,
        lot_id=lot.lot_id,
        quantity=lot.quantity,
        room_to=DOCK,
        holding_id=lot.holding_id,
    )
    facts = {"item": lot.item, "lot_number": lot.lot_number, "expires_on": lot.expires_on}
    if _was_done(journal, lot.lot_id, person, act):
        known = connection.execute(_lot(actor, lot.lot_id)).mappings().one()
        if any(known[name] != value for name, value in facts.items()):
            raise ServiceError("id_reused", id=str(lot.lot_id))
        return
    item = items_by_code(connection, actor, [lot.item]).get(lot.item)
    if item is None:
        raise ServiceError("not_found", item=lot.item)
    if item.item_class is not ItemClass.ORDINARY:
        _spend_certificate(connection, actor, person, lot)
    if lot.holding_id is not None:
        _need_free_holding(connection, actor, lot.holding_id)
    connection.execute(insert(STOCK_LOT).values(organisation=actor.organisation, lot_id=lot.lot_id, **facts))
    journal.append(lot.lot_id, person, act)


def link(connection: Connection, actor: Actor, person: str, lot_id: UUID, asked: LinkIn) -> None:
    """Say which holding on chain a lot is, once that has been received there.

    Raises:
        ServiceError: `not_found`, `stock_not_in_custody`, `holding_linked`, `id_reused`.
    """
    journal = Journal.lock(connection, actor.organisation)
    act = Act(kind=Kind.LINK, lot_id=lot_id, holding_id=asked.holding_id)
    if _was_done(journal, asked.tap_id, person, act):
        return
    lot = connection.execute(_lot(actor, lot_id)).mappings().one_or_none()
    if lot is None:
        raise ServiceError("not_found")
    if lot["holding_id"] is not None:
        raise ServiceError("holding_linked", lot=str(lot_id))
    _need_free_holding(connection, actor, asked.holding_id)
    journal.append(asked.tap_id, person, act)


def tap(connection: Connection, actor: Actor, person: str, asked: TapIn) -> int:
    """Put away, open, consume, transfer or discard; the number of the tap.

    Raises:
        ServiceError: `not_found` for a lot that is not the organisation's; else a code of `backend/errors/stock.py`
            that says what there is instead.
    """
    journal = Journal.lock(connection, actor.organisation)
    act = _act(asked)
    if done := _was_done(journal, asked.tap_id, person, act):
        return int(done["number"])
    block = _block(connection, actor, act, at=journal.at)
    for room in (act.room_from, act.room_to):
        if room not in (None, DOCK):
            need_room(connection, actor, room)
    _need_cost_object(connection, actor, CostObjectKind.PROJECT, act.project)
    _need_cost_object(connection, actor, CostObjectKind.COST_CENTRE, act.cost_centre)
    if block:
        raise ServiceError(block, lot=str(act.lot_id))
    return journal.append(asked.tap_id, person, act)


def need_room(connection: Connection, actor: Actor, code: str | None) -> None:
    """That the actor's organisation has a room.

    Raises:
        ServiceError: `stock_room_unknown`.
    """
    found = connection.scalar(
        select(STOCK_ROOM.c.code).where(STOCK_ROOM.c.organisation == actor.organisation, STOCK_ROOM.c.code == code)
    )
    if found is None:
        raise ServiceError("stock_room_unknown", room=code)


def _act(asked: TapIn) -> Act:
    act: dict[str, Any] = {"kind": Kind(asked.kind), "lot_id": asked.lot_id, "quantity": asked.quantity}
    match asked:
        case PutAwayIn():
            return Act(**act, room_from=DOCK, room_to=asked.room)
        case OpenIn():
            return Act(**act, room_from=asked.room, room_to=asked.room)
        case TransferIn():
            return Act(**act, room_from=asked.room, room_to=asked.to, opened_at=asked.opened_at)
        case ConsumeIn():
            return Act(
                **act,
                room_from=asked.room,
                opened_at=asked.opened_at,
                project=asked.project,
                cost_centre=asked.cost_centre,
            )
        case DiscardIn():
            return Act(**act, room_from=asked.room, opened_at=asked.opened_at, reason=asked.reason)


def _block(connection: Connection, actor: Actor, act: Act, *, at: int) -> str | None:
    """The code that keeps an act from being done; None if it may.

    What may not be used may still be stored and moved; what is on hold may not be thrown away either.

    Raises:
        ServiceError: `not_found`.
    """
    part = (
        connection.execute(
            parts(actor)
            .where(STOCK_LOT.c.lot_id == act.lot_id)
            # The part in question first; where there is none, any of the lot tells what its lot says.
            .order_by(((STOCK_BALANCE.c.room == act.room_from) & (STOCK_BALANCE.c.opened_at == act.opened_at)).desc())
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    if part is None:
        raise ServiceError("not_found")
    standing = _standing(connection, actor, part["holding_id"])
    if act.kind in (Kind.OPEN, Kind.CONSUME):
        is_there = (part["room"], part["opened_at"]) == (act.room_from, act.opened_at)
        return use_block(actor, part, standing) or (expiry_block(part, day_of(at)) if is_there else None)
    if part["holding_id"] is None:
        return None
    not_ours = custody_block(actor, standing)
    if not_ours is None and act.kind is Kind.DISCARD and standing is not None:
        return hold_block(standing)
    return not_ours


def _was_done(journal: Journal, tap_id: UUID, person: str, act: Act) -> RowMapping | None:
    """The tap of that id if it is the same act of the same person.

    Raises:
        ServiceError: `id_reused`, if it is another.
    """
    done = journal.find(tap_id)
    if done is not None and (done["person"] != person or any(done[name] != getattr(act, name) for name in _ACT)):
        raise ServiceError("id_reused", id=str(tap_id))
    return done


_ACT = tuple(Act.__dataclass_fields__)


def _lot(actor: Actor, lot_id: UUID) -> Any:
    return select(STOCK_LOT).where(STOCK_LOT.c.organisation == actor.organisation, STOCK_LOT.c.lot_id == lot_id)


def _standing(connection: Connection, actor: Actor, holding_id: bytes | None) -> Standing | None:
    return None if holding_id is None else standings(connection, actor, [holding_id]).get(holding_id)


def _need_free_holding(connection: Connection, actor: Actor, holding_id: bytes) -> None:
    if block := custody_block(actor, _standing(connection, actor, holding_id)):
        raise ServiceError(block)
    taken = connection.scalar(
        select(STOCK_LOT.c.lot_id).where(
            STOCK_LOT.c.organisation == actor.organisation, STOCK_LOT.c.holding_id == holding_id
        )
    )
    if taken is not None:
        raise ServiceError("holding_linked", lot=str(taken))


def _spend_certificate(connection: Connection, actor: Actor, person: str, lot: LotIn) -> None:
    """Count what came in of a regulated item on the certificate its purchase was approved under."""
    if lot.bought_by is None:
        raise ServiceError("stock_purchase_unnamed", item=lot.item)
    spending = SpendingIn(id=lot.lot_id, request=lot.bought_by.request, line=lot.bought_by.line, units=lot.quantity)
    spend(connection, actor, spending, person=person)


def _need_cost_object(connection: Connection, actor: Actor, kind: CostObjectKind, code: str | None) -> None:
    if code is None:
        return
    is_open = connection.scalar(
        select(COST_OBJECT.c.is_open).where(
            COST_OBJECT.c.organisation == actor.organisation, COST_OBJECT.c.kind == kind, COST_OBJECT.c.code == code
        )
    )
    if not is_open:
        raise ServiceError("cost_object_unknown", kind=kind, name=code)
