"""Registering certificates, and moving their quantities: reserved -> released | spent.

Every move first locks the organisation's certificates in the order of their ids, so that two moves wait for each other
and never for each other's other half. The check on the row (models.py) stands behind that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, update
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.chemicals.models import ACCEPTED_KINDS, CERTIFICATE, ENTRY, RESERVATION, Move
from backend.chemicals.schemas import CertificateIn, SpendingIn
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.items.models import ItemClass


@dataclass(frozen=True, slots=True)
class Need:
    """A line of a request that needs a certificate."""

    line: int
    item: str
    item_class: ItemClass
    units: int
    content: int
    """What one unit holds, in `content_unit`."""
    content_unit: str

    @property
    def quantity(self) -> int:
        """What the line takes of a certificate, in `content_unit`."""
        return self.units * self.content


def register(connection: Connection, actor: Actor, certificate: CertificateIn) -> None:
    """Register a paper, once.

    Raises:
        ServiceError: `id_reused`, `certificate_number_taken`.
    """
    fields = certificate.model_dump()
    inserted = connection.scalar(
        postgresql.insert(CERTIFICATE)
        .values(organisation=actor.organisation, changed_at=clock.now(), **fields)
        .on_conflict_do_nothing()
        .returning(CERTIFICATE.c.id)
    )
    if inserted is not None:
        return
    known = connection.execute(select(CERTIFICATE).where(_is(actor, certificate.id))).mappings().one_or_none()
    if known is None:
        raise ServiceError("certificate_number_taken", number=certificate.number)
    if fields != {name: known[name] for name in fields}:
        raise ServiceError("id_reused", id=str(certificate.id))


def withdraw(connection: Connection, actor: Actor, certificate: UUID) -> None:
    """Let nothing more be bought under a certificate. What is reserved on it may still come in.

    Raises:
        ServiceError: `not_found`.
    """
    withdrawn = connection.execute(
        update(CERTIFICATE)
        .where(_is(actor, certificate), CERTIFICATE.c.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now(), changed_at=clock.now())
    )
    if not withdrawn.rowcount and connection.scalar(select(CERTIFICATE.c.id).where(_is(actor, certificate))) is None:
        raise ServiceError("not_found")


def reserve(connection: Connection, actor: Actor, request: UUID, needs: Sequence[Need], *, person: str) -> None:
    """Set aside what the regulated lines of a request take: all of it, or nothing.

    Each line is covered by one certificate: one for just its item before one for its class, then the one that ends
    first.

    Raises:
        ServiceError: `certificate_missing`, `certificate_exhausted`; the caller's transaction must end with it.
    """
    if not needs:
        return
    at = clock.now()
    certificates = [
        row for row in _locked(connection, actor) if row.withdrawn_at is None and row.valid_from <= at < row.valid_until
    ]
    taken: dict[UUID, int] = {}
    for need in needs:
        chosen = _choose(need, certificates, taken)
        taken[chosen.id] = taken.get(chosen.id, 0) + need.quantity
        connection.execute(
            insert(RESERVATION).values(
                organisation=actor.organisation,
                request=request,
                line=need.line,
                certificate=chosen.id,
                content=need.content,
                reserved=need.quantity,
            )
        )
        where = {"certificate": chosen.id, "request": request, "line": need.line}
        _move(connection, actor, Move.RESERVED, need.quantity, **where, person=person)


def release(connection: Connection, actor: Actor, request: UUID, *, person: str) -> None:
    """Give back what is still reserved for a request; nothing, if nothing is."""
    _locked(connection, actor)
    rows = connection.execute(
        select(RESERVATION).where(
            RESERVATION.c.organisation == actor.organisation,
            RESERVATION.c.request == request,
            RESERVATION.c.reserved > 0,
        )
    ).all()
    for row in rows:
        _set_reserved(connection, row, reserved=0, spent=row.spent)
        where = {"certificate": row.certificate, "request": request, "line": row.line}
        _move(connection, actor, Move.RELEASED, row.reserved, **where, person=person)


def spend(connection: Connection, actor: Actor, spending: SpendingIn, *, person: str) -> UUID:
    """Count units that came in against what their line had reserved, once; the certificate they came in under.

    It counts also after the certificate has ended: it was bought while it was valid.

    Raises:
        ServiceError: `not_found`, `reservation_exceeded`, `id_reused`.
    """
    _locked(connection, actor)
    reservation = connection.execute(
        select(RESERVATION).where(
            RESERVATION.c.organisation == actor.organisation,
            RESERVATION.c.request == spending.request,
            RESERVATION.c.line == spending.line,
        )
    ).one_or_none()
    if reservation is None:
        raise ServiceError("not_found")
    certificate: UUID = reservation.certificate
    quantity = spending.units * reservation.content
    before = connection.execute(
        select(ENTRY.c.request, ENTRY.c.line, ENTRY.c.quantity).where(
            ENTRY.c.organisation == actor.organisation, ENTRY.c.id == spending.id
        )
    ).one_or_none()
    if before is not None:
        if tuple(before) != (spending.request, spending.line, quantity):
            raise ServiceError("id_reused", id=str(spending.id))
        return certificate
    if quantity > reservation.reserved:
        left = reservation.reserved // reservation.content
        raise ServiceError("reservation_exceeded", units=spending.units, left=left)
    _set_reserved(connection, reservation, reserved=reservation.reserved - quantity, spent=reservation.spent + quantity)
    _move(
        connection,
        actor,
        Move.SPENT,
        quantity,
        certificate=certificate,
        request=spending.request,
        line=spending.line,
        person=person,
        spending=spending.id,
    )
    return certificate


def _is(actor: Actor, certificate: UUID) -> ColumnElement[bool]:
    return and_(CERTIFICATE.c.organisation == actor.organisation, CERTIFICATE.c.id == certificate)


def _locked(connection: Connection, actor: Actor) -> Sequence[Row[Any]]:
    """All certificates of the organisation as they are once everybody else's move has ended."""
    return connection.execute(
        select(CERTIFICATE)
        .where(CERTIFICATE.c.organisation == actor.organisation)
        .order_by(CERTIFICATE.c.id)
        .with_for_update()
    ).all()


def _choose(need: Need, certificates: Sequence[Row[Any]], taken: Mapping[UUID, int]) -> Row[Any]:
    covering = [
        row
        for row in certificates
        if row.item_class == need.item_class and row.item in (None, need.item) and row.unit == need.content_unit
    ]
    about: dict[str, str | int] = {
        "line": need.line,
        "item": need.item,
        "item_class": need.item_class.value,
        "kinds": ", ".join(ACCEPTED_KINDS[need.item_class]),
        "needed": need.quantity,
        "unit": need.content_unit,
    }
    if not covering:
        raise ServiceError("certificate_missing", **about)
    left = {row.id: row.allowed - row.reserved - row.spent - taken.get(row.id, 0) for row in covering}
    enough = [row for row in covering if left[row.id] >= need.quantity]
    if not enough:
        raise ServiceError("certificate_exhausted", **about, most_left=max(left.values()))
    return min(enough, key=lambda row: (row.item is None, row.valid_until, row.id))


def _set_reserved(connection: Connection, row: Row[Any], *, reserved: int, spent: int) -> None:
    connection.execute(
        update(RESERVATION)
        .where(
            RESERVATION.c.organisation == row.organisation,
            RESERVATION.c.request == row.request,
            RESERVATION.c.line == row.line,
        )
        .values(reserved=reserved, spent=spent)
    )


# What a move adds to a certificate's balances: (reserved, spent) in quantities.
_EFFECT = {Move.RESERVED: (1, 0), Move.RELEASED: (-1, 0), Move.SPENT: (-1, 1)}


def _move(
    connection: Connection,
    actor: Actor,
    move: Move,
    quantity: int,
    *,
    certificate: UUID,
    request: UUID,
    line: int,
    person: str,
    spending: UUID | None = None,
) -> None:
    at = clock.now()
    reserved, spent = _EFFECT[move]
    connection.execute(
        update(CERTIFICATE)
        .where(_is(actor, certificate))
        .values(
            reserved=CERTIFICATE.c.reserved + reserved * quantity,
            spent=CERTIFICATE.c.spent + spent * quantity,
            changed_at=at,
        )
    )
    connection.execute(
        insert(ENTRY).values(
            organisation=actor.organisation,
            certificate=certificate,
            request=request,
            line=line,
            move=move,
            quantity=quantity,
            person=person,
            at=at,
            id=spending,
        )
    )
