"""Stock-takes by two people.

    open ──count──▶ counted ──count by another──▶ agreed ──settle──▶ settled
     ▲                                    └─────▶ differing
     └───────────── recount (a new round) ◀─── agreed, differing          any but settled ──cancel──▶ cancelled

Nobody has to stop working: what is moved between the two counts makes them differ, and what is moved between the
second count and the settlement stays moved, because settling adds the difference to the books as of the second count.
"""

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, Row, insert, select, update

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.stock.commands import need_room
from backend.stock.counts import compare, unknown_part, was_disturbed
from backend.stock.journal import Journal
from backend.stock.models import STOCK_TAKE, Kind, TakeState
from backend.stock.schemas import CountIn, TakeIn
from backend.stock.taps import Act


def open_take(connection: Connection, actor: Actor, person: str, asked: TakeIn) -> None:
    """Begin a stock-take.

    Raises:
        ServiceError: `not_found` for a room that is not the organisation's, `id_reused`.
    """
    Journal.lock(connection, actor.organisation)
    known = connection.execute(_take(actor, asked.take_id)).one_or_none()
    if known is not None:
        if (known.room, known.item, known.opened_by) != (asked.room, asked.item, person):
            raise ServiceError("id_reused", id=str(asked.take_id))
        return
    try:
        need_room(connection, actor, asked.room)
    except ServiceError as error:
        raise ServiceError("not_found", room=asked.room) from error
    connection.execute(
        insert(STOCK_TAKE).values(
            organisation=actor.organisation,
            opened_by=person,
            state=TakeState.OPEN,
            round=1,
            is_disturbed=False,
            changed_at=clock.now(),
            **asked.model_dump(),
        )
    )


def count(connection: Connection, actor: Actor, person: str, take_id: UUID, asked: CountIn) -> None:
    """Hand in what one person found: the first count, or the other person's second.

    Raises:
        ServiceError: `not_found`, `stock_take_state`, `stock_take_same_person`.
    """
    journal, take = _begin(connection, actor, take_id)
    if asked.count_id in (take.first_count, take.second_count):
        return
    _need_state(take, TakeState.OPEN, TakeState.COUNTED)
    if take.state == TakeState.COUNTED and person == take.first_person:
        raise ServiceError("stock_take_same_person")
    if unknown := unknown_part(connection, actor, take, {(line.lot_id, line.opened_at) for line in asked.lines}):
        raise ServiceError("not_found", lot=str(unknown[0]), opened_at=unknown[1] or None)
    journal.append_all(person, [(uuid5(asked.count_id, str(i)), act) for i, act in enumerate(_acts(take, asked))])
    if take.state == TakeState.OPEN:
        _change(
            connection,
            take,
            state=TakeState.COUNTED,
            first_person=person,
            first_count=asked.count_id,
            first_tap=journal.taps,
        )
        return
    _change(connection, take, second_person=person, second_count=asked.count_id, second_tap=journal.taps)
    is_disturbed = was_disturbed(connection, actor, take, until=journal.taps)
    counted = connection.execute(_take(actor, take_id)).one()
    is_agreed = not is_disturbed and all(line.is_agreed for line in compare(connection, actor, counted))
    _change(
        connection,
        take,
        state=TakeState.AGREED if is_agreed else TakeState.DIFFERING,
        is_disturbed=is_disturbed,
    )


def recount(connection: Connection, actor: Actor, take_id: UUID, *, ended: int) -> None:
    """End a round and begin another; ended already, nothing is done. Its counts stay in the journal.

    Raises:
        ServiceError: `not_found`, `stock_take_state`.
    """
    _, take = _begin(connection, actor, take_id)
    if take.round > ended:
        return
    _need_state(take, TakeState.AGREED, TakeState.DIFFERING)
    cleared = dict.fromkeys(("first_person", "second_person", "first_count", "second_count", "first_tap", "second_tap"))
    _change(connection, take, state=TakeState.OPEN, round=take.round + 1, is_disturbed=False, **cleared)


def settle(connection: Connection, actor: Actor, person: str, take_id: UUID) -> None:
    """Bring the books to what two people found; settled already, nothing is done.

    Raises:
        ServiceError: `not_found`, `stock_take_state`; `stock_not_enough` if what is missing was taken since.
    """
    journal, take = _begin(connection, actor, take_id)
    if take.state == TakeState.SETTLED:
        return
    _need_state(take, TakeState.AGREED)
    acts = []
    for line in compare(connection, actor, take):
        lot_id, opened_at = line.part
        difference = line.first - line.book
        if difference:
            act = Act(
                kind=Kind.ADJUST,
                lot_id=lot_id,
                quantity=abs(difference),
                room_from=take.room if difference < 0 else None,
                room_to=take.room if difference > 0 else None,
                opened_at=opened_at,
                take_id=take_id,
                take_round=take.round,
            )
            acts.append((uuid5(take_id, f"adjust/{lot_id}/{opened_at}"), act))
    journal.append_all(person, acts)
    _change(connection, take, state=TakeState.SETTLED, settled_by=person)


def cancel(connection: Connection, actor: Actor, take_id: UUID) -> None:
    """Give a stock-take up; cancelled already, nothing is done.

    Raises:
        ServiceError: `not_found`, `stock_take_state` if it is settled.
    """
    _, take = _begin(connection, actor, take_id)
    if take.state != TakeState.CANCELLED:
        _need_state(take, TakeState.OPEN, TakeState.COUNTED, TakeState.AGREED, TakeState.DIFFERING)
        _change(connection, take, state=TakeState.CANCELLED)


def _begin(connection: Connection, actor: Actor, take_id: UUID) -> tuple[Journal, Row[Any]]:
    """The journal, locked, and the stock-take as it is now."""
    journal = Journal.lock(connection, actor.organisation)
    take = connection.execute(_take(actor, take_id)).one_or_none()
    if take is None:
        raise ServiceError("not_found")
    return journal, take


def _take(actor: Actor, take_id: UUID) -> Any:
    return select(STOCK_TAKE).where(STOCK_TAKE.c.organisation == actor.organisation, STOCK_TAKE.c.take_id == take_id)


def _need_state(take: Row[Any], *states: TakeState) -> None:
    if take.state not in states:
        raise ServiceError("stock_take_state", state=take.state, needed=", ".join(states))


def _acts(take: Row[Any], asked: CountIn) -> list[Act]:
    return [
        Act(
            kind=Kind.COUNT,
            lot_id=line.lot_id,
            quantity=line.quantity,
            room_from=take.room,
            opened_at=line.opened_at,
            take_id=take.take_id,
            take_round=take.round,
        )
        for line in asked.lines
    ]


def _change(connection: Connection, take: Row[Any], **values: Any) -> None:
    connection.execute(
        update(STOCK_TAKE)
        .where(STOCK_TAKE.c.organisation == take.organisation, STOCK_TAKE.c.take_id == take.take_id)
        .values(changed_at=clock.now(), **values)
    )
