"""What the routes of the domain take and answer. Times are Unix seconds, money is CNY 0.01."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.entries import Code, Fen, Line, Moment, Remark
from backend.stock.models import CostObjectKind


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CostObject(_In):
    """What a line is paid from."""

    kind: CostObjectKind
    code: Code


class LevelShown(_In):
    """Somebody who approves up to an amount."""

    up_to_fen: Fen
    approver: Line


class LevelsIn(_In):
    """All levels of one cost centre or project; none, and nobody may charge to it."""

    levels: list[LevelShown] = Field(max_length=50)


class RuleOut(BaseModel):
    """The levels of one cost centre or project, the lowest first."""

    model_config = ConfigDict(frozen=True)

    kind: CostObjectKind
    code: str
    levels: list[LevelShown]
    changed_by: str | None
    changed_at: int


class RulePageOut(BaseModel):
    """Rules of approval, by kind and code."""

    rules: list[RuleOut]
    next_after: str | None = Field(description="`after` of the next page; null on the last.")


class DeputyIn(_In):
    """Somebody acts for somebody else for a time."""

    id: UUID = Field(description="Chosen by the client: the same again is the same grant.")
    person: Line
    deputy: Line
    valid_from: Moment
    valid_until: Moment
    reason: Remark

    @model_validator(mode="after")
    def _is_for_another_for_a_while(self) -> Self:
        if self.person == self.deputy:
            raise ValueError("nobody is their own deputy")
        if self.valid_until <= self.valid_from:
            raise ValueError("valid_until comes after valid_from")
        return self


class DeputyOut(BaseModel):
    """A grant of deputyship."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    person: str
    deputy: str
    valid_from: int
    valid_until: int
    reason: str
    granted_by: str
    ended_at: int | None
    changed_at: int


class DeputyPageOut(BaseModel):
    """Grants, the newest first."""

    deputies: list[DeputyOut]
    next_before: int | None = Field(description="`before` of the next page; null on the last.")
