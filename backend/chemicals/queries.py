"""Reading certificates: each organisation its own."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, true

from backend.chemicals.models import CERTIFICATE, ENTRY
from backend.chemicals.schemas import CertificateOut, CertificatePageOut, EntryOut, EntryPageOut
from backend.errors import ServiceError
from backend.identity.actor import Actor

PAGE = 100


def certificate(connection: Connection, actor: Actor, id_: UUID) -> CertificateOut:
    """One certificate.

    Raises:
        ServiceError: `not_found`.
    """
    row = connection.execute(_own(actor).where(CERTIFICATE.c.id == id_)).mappings().one_or_none()
    if row is None:
        raise ServiceError("not_found")
    return _shown(row)


def certificates(
    connection: Connection, actor: Actor, *, ending_before: int | None, changed_since: int | None, after: UUID | None
) -> CertificatePageOut:
    """A page of certificates, by id.

    Args:
        ending_before: Unix seconds; only those in use that end before.
        changed_since: Unix seconds; only those that changed then or later.
        after: only those past this id, from the page before.
    """
    in_use = CERTIFICATE.c.withdrawn_at.is_(None)
    rows = connection.execute(
        _own(actor)
        .where(in_use & (CERTIFICATE.c.valid_until < ending_before) if ending_before is not None else true())
        .where(CERTIFICATE.c.changed_at >= changed_since if changed_since is not None else true())
        .where(CERTIFICATE.c.id > after if after is not None else true())
        .order_by(CERTIFICATE.c.id)
        .limit(PAGE + 1)
    ).mappings()
    page = [_shown(row) for row in rows]
    return CertificatePageOut(certificates=page[:PAGE], next_after=page[PAGE - 1].id if len(page) > PAGE else None)


def entries(connection: Connection, actor: Actor, id_: UUID, *, before: int | None) -> EntryPageOut:
    """A page of what happened on a certificate, newest first.

    Raises:
        ServiceError: `not_found`.
    """
    certificate(connection, actor, id_)
    rows = connection.execute(
        select(ENTRY)
        .where(ENTRY.c.organisation == actor.organisation, ENTRY.c.certificate == id_)
        .where(ENTRY.c.number < before if before is not None else true())
        .order_by(ENTRY.c.number.desc())
        .limit(PAGE + 1)
    ).mappings()
    page = [EntryOut.model_validate(row) for row in rows]
    return EntryPageOut(entries=page[:PAGE], next_before=page[PAGE - 1].number if len(page) > PAGE else None)


def _own(actor: Actor) -> Any:
    return select(CERTIFICATE).where(CERTIFICATE.c.organisation == actor.organisation)


def _shown(row: RowMapping) -> CertificateOut:
    return CertificateOut.model_validate({**row, "remaining": row["allowed"] - row["reserved"] - row["spent"]})
