"""What the routes of the domain take and answer. Times are Unix seconds."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from backend.entries import Code, Line, Moment
from backend.requisitions.suppliers.models import Approval

_CREDIT_CODE_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _with_check_digit(code: str) -> str:
    """GB 32100: each digit weighed by a power of three modulo 31, the last one making the sum a multiple of 31."""
    weighed = sum(_CREDIT_CODE_DIGITS.index(digit) * pow(3, place, 31) for place, digit in enumerate(code[:17]))
    if (weighed + _CREDIT_CODE_DIGITS.index(code[17])) % 31:
        raise ValueError("the check digit of the credit code is wrong")
    return code


CreditCode = Annotated[
    str, StringConstraints(pattern=rf"^[{_CREDIT_CODE_DIGITS}]{{18}}$"), AfterValidator(_with_check_digit)
]
"""统一社会信用代码 of 18 characters."""


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Licence(_In):
    """A paper of a supplier."""

    kind: Code = Field(description="As the organisation calls it: business, hazardous_chemicals, ...")
    number: Line
    valid_until: Moment


class SupplierIn(_In):
    """A supplier as its customer describes it: the whole of it, licences included."""

    member: int = Field(default=0, ge=0, lt=1 << 24, description="Its number on the platform; 0 if it is not on it.")
    name: Line
    credit_code: CreditCode | None = None
    status: Approval = Approval.CANDIDATE
    licences: list[Licence] = Field(default=[], max_length=50)

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if self.member == 0 and self.credit_code is None:
            raise ValueError("a supplier that is not on the platform is known by its credit code")
        if len({(licence.kind, licence.number) for licence in self.licences}) < len(self.licences):
            raise ValueError("a licence stands twice")
        return self


class SupplierOut(BaseModel):
    """A supplier, its licences in the order in which they end."""

    model_config = ConfigDict(frozen=True)

    code: str
    member: int
    name: str
    credit_code: str | None
    status: Approval
    licences: list[Licence]
    changed_by: str | None
    changed_at: int


class SupplierPageOut(BaseModel):
    """Suppliers, by code."""

    suppliers: list[SupplierOut]
    next_after: str | None = Field(description="`after` of the next page; null on the last.")
