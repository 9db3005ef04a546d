"""What the routes of the domain take and answer. Times are Unix seconds.

Quantities are in the certificate's unit: grams (GRM) or millilitres (MLT).
"""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.chemicals.models import ACCEPTED_KINDS, CertificateKind, Move
from backend.entries import Code, Line, Moment, Quantity
from backend.items.models import ItemClass


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class CertificateIn(_In):
    """A paper, as printed. It never changes: a new paper is a new certificate."""

    id: UUID = Field(description="Chosen by the client: the same again is the same certificate.")
    kind: CertificateKind
    number: Line
    issued_by: Line
    item_class: ItemClass
    item: Code | None = Field(default=None, description="The one item it covers; null for every item of the class.")
    valid_from: Moment
    valid_until: Moment
    unit: str = Field(pattern="^(GRM|MLT)$")
    allowed: Quantity = Field(description="How much may be bought under it altogether, in `unit`.")

    @model_validator(mode="after")
    def _is_a_paper_there_is(self) -> Self:
        if self.item_class not in ACCEPTED_KINDS:
            raise ValueError("ordinary items need no certificate")
        if self.kind not in ACCEPTED_KINDS[self.item_class]:
            raise ValueError(f"{self.item_class} is bought under: {', '.join(ACCEPTED_KINDS[self.item_class])}")
        if self.valid_until <= self.valid_from:
            raise ValueError("valid_until comes after valid_from")
        return self


class SpendingIn(_In):
    """Units of an item that came in, of what a line of a request had reserved."""

    id: UUID = Field(description="Chosen by the client: the same again counts once.")
    request: UUID
    line: int = Field(ge=0, lt=256)
    units: Quantity


class CertificateOut(_Out):
    """A certificate and what is left on it."""

    id: UUID
    kind: CertificateKind
    number: str
    issued_by: str
    item_class: ItemClass
    item: str | None
    valid_from: int
    valid_until: int
    unit: str
    allowed: int
    reserved: int
    spent: int
    remaining: int
    withdrawn_at: int | None
    changed_at: int


class CertificatePageOut(_Out):
    """Certificates, by id."""

    certificates: list[CertificateOut]
    next_after: UUID | None = Field(description="`after` of the next page; null on the last.")


class EntryOut(_Out):
    """One move of a certificate's quantity."""

    number: int
    request: UUID
    line: int
    move: Move
    quantity: int
    person: str
    at: int


class EntryPageOut(_Out):
    """What happened on a certificate, newest first."""

    entries: list[EntryOut]
    next_before: int | None = Field(description="`before` of the next page; null on the last.")
