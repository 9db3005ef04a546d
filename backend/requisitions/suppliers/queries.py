"""Reading suppliers: each organisation its own."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, exists, select, true

from backend.db import among
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.requisitions.suppliers.models import LICENCE, SUPPLIER
from backend.requisitions.suppliers.schemas import Licence, SupplierOut, SupplierPageOut

PAGE = 100


def supplier(connection: Connection, actor: Actor, code: str) -> SupplierOut:
    """One supplier.

    Raises:
        ServiceError: `not_found`.
    """
    found = suppliers_by_code(connection, actor, [code])
    if not found:
        raise ServiceError("not_found")
    return found[code]


def suppliers_by_code(connection: Connection, actor: Actor, codes: Collection[str]) -> dict[str, SupplierOut]:
    """Those of some suppliers that there are."""
    return {each.code: each for each in _read(connection, actor, _own(actor).where(among(SUPPLIER.c.code, codes)))}


def suppliers(
    connection: Connection, actor: Actor, *, expiring_before: int | None, changed_since: int | None, after: str | None
) -> SupplierPageOut:
    """A page of suppliers, by code.

    Args:
        expiring_before: Unix seconds; only those with a licence that ends before.
        changed_since: Unix seconds; only those described anew then or later.
        after: only those past this code, from the page before.
    """
    expiring = exists().where(
        LICENCE.c.organisation == SUPPLIER.c.organisation,
        LICENCE.c.supplier == SUPPLIER.c.code,
        LICENCE.c.valid_until < expiring_before if expiring_before is not None else true(),
    )
    page = _read(
        connection,
        actor,
        _own(actor)
        .where(expiring if expiring_before is not None else true())
        .where(SUPPLIER.c.changed_at >= changed_since if changed_since is not None else true())
        .where(SUPPLIER.c.code > after if after is not None else true())
        .order_by(SUPPLIER.c.code)
        .limit(PAGE + 1),
    )
    return SupplierPageOut(suppliers=page[:PAGE], next_after=page[PAGE - 1].code if len(page) > PAGE else None)


def _own(actor: Actor) -> Any:
    return select(SUPPLIER).where(SUPPLIER.c.organisation == actor.organisation)


def _read(connection: Connection, actor: Actor, statement: Any) -> list[SupplierOut]:
    rows = connection.execute(statement).mappings().all()
    licences: dict[str, list[Licence]] = {row["code"]: [] for row in rows}
    for supplier_code, kind, number, valid_until in connection.execute(
        select(LICENCE.c.supplier, LICENCE.c.kind, LICENCE.c.number, LICENCE.c.valid_until)
        .where(LICENCE.c.organisation == actor.organisation, among(LICENCE.c.supplier, licences))
        .order_by(LICENCE.c.valid_until, LICENCE.c.kind, LICENCE.c.number)
    ):
        licences[supplier_code].append(Licence(kind=kind, number=number, valid_until=valid_until))
    return [SupplierOut.model_validate({**row, "licences": licences[row["code"]]}) for row in rows]
