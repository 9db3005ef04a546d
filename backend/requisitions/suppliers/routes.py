"""The list of suppliers."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend import clock
from backend.dependencies import Reader, Reading, Writer, Writing, need_one_of
from backend.entries import Code, Moment
from backend.identity.actor import Right
from backend.requisitions.suppliers import commands, queries
from backend.requisitions.suppliers.schemas import SupplierIn, SupplierOut, SupplierPageOut

router = APIRouter(prefix="/v1/suppliers", tags=["suppliers"])

_DAY = 86_400


@router.get("")
def list_suppliers(
    connection: Reading,
    actor: Reader,
    expiring_within_days: Annotated[int | None, Query(ge=0, le=3_660, description="A licence ends within.")] = None,
    changed_since: Moment | None = None,
    after: Annotated[Code | None, Query(description="`next_after` of the page before.")] = None,
) -> SupplierPageOut:
    """The caller's organisation's suppliers, by code."""
    expiring_before = None if expiring_within_days is None else clock.now() + expiring_within_days * _DAY
    return queries.suppliers(
        connection, actor, expiring_before=expiring_before, changed_since=changed_since, after=after
    )


@router.get("/{supplier}")
def get_supplier(connection: Reading, actor: Reader, supplier: Code) -> SupplierOut:
    """One supplier with its licences."""
    return queries.supplier(connection, actor, supplier)


@router.put("/{supplier}")
def put_supplier(connection: Writing, actor: Writer, supplier: Code, described: SupplierIn) -> SupplierOut:
    """Put a supplier on the list or describe it anew; again with the same description, nothing changes."""
    need_one_of(actor, Right.ORDER | Right.ADMIN)
    commands.put_supplier(connection, actor, supplier, described)
    return queries.supplier(connection, actor, supplier)
