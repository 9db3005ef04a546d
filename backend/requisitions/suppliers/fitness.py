"""Whether a supplier may be bought from now."""

from dataclasses import dataclass

from backend.errors import Param
from backend.requisitions.suppliers.models import Approval
from backend.requisitions.suppliers.schemas import SupplierOut


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why not: a code of the catalogue, and its parameters."""

    code: str
    params: dict[str, Param]


def unfit(supplier: SupplierOut, *, at: int) -> Unfit | None:
    """What stands against buying from a supplier at a time (Unix seconds): every licence on file has to be valid."""
    if supplier.status is not Approval.APPROVED:
        return Unfit("supplier_not_approved", {"supplier": supplier.code, "status": supplier.status.value})
    ended = [
        {"kind": licence.kind, "number": licence.number, "valid_until": licence.valid_until}
        for licence in supplier.licences
        if licence.valid_until <= at
    ]
    return Unfit("supplier_licence_expired", {"supplier": supplier.code, "licences": ended}) if ended else None
