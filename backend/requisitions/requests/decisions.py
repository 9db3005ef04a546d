"""Approving and rejecting, for oneself or as a deputy. Nobody decides on their own request, in whosever name."""

from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, update

from backend import clock
from backend.chemicals import commands as certificates
from backend.chemicals.commands import Need
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.items.models import ItemClass
from backend.items.queries import items_by_code
from backend.requisitions.approval.queries import is_deputy
from backend.requisitions.requests import queries
from backend.requisitions.requests.models import APPROVAL, Act, State
from backend.requisitions.requests.transitions import lock, record, refuse_unless
from backend.requisitions.suppliers.fitness import unfit
from backend.requisitions.suppliers.queries import suppliers_by_code


def approve(connection: Connection, actor: Actor, request: UUID, *, person: str, acting_for: str | None) -> None:
    """Approve a request; the last approval that it needs makes it approved. Again, it changes nothing.

    Suppliers are looked at with every approval. Certificates are reserved with the last.

    Raises:
        ServiceError: `not_found`, `own_request`, `not_approver`, `not_deputy`, `request_state`,
            `supplier_not_approved`, `supplier_licence_expired`, `certificate_missing`, `certificate_exhausted`.
    """
    requester, state = lock(connection, actor, request)
    approver = _who_decides(connection, actor, request, requester, person=person, acting_for=acting_for)
    if _has_decided(connection, actor, request, approver):
        return
    refuse_unless(state, (State.SUBMITTED,))
    _refuse_unfit_suppliers(connection, actor, request)
    connection.execute(
        update(APPROVAL)
        .where(*_approval(actor, request), APPROVAL.c.approver == approver)
        .values(decided_by=person, decided_at=clock.now())
    )
    still_needed = connection.scalar(
        select(func.count()).select_from(APPROVAL).where(*_approval(actor, request), APPROVAL.c.decided_by.is_(None))
    )
    if not still_needed:
        certificates.reserve(connection, actor, request, _needs(connection, actor, request), person=person)
    record(
        connection,
        actor.organisation,
        request,
        Act.APPROVE,
        to=State.SUBMITTED if still_needed else State.APPROVED,
        person=person,
        acting_for=acting_for,
    )


def reject(
    connection: Connection, actor: Actor, request: UUID, *, person: str, acting_for: str | None, reason: str
) -> None:
    """Reject a request, which ends it. Again, it changes nothing.

    Raises:
        ServiceError: `not_found`, `own_request`, `not_approver`, `not_deputy`, `request_state`.
    """
    requester, state = lock(connection, actor, request)
    _who_decides(connection, actor, request, requester, person=person, acting_for=acting_for)
    if state == State.REJECTED:
        return
    refuse_unless(state, (State.SUBMITTED,))
    record(
        connection,
        actor.organisation,
        request,
        Act.REJECT,
        to=State.REJECTED,
        person=person,
        acting_for=acting_for,
        reason=reason,
    )


def _who_decides(
    connection: Connection, actor: Actor, request: UUID, requester: str, *, person: str, acting_for: str | None
) -> str:
    """In whose name somebody decides."""
    if person == requester:
        raise ServiceError("own_request")
    approver = acting_for or person
    needed = connection.scalars(select(APPROVAL.c.approver).where(*_approval(actor, request))).all()
    if approver not in needed:
        raise ServiceError("not_approver", approvers=", ".join(sorted(needed)))
    if approver != person and not is_deputy(connection, actor, person, of=approver, at=clock.now()):
        raise ServiceError("not_deputy", acting_for=approver)
    return approver


def _has_decided(connection: Connection, actor: Actor, request: UUID, approver: str) -> bool:
    decided_by = connection.scalar(
        select(APPROVAL.c.decided_by).where(*_approval(actor, request), APPROVAL.c.approver == approver)
    )
    return decided_by is not None


def _approval(actor: Actor, request: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return APPROVAL.c.organisation == actor.organisation, APPROVAL.c.request == request


def _refuse_unfit_suppliers(connection: Connection, actor: Actor, request: UUID) -> None:
    codes = {line["supplier"] for line in queries.lines(connection, actor, [request])}
    for supplier in suppliers_by_code(connection, actor, codes).values():
        against = unfit(supplier, at=clock.now())
        if against is not None:
            raise ServiceError(against.code, **against.params)


def _needs(connection: Connection, actor: Actor, request: UUID) -> list[Need]:
    """What the regulated lines take of certificates, by the items as they are described now."""
    lines = queries.lines(connection, actor, [request])
    items = items_by_code(connection, actor, {line["item"] for line in lines})
    needs = []
    for line in lines:
        item = items[line["item"]]
        if item.item_class is not ItemClass.ORDINARY:
            assert item.content is not None
            assert item.content_unit is not None
            needs.append(
                Need(line["line"], item.code, item.item_class, line["quantity"], item.content, item.content_unit)
            )
    return needs
