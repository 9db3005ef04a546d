"""What the routes of the domain take and answer."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from backend.entries import Line
from backend.items.models import ItemClass


def _with_check_digit(gtin: str) -> str:
    """GS1: digits weighed 3, 1, 3 ... from the right, the last one making the sum a multiple of ten."""
    digits = [int(digit) for digit in reversed(gtin)]
    if (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10:
        raise ValueError("the check digit of the GTIN is wrong")
    return gtin


Gtin = Annotated[str, StringConstraints(pattern=r"^([0-9]{8}|[0-9]{12,14})$"), AfterValidator(_with_check_digit)]

Unit = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2,3}$"), Field(description="UN/CEFACT Rec 20: GRM, BO.")]


class ItemIn(BaseModel):
    """An item as its organisation describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name_zh: Line
    name_en: Line
    unit: Unit
    item_class: ItemClass = ItemClass.ORDINARY
    quarantine: bool = Field(default=False, description="Unusable on receipt, until released by another person.")
    service: bool = Field(default=False, description="Performed, not delivered: accepted by milestones.")
    shelf_after_opening_days: int | None = Field(default=None, ge=0, le=3_660)
    gtin: Gtin | None = None
    storage: Line | None = None
    content: int | None = Field(default=None, ge=1, le=10**9, description="What one unit holds, in `content_unit`.")
    content_unit: str | None = Field(default=None, pattern="^(GRM|MLT)$")

    @model_validator(mode="after")
    def _says_what_certificates_count(self) -> Self:
        if (self.content is None) != (self.content_unit is None):
            raise ValueError("content and content_unit go together")
        if self.item_class is not ItemClass.ORDINARY and self.content is None:
            raise ValueError("a regulated item says how many GRM or MLT one unit holds: its certificates count those")
        if self.service and (self.quarantine or self.item_class is not ItemClass.ORDINARY):
            raise ValueError("a service is neither quarantined nor regulated")
        return self


class ItemOut(BaseModel):
    """An item."""

    model_config = ConfigDict(frozen=True)

    code: str
    name_zh: str
    name_en: str
    unit: str
    item_class: ItemClass
    quarantine: bool
    service: bool
    shelf_after_opening_days: int | None
    gtin: str | None
    storage: str | None
    content: int | None
    content_unit: str | None
    changed_at: int


class ItemPageOut(BaseModel):
    """Items, by code."""

    items: list[ItemOut]
    next_after: str | None = Field(description="`after` of the next page; null on the last.")
