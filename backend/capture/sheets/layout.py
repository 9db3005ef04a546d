"""A supplier's own layout: which of their columns is which of ours, and what their words mean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from backend.capture.sheets.words import Act, Column, plain
from backend.epcis import gs1
from backend.errors import ServiceError
from backend.reading import bounded_json


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be the name of a zone, like Asia/Shanghai") from None
    return name


def _namespace(text: str) -> str:
    text = text.rstrip("/")
    if gs1.canonical(f"{text}/item/x/lot/y") is not None:
        raise ValueError("must not look like a GS1 Digital Link")
    return text


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
_Unit = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2,3}$")]
_Namespace = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?$"),
    AfterValidator(_namespace),
]


class Layout(BaseModel):
    """A mapping file. Left out, each part is what our own template has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sheet: _Text | None = None
    """The one sheet that is read; without it, every visible one that has our columns."""
    header_row: Annotated[int, Field(ge=1, le=200)] | None = None
    columns: Mapping[Column, _Text] = Field(default_factory=dict)
    """Our column -> the text of their header, or the letter of the column."""
    constants: Mapping[Column, _Text] = Field(default_factory=dict)
    """What a column of ours says in every row; if `columns` names it too, in the rows that leave it empty."""
    dates: Literal["ymd", "dmy", "mdy"] = "ymd"
    decimal: Literal[".", ","] | None = None
    """The mark before fractions; without it each column is judged by its own numbers."""
    units: Mapping[_Text, _Unit] = Field(default_factory=dict)
    events: Mapping[_Text, Act] = Field(default_factory=dict)
    namespace: _Namespace | None = None
    """What the organisation's own numbers hang on: https://id.your-company.example."""
    zone: Annotated[_Text, AfterValidator(_zone)] = "Asia/Shanghai"
    """Of days and times that name no offset."""

    @cached_property
    def own_units(self) -> Mapping[str, str]:
        """`units`, as words are compared."""
        return {plain(word): code for word, code in self.units.items()}

    @cached_property
    def own_events(self) -> Mapping[str, Act]:
        """`events`, as words are compared."""
        return {plain(word): act for word, act in self.events.items()}


def read(content: bytes) -> Layout:
    """A mapping out of its file.

    Raises:
        ServiceError: `document_too_large`, `document_too_deep`, `json_malformed`, `sheet_mapping_invalid`.
    """
    return of(bounded_json.read(content))


def of(document: Any) -> Layout:
    """A mapping out of its JSON.

    Raises:
        ServiceError: `sheet_mapping_invalid`, with every place that is wrong.
    """
    try:
        return Layout.model_validate(document)
    except ValidationError as error:
        wrong = [
            {"at": "/".join(str(step) for step in found["loc"]), "problem": found["msg"]} for found in error.errors()
        ]
        raise ServiceError("sheet_mapping_invalid", fields=wrong) from None
