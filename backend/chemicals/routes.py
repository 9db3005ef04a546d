"""Certificates for regulated chemicals."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend import clock
from backend.chemicals import commands, queries
from backend.chemicals.schemas import CertificateIn, CertificateOut, CertificatePageOut, EntryPageOut, SpendingIn
from backend.dependencies import Reader, Reading, Writer, Writing, need_one_of, person_of
from backend.entries import Moment
from backend.identity.actor import Right

router = APIRouter(prefix="/v1/chemical-certificates", tags=["regulated chemicals"])

_DAY = 86_400


@router.get("")
def list_certificates(
    connection: Reading,
    actor: Reader,
    expiring_within_days: Annotated[int | None, Query(ge=0, le=3_660)] = None,
    changed_since: Moment | None = None,
    after: Annotated[UUID | None, Query(description="`next_after` of the page before.")] = None,
) -> CertificatePageOut:
    """The caller's organisation's certificates, with what is left on each."""
    ending_before = None if expiring_within_days is None else clock.now() + expiring_within_days * _DAY
    return queries.certificates(
        connection, actor, ending_before=ending_before, changed_since=changed_since, after=after
    )


@router.post("")
def register_certificate(connection: Writing, actor: Writer, certificate: CertificateIn) -> CertificateOut:
    """Register a paper; again, it is the same certificate."""
    need_one_of(actor, Right.ORDER | Right.ADMIN)
    commands.register(connection, actor, certificate)
    return queries.certificate(connection, actor, certificate.id)


@router.post("/spendings")
def spend(connection: Writing, actor: Writer, spending: SpendingIn) -> CertificateOut:
    """Count units that came in against what their request line had reserved; again, they count once."""
    need_one_of(actor, Right.RECEIVE | Right.STOCK)
    certificate = commands.spend(connection, actor, spending, person=person_of(actor))
    return queries.certificate(connection, actor, certificate)


@router.get("/{certificate_id}")
def get_certificate(connection: Reading, actor: Reader, certificate_id: UUID) -> CertificateOut:
    """One certificate."""
    return queries.certificate(connection, actor, certificate_id)


@router.get("/{certificate_id}/entries")
def list_entries(
    connection: Reading,
    actor: Reader,
    certificate_id: UUID,
    before: Annotated[int | None, Query(ge=0, description="`next_before` of the page before.")] = None,
) -> EntryPageOut:
    """What was reserved, released and spent under a certificate, by whom and for which request."""
    return queries.entries(connection, actor, certificate_id, before=before)


@router.post("/{certificate_id}/withdraw")
def withdraw_certificate(connection: Writing, actor: Writer, certificate_id: UUID) -> CertificateOut:
    """Let nothing more be bought under a certificate."""
    need_one_of(actor, Right.ORDER | Right.ADMIN)
    commands.withdraw(connection, actor, certificate_id)
    return queries.certificate(connection, actor, certificate_id)
