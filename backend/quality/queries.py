"""Reading documents and release blocks: each organisation its own."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select, true

from backend.db import among
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.quality.models import BLOCK, CONTENT, DOCUMENT
from backend.quality.schemas import BlockOut, BlockPageOut, DocumentOut, DocumentPageOut

PAGE = 100


def document(connection: Connection, actor: Actor, document_id: UUID) -> DocumentOut:
    """One document with its blocks.

    Raises:
        ServiceError: `not_found`.
    """
    row = connection.execute(_documents(actor).where(DOCUMENT.c.id == document_id)).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    return _document_out(row, _blocks_of(connection, actor, [document_id]))


def documents(
    connection: Connection,
    actor: Actor,
    *,
    holding: bytes | None = None,
    changed_since: int | None = None,
    before: int | None = None,
) -> DocumentPageOut:
    """A page of the actor's organisation's documents, newest first; a document never changes after its import."""
    rows = connection.execute(
        _documents(actor)
        .where(DOCUMENT.c.holding_id == holding if holding is not None else true())
        .where(DOCUMENT.c.imported_at >= changed_since if changed_since is not None else true())
        .where(DOCUMENT.c.number < before if before is not None else true())
        .order_by(DOCUMENT.c.number.desc())
        .limit(PAGE + 1)
    ).all()
    page = rows[:PAGE]
    blocks = _blocks_of(connection, actor, [row.id for row in page])
    return DocumentPageOut(
        documents=[_document_out(row, blocks) for row in page],
        next_before=page[-1].number if len(rows) > PAGE else None,
    )


def content(connection: Connection, actor: Actor, document_id: UUID) -> tuple[str, bytes]:
    """Kind and bytes of a document, as they came.

    Raises:
        ServiceError: `not_found`.
    """
    row = connection.execute(
        select(DOCUMENT.c.kind, CONTENT.c.content)
        .join(CONTENT, (CONTENT.c.organisation == DOCUMENT.c.organisation) & (CONTENT.c.sha256 == DOCUMENT.c.sha256))
        .where(DOCUMENT.c.organisation == actor.organisation, DOCUMENT.c.id == document_id)
    ).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    return row.kind, row.content


def block(connection: Connection, actor: Actor, number: int) -> BlockOut:
    """One block.

    Raises:
        ServiceError: `not_found`.
    """
    row = connection.execute(_blocks(actor).where(BLOCK.c.number == number)).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    return _block_out(row)


def blocks(
    connection: Connection,
    actor: Actor,
    *,
    holding: bytes | None = None,
    is_open: bool | None = None,
    changed_since: int | None = None,
    before: int | None = None,
) -> BlockPageOut:
    """A page of the actor's organisation's blocks, newest first."""
    changed = func.greatest(BLOCK.c.opened_at, BLOCK.c.closed_at)  # of which a null is none
    rows = connection.execute(
        _blocks(actor)
        .where(BLOCK.c.closed_at.is_(None) == is_open if is_open is not None else true())
        .where(BLOCK.c.holding_id == holding if holding is not None else true())
        .where(changed >= changed_since if changed_since is not None else true())
        .where(BLOCK.c.number < before if before is not None else true())
        .order_by(BLOCK.c.number.desc())
        .limit(PAGE + 1)
    ).all()
    page = rows[:PAGE]
    return BlockPageOut(
        blocks=[_block_out(row) for row in page], next_before=page[-1].number if len(rows) > PAGE else None
    )


def _documents(actor: Actor) -> Any:
    return (
        select(
            DOCUMENT.c.id,
            DOCUMENT.c.number,
            DOCUMENT.c.kind,
            DOCUMENT.c.holding_id,
            DOCUMENT.c.sha256,
            DOCUMENT.c.summary,
            DOCUMENT.c.imported_at,
            DOCUMENT.c.imported_by,
            func.length(CONTENT.c.content).label("bytes"),
        )
        .join(CONTENT, (CONTENT.c.organisation == DOCUMENT.c.organisation) & (CONTENT.c.sha256 == DOCUMENT.c.sha256))
        .where(DOCUMENT.c.organisation == actor.organisation)
    )


def _blocks(actor: Actor) -> Any:
    return (
        select(BLOCK, DOCUMENT.c.sha256)
        .join(DOCUMENT, (DOCUMENT.c.organisation == BLOCK.c.organisation) & (DOCUMENT.c.id == BLOCK.c.document))
        .where(BLOCK.c.organisation == actor.organisation)
    )


def _blocks_of(connection: Connection, actor: Actor, documents: Collection[UUID]) -> dict[UUID, list[BlockOut]]:
    found: dict[UUID, list[BlockOut]] = {}
    for row in connection.execute(_blocks(actor).where(among(BLOCK.c.document, documents)).order_by(BLOCK.c.number)):
        found.setdefault(row.document, []).append(_block_out(row))
    return found


def _document_out(row: Row[Any], blocks: dict[UUID, list[BlockOut]]) -> DocumentOut:
    return DocumentOut(
        id=row.id,
        kind=row.kind,
        holding=row.holding_id,
        sha256=row.sha256,
        bytes=row.bytes,
        summary=row.summary,
        imported_at=row.imported_at,
        imported_by=row.imported_by,
        blocks=blocks.get(row.id, []),
    )


def _block_out(row: Row[Any]) -> BlockOut:
    return BlockOut(
        number=row.number,
        holding=row.holding_id,
        cause=row.cause,
        params=row.params,
        document=row.document,
        document_sha256=row.sha256,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        reason=row.reason,
    )
