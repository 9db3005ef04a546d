"""Keeping the list of suppliers."""

from sqlalchemy import Connection, delete, insert, or_, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor, Role
from backend.identity.queries import roles_of
from backend.requisitions.suppliers import queries
from backend.requisitions.suppliers.models import LICENCE, SUPPLIER
from backend.requisitions.suppliers.schemas import SupplierIn


def put_supplier(connection: Connection, actor: Actor, code: str, supplier: SupplierIn) -> None:
    """Put a supplier on the list, or describe it anew, licences and all; the same again changes nothing.

    Raises:
        ServiceError: `supplier_unknown`, `supplier_listed`.
    """
    _refuse_unknown_member(connection, actor, supplier.member)
    known = queries.suppliers_by_code(connection, actor, [code]).get(code)
    licences = sorted(supplier.licences, key=lambda licence: (licence.valid_until, licence.kind, licence.number))
    wanted = supplier.model_copy(update={"licences": licences})
    if known is not None and wanted.model_dump() == known.model_dump(include=set(SupplierIn.model_fields)):
        return
    fields = supplier.model_dump(exclude={"licences"}) | {"changed_by": actor.person, "changed_at": clock.now()}
    try:
        with connection.begin_nested():
            connection.execute(
                postgresql.insert(SUPPLIER)
                .values(organisation=actor.organisation, code=code, **fields)
                .on_conflict_do_update(index_elements=[SUPPLIER.c.organisation, SUPPLIER.c.code], set_=fields)
            )
    except IntegrityError as error:
        # The same company under a second code would split its prices, licences and orders.
        raise ServiceError("supplier_listed", supplier=_listed(connection, actor, code, supplier)) from error
    connection.execute(delete(LICENCE).where(LICENCE.c.organisation == actor.organisation, LICENCE.c.supplier == code))
    if licences:
        connection.execute(
            insert(LICENCE),
            [{"organisation": actor.organisation, "supplier": code, **each.model_dump()} for each in licences],
        )


def _refuse_unknown_member(connection: Connection, actor: Actor, member: int) -> None:
    if member == 0:
        return
    roles = roles_of(connection, member)
    if member == actor.organisation or roles is None or Role.SUPPLIER not in roles:
        raise ServiceError("supplier_unknown", member=member)


def _listed(connection: Connection, actor: Actor, code: str, supplier: SupplierIn) -> str | None:
    """Under which other code the same company stands."""
    same = [SUPPLIER.c.credit_code == supplier.credit_code] if supplier.credit_code else []
    same += [SUPPLIER.c.member == supplier.member] if supplier.member else []
    return connection.scalar(
        select(SUPPLIER.c.code)
        .where(SUPPLIER.c.organisation == actor.organisation, SUPPLIER.c.code != code, or_(*same))
        .limit(1)
    )
