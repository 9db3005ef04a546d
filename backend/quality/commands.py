"""Attaching documents to holdings, and closing what they found. A request repeated does nothing twice."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.quality.certificate import Certificate, read_certificate
from backend.quality.findings import Cause, Finding, assess
from backend.quality.logger_file import Journey, Limits, read_journey
from backend.quality.models import BLOCK, CONTENT, DOCUMENT, DocumentKind
from backend.quality.schemas import CertificateIn, LoggerFileIn
from backend.repeats import hash_asked, refuse_reuse
from backend.traceability.queries import holding as visible_holding

# Of the park: China Standard Time.
_AHEAD_OF_UTC = timedelta(hours=8)


def attach_certificate(connection: Connection, actor: Actor, asked: CertificateIn) -> None:
    """Read a certificate, keep it, and open a block for each finding.

    Raises:
        ServiceError: `not_found` (a holding the actor may not see), `id_reused`, and those of `read_certificate`.
    """
    visible_holding(connection, actor, asked.holding)
    content = asked.content()
    certificate = read_certificate(content)
    findings = assess(certificate, lot_number=asked.lot_number, today=_today())
    _attach(
        connection,
        actor,
        document_id=asked.id,
        asked_hash=hash_asked(asked),
        kind=DocumentKind.CERTIFICATE,
        holding=asked.holding,
        content=content,
        summary=_summary_of_certificate(certificate, asked.lot_number),
        findings=findings,
    )


def attach_logger_file(connection: Connection, actor: Actor, asked: LoggerFileIn) -> None:
    """Read a logger file, keep it, and open a block if the cold chain was broken: in the same transaction.

    Raises:
        ServiceError: `not_found` (a holding the actor may not see), `id_reused`, and those of `read_journey`.
    """
    visible_holding(connection, actor, asked.holding)
    content = asked.file()
    limits = Limits(
        lowest=asked.limits.lowest_millidegrees,
        highest=asked.limits.highest_millidegrees,
        most_minutes_outside=asked.limits.most_minutes_outside,
    )
    journey = read_journey(content, limits, zone=asked.zone, scale=asked.scale)
    summary = _summary_of_journey(journey, limits)
    _attach(
        connection,
        actor,
        document_id=asked.id,
        asked_hash=hash_asked(asked),
        kind=DocumentKind.LOGGER_FILE,
        holding=asked.holding,
        content=content,
        summary=summary,
        findings=[Finding(Cause.COLD_CHAIN_BROKEN, _excursion(summary))] if journey.is_broken(limits) else [],
    )


def close_block(connection: Connection, actor: Actor, number: int, *, person: str, reason: str) -> None:
    """Close a block: the decision of a person who did not bring the document.

    Raises:
        ServiceError: `not_found`, `second_person_required`, `block_closed` (by somebody else, or for another reason).
    """
    row = connection.execute(
        select(BLOCK.c.closed_at, BLOCK.c.closed_by, BLOCK.c.reason, DOCUMENT.c.imported_by)
        .join(DOCUMENT, (DOCUMENT.c.organisation == BLOCK.c.organisation) & (DOCUMENT.c.id == BLOCK.c.document))
        .where(BLOCK.c.organisation == actor.organisation, BLOCK.c.number == number)
        .with_for_update(of=BLOCK)
    ).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    if row.imported_by == person:
        raise ServiceError("second_person_required", imported_by=person)
    if row.closed_at is not None:
        if (row.closed_by, row.reason) != (person, reason):
            raise ServiceError("block_closed", closed_by=row.closed_by, closed_at=row.closed_at)
        return
    connection.execute(
        update(BLOCK).where(BLOCK.c.number == number).values(closed_at=clock.now(), closed_by=person, reason=reason)
    )


def _attach(
    connection: Connection,
    actor: Actor,
    *,
    document_id: UUID,
    asked_hash: bytes,
    kind: DocumentKind,
    holding: bytes,
    content: bytes,
    summary: Mapping[str, Any],
    findings: Iterable[Finding],
) -> None:
    sha256 = hashlib.sha256(content).digest()
    at = clock.now()
    connection.execute(
        postgresql.insert(CONTENT)
        .values(organisation=actor.organisation, sha256=sha256, content=content)
        .on_conflict_do_nothing()
    )
    inserted = connection.scalar(
        postgresql.insert(DOCUMENT)
        .values(
            organisation=actor.organisation,
            id=document_id,
            asked_hash=asked_hash,
            kind=kind,
            holding_id=holding,
            sha256=sha256,
            summary=dict(summary),
            imported_at=at,
            imported_by=actor.person,
        )
        .on_conflict_do_nothing(index_elements=["organisation", "id"])
        .returning(DOCUMENT.c.number)
    )
    if inserted is None:
        first = connection.scalar(
            select(DOCUMENT.c.asked_hash).where(
                DOCUMENT.c.organisation == actor.organisation, DOCUMENT.c.id == document_id
            )
        )
        assert first is not None  # what we ran into is committed, and documents are never deleted
        refuse_reuse(first, asked_hash, id=str(document_id))
        return
    rows = [
        {
            "organisation": actor.organisation,
            "holding_id": holding,
            "cause": finding.cause,
            "params": dict(finding.params),
            "document": document_id,
            "opened_at": at,
        }
        for finding in findings
    ]
    if rows:
        connection.execute(insert(BLOCK), rows)


def _today() -> date:
    return (datetime.fromtimestamp(clock.now(), UTC) + _AHEAD_OF_UTC).date()


def _summary_of_certificate(certificate: Certificate, lot_number: str) -> dict[str, Any]:
    body = certificate.certificate
    return {
        "lot_number": lot_number,
        "certificate": body.id,
        "date": body.date,
        "manufacturer": body.parties.manufacturer.name or body.parties.manufacturer.company_name,
        "product": body.product.name,
        "lots": list(certificate.lots),
        "expires_on": body.product.expiration_date,
        "inspections": len(body.analysis.inspections or ()) if body.analysis else 0,
    }


def _summary_of_journey(journey: Journey, limits: Limits) -> dict[str, Any]:
    return {
        "readings": journey.readings,
        "missed": journey.missed,
        "since": journey.since,
        "until": journey.until,
        "lowest_millidegrees": journey.lowest,
        "highest_millidegrees": journey.highest,
        "seconds_outside": journey.seconds_outside,
        "minutes_outside": -(-journey.seconds_outside // 60),
        "gaps": journey.gaps,
        "longest_gaps": [asdict(gap) for gap in journey.longest_gaps],
        "scale": journey.scale,
        "scale_assumed": journey.scale_assumed,
        "limits": {
            "lowest_millidegrees": limits.lowest,
            "highest_millidegrees": limits.highest,
            "most_minutes_outside": limits.most_minutes_outside,
        },
    }


def _excursion(summary: Mapping[str, Any]) -> dict[str, Any]:
    told = ("lowest_millidegrees", "highest_millidegrees", "minutes_outside")
    return {name: summary[name] for name in told} | {"most_minutes_outside": summary["limits"]["most_minutes_outside"]}
