"""Certificates, logger files, and what they found."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection

from backend.dependencies import Reader, Reading, Writer, Writing, need_one_of, person_of
from backend.entries import Moment
from backend.identity.actor import Actor, Right
from backend.quality import commands, queries
from backend.quality.findings import Cause
from backend.quality.models import DocumentKind
from backend.quality.release import hold_to_sign
from backend.quality.schemas import (
    AttachedOut,
    BlockOut,
    BlockPageOut,
    CertificateIn,
    CloseIn,
    DocumentOut,
    DocumentPageOut,
    LoggerFileIn,
)
from backend.wire import Hash

router = APIRouter(prefix="/v1", tags=["quality"])

_BRINGS = Right.QUALITY | Right.RECEIVE
_MEDIA_TYPES = {DocumentKind.CERTIFICATE: "application/json", DocumentKind.LOGGER_FILE: "application/octet-stream"}

Before = Annotated[int | None, Query(ge=0, lt=1 << 63, description="`next_before` of the page before.")]
Number = Annotated[int, Path(ge=1, lt=1 << 63)]


@router.post("/certificates")
def attach_certificate(connection: Writing, actor: Writer, asked: CertificateIn) -> AttachedOut:
    """Attach a certificate of analysis to a holding; every finding blocks its release."""
    need_one_of(actor, _BRINGS)
    commands.attach_certificate(connection, actor, asked)
    return _attached(connection, actor, asked.id)


@router.post("/logger-files")
def attach_logger_file(connection: Writing, actor: Writer, asked: LoggerFileIn) -> AttachedOut:
    """Attach a cold-chain logger's file to a holding; outside for too long, its release is blocked."""
    need_one_of(actor, _BRINGS)
    commands.attach_logger_file(connection, actor, asked)
    return _attached(connection, actor, asked.id)


@router.get("/quality-documents")
def list_documents(
    connection: Reading,
    actor: Reader,
    holding: Hash | None = None,
    changed_since: Moment | None = None,
    before: Before = None,
) -> DocumentPageOut:
    """What the caller's organisation attached, newest first."""
    return queries.documents(connection, actor, holding=holding, changed_since=changed_since, before=before)


@router.get("/quality-documents/{document_id}")
def get_document(connection: Reading, actor: Reader, document_id: UUID) -> DocumentOut:
    """One document, what was read out of it, and its blocks."""
    return queries.document(connection, actor, document_id)


@router.get("/quality-documents/{document_id}/content", response_class=Response)
def get_content(connection: Reading, actor: Reader, document_id: UUID) -> Response:
    """The document itself, byte for byte; its SHA-256 is its name."""
    kind, content = queries.content(connection, actor, document_id)
    # Never shown by a browser: it is a stranger's file on our address.
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=_MEDIA_TYPES[DocumentKind(kind)], headers=headers)


@router.get("/release-blocks")
def list_blocks(
    *,
    connection: Reading,
    actor: Reader,
    holding: Hash | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    changed_since: Moment | None = None,
    before: Before = None,
) -> BlockPageOut:
    """What blocks releases of the caller's organisation, newest first."""
    return queries.blocks(
        connection, actor, holding=holding, is_open=is_open, changed_since=changed_since, before=before
    )


@router.get("/release-blocks/{number}")
def get_block(connection: Reading, actor: Reader, number: Number) -> BlockOut:
    """One block."""
    return queries.block(connection, actor, number)


@router.post("/release-blocks/{number}/close")
def close_block(connection: Writing, actor: Writer, number: Number, asked: CloseIn) -> BlockOut:
    """Close a block with a reason: another person than the one who brought the document decides."""
    need_one_of(actor, Right.QUALITY)
    commands.close_block(connection, actor, number, person=person_of(actor), reason=asked.reason)
    return queries.block(connection, actor, number)


def _attached(connection: Connection, actor: Actor, document_id: UUID) -> AttachedOut:
    document = queries.document(connection, actor, document_id)
    is_broken = any(block.cause is Cause.COLD_CHAIN_BROKEN for block in document.blocks)
    return AttachedOut(document=document, to_sign=hold_to_sign(connection, document.holding) if is_broken else None)
