"""What the routes of the domain take and answer. Times are Unix seconds, temperatures milli-degrees Celsius."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.entries import Line, Remark
from backend.quality.findings import Cause
from backend.quality.logger_file import COLDEST, HOTTEST
from backend.quality.logger_table import LONGEST_FILE, Scale
from backend.quality.models import DocumentKind
from backend.reading import bounded_json
from backend.wire import Hash

_BASE64_OF_DOCUMENT = (bounded_json.LONGEST_DOCUMENT // 3 + 1) * 4
_BASE64_OF_FILE = (LONGEST_FILE // 3 + 1) * 4


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("content_base64 must be base64") from None


class CertificateIn(_In):
    """A certificate for a holding: as an object, or, to keep the file byte for byte, as its base64."""

    id: UUID = Field(description="Chosen by the client; the same id again attaches nothing twice.")
    holding: Hash
    lot_number: Line = Field(description="As on the label of the goods.")
    certificate: dict[str, Any] | None = Field(default=None, description="CoA v1.1.0 of material-identity.")
    content_base64: str | None = Field(default=None, max_length=_BASE64_OF_DOCUMENT)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.certificate is None) == (self.content_base64 is None):
            raise ValueError("give either certificate or content_base64")
        if bounded_json.is_too_deep(self.certificate):
            raise ValueError(f"certificate must not be deeper than {bounded_json.DEEPEST} levels")
        if self.content_base64 is not None:
            _decoded(self.content_base64)
        return self

    def content(self) -> bytes:
        """The document's bytes; of an object, those that `bounded_json.write` makes of it."""
        if self.content_base64 is not None:
            return _decoded(self.content_base64)
        return bounded_json.write(self.certificate)


class LimitsIn(_In):
    """What the goods bear; the limits themselves are inside."""

    lowest_millidegrees: int = Field(ge=COLDEST, le=HOTTEST)
    highest_millidegrees: int = Field(ge=COLDEST, le=HOTTEST)
    most_minutes_outside: int = Field(ge=0, le=527_040, description="0: not one reading may be outside.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.lowest_millidegrees > self.highest_millidegrees:
            raise ValueError("lowest_millidegrees must not be above highest_millidegrees")
        return self


class LoggerFileIn(_In):
    """A cold-chain logger's export for a holding: its text, or, if that is not UTF-8, its base64."""

    id: UUID = Field(description="Chosen by the client; the same id again attaches nothing twice.")
    holding: Hash
    limits: LimitsIn
    zone: str = Field(default="Asia/Shanghai", max_length=60, description="IANA name; for times without an offset.")
    scale: Scale | None = Field(default=None, description="For a file that does not say; Celsius if nobody does.")
    content: str | None = Field(default=None, max_length=LONGEST_FILE)
    content_base64: str | None = Field(default=None, max_length=_BASE64_OF_FILE)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.content is None) == (self.content_base64 is None):
            raise ValueError("give either content or content_base64")
        if self.content_base64 is not None:
            _decoded(self.content_base64)
        return self

    def file(self) -> bytes:
        """The file's bytes."""
        return (self.content or "").encode() if self.content_base64 is None else _decoded(self.content_base64)


class CloseIn(_In):
    """Closing a block: a deviation is somebody's decision."""

    reason: Remark = Field(description="Why the goods may be released all the same.")


class BlockOut(_Out):
    """A finding that blocks a release until somebody closes it."""

    number: int
    holding: Hash
    cause: Cause
    params: dict[str, Any]
    document: UUID
    document_sha256: Hash
    opened_at: int
    closed_at: int | None
    closed_by: str | None
    reason: str | None


class BlockPageOut(_Out):
    """Blocks, newest first."""

    blocks: list[BlockOut]
    next_before: int | None


class DocumentOut(_Out):
    """A document attached to a holding."""

    id: UUID
    kind: DocumentKind
    holding: Hash
    sha256: Hash = Field(description="Of its bytes, as /content gives them.")
    bytes: int
    summary: dict[str, Any] = Field(description="What was read out of it.")
    imported_at: int
    imported_by: str | None = Field(description="Null for a machine.")
    blocks: list[BlockOut]


class AttachedOut(_Out):
    """A document that has just been attached, and what it asks for."""

    document: DocumentOut
    to_sign: dict[str, Any] | None = Field(
        description="An unsigned PlaceHold for the goods of a broken cold chain: what binds everybody else."
    )


class DocumentPageOut(_Out):
    """Documents, newest first."""

    documents: list[DocumentOut]
    next_before: int | None
