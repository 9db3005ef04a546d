"""Publishing price lists."""

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.items.queries import items_by_code
from backend.repeats import hash_asked
from backend.requisitions.agreements.models import AGREEMENT, AGREEMENT_PRICE, AGREEMENT_VERSION
from backend.requisitions.agreements.schemas import VersionIn
from backend.requisitions.suppliers.queries import suppliers_by_code


def publish(connection: Connection, actor: Actor, agreement: str, version: int, listed: VersionIn) -> None:
    """Publish the next version of an agreement; the first creates it. The same version again changes nothing.

    Raises:
        ServiceError: `agreement_version_published`, `agreement_version_gap`, `agreement_of_another_supplier`,
            `items_unknown`, `suppliers_unknown`.
    """
    if listed.supplier not in suppliers_by_code(connection, actor, [listed.supplier]):
        raise ServiceError("suppliers_unknown", suppliers=listed.supplier)
    _lock(connection, actor, agreement, listed.supplier)
    content_hash = hash_asked(listed)
    published = connection.scalar(
        select(AGREEMENT_VERSION.c.content_hash).where(
            AGREEMENT_VERSION.c.organisation == actor.organisation,
            AGREEMENT_VERSION.c.agreement == agreement,
            AGREEMENT_VERSION.c.version == version,
        )
    )
    if published == content_hash:
        return
    if published is not None:
        raise ServiceError("agreement_version_published", agreement=agreement, version=version)
    _refuse_gap(connection, actor, agreement, version)
    _refuse_unknown_items(connection, actor, listed)
    whose = {"organisation": actor.organisation, "agreement": agreement, "version": version}
    connection.execute(
        insert(AGREEMENT_VERSION).values(
            **whose,
            valid_from=listed.valid_from,
            valid_until=listed.valid_until,
            currency=listed.currency,
            content_hash=content_hash,
            published_by=actor.person,
            published_at=clock.now(),
        )
    )
    connection.execute(insert(AGREEMENT_PRICE), [{**whose, **line.model_dump()} for line in listed.lines])


def _lock(connection: Connection, actor: Actor, agreement: str, supplier: str) -> None:
    """Let one version of an agreement be published at a time; create the agreement if there is none."""
    connection.execute(
        postgresql.insert(AGREEMENT)
        .values(organisation=actor.organisation, code=agreement, supplier=supplier)
        .on_conflict_do_nothing()
    )
    agreed_with = connection.scalar(
        select(AGREEMENT.c.supplier)
        .where(AGREEMENT.c.organisation == actor.organisation, AGREEMENT.c.code == agreement)
        .with_for_update()
    )
    if agreed_with != supplier:
        raise ServiceError("agreement_of_another_supplier", agreement=agreement, supplier=agreed_with)


def _refuse_gap(connection: Connection, actor: Actor, agreement: str, version: int) -> None:
    latest = connection.scalar(
        select(func.coalesce(func.max(AGREEMENT_VERSION.c.version), 0)).where(
            AGREEMENT_VERSION.c.organisation == actor.organisation, AGREEMENT_VERSION.c.agreement == agreement
        )
    )
    assert latest is not None
    if version != latest + 1:
        raise ServiceError("agreement_version_gap", agreement=agreement, next_version=latest + 1)


def _refuse_unknown_items(connection: Connection, actor: Actor, listed: VersionIn) -> None:
    wanted = {line.item for line in listed.lines}
    unknown = sorted(wanted - items_by_code(connection, actor, wanted).keys())
    if unknown:
        raise ServiceError("items_unknown", items=", ".join(unknown[:20]))
