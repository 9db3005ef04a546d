"""What the routes of the domain take and answer. Times are Unix seconds, prices CNY 0.01 for one unit of the item."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.entries import Code, Fen, Moment, Quantity


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PriceLine(_In):
    """The price of an item from a quantity on."""

    item: Code
    price_fen: Fen
    min_quantity: Quantity = 1


class VersionIn(_In):
    """A price list as agreed with one supplier."""

    supplier: Code
    valid_from: Moment
    valid_until: Moment
    currency: Literal["CNY"] = "CNY"
    lines: list[PriceLine] = Field(min_length=1, max_length=2_000)

    @model_validator(mode="after")
    def _says_each_price_once(self) -> Self:
        if self.valid_until <= self.valid_from:
            raise ValueError("valid_until comes after valid_from")
        if len({(line.item, line.min_quantity) for line in self.lines}) < len(self.lines):
            raise ValueError("an item has two prices from the same quantity on")
        return self


class VersionOut(BaseModel):
    """A published price list; its lines by item and quantity."""

    model_config = ConfigDict(frozen=True)

    agreement: str
    version: int
    supplier: str
    valid_from: int
    valid_until: int
    currency: str
    published_by: str | None
    published_at: int
    lines: list[PriceLine]


class AgreementOut(BaseModel):
    """An agreement and how far its versions go."""

    model_config = ConfigDict(frozen=True)

    code: str
    supplier: str
    latest_version: int
    published_at: int = Field(description="When the latest version was.")


class AgreementPageOut(BaseModel):
    """Agreements, by code."""

    agreements: list[AgreementOut]
    next_after: str | None = Field(description="`after` of the next page; null on the last.")
