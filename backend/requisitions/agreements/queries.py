"""Reading agreements: each organisation its own."""

from sqlalchemy import Connection, func, select, true

from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.requisitions.agreements.models import AGREEMENT, AGREEMENT_PRICE, AGREEMENT_VERSION
from backend.requisitions.agreements.schemas import AgreementOut, AgreementPageOut, PriceLine, VersionOut

PAGE = 100


def version(connection: Connection, actor: Actor, agreement: str, number: int) -> VersionOut:
    """One published version with its prices.

    Raises:
        ServiceError: `not_found`.
    """
    row = (
        connection.execute(
            select(AGREEMENT_VERSION, AGREEMENT.c.supplier)
            .join(
                AGREEMENT,
                (AGREEMENT.c.organisation == AGREEMENT_VERSION.c.organisation)
                & (AGREEMENT.c.code == AGREEMENT_VERSION.c.agreement),
            )
            .where(
                AGREEMENT_VERSION.c.organisation == actor.organisation,
                AGREEMENT_VERSION.c.agreement == agreement,
                AGREEMENT_VERSION.c.version == number,
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise ServiceError("not_found")
    lines = connection.execute(
        select(AGREEMENT_PRICE.c.item, AGREEMENT_PRICE.c.price_fen, AGREEMENT_PRICE.c.min_quantity)
        .where(
            AGREEMENT_PRICE.c.organisation == actor.organisation,
            AGREEMENT_PRICE.c.agreement == agreement,
            AGREEMENT_PRICE.c.version == number,
        )
        .order_by(AGREEMENT_PRICE.c.item, AGREEMENT_PRICE.c.min_quantity)
    ).mappings()
    return VersionOut.model_validate({**row, "lines": [PriceLine.model_validate({**line}) for line in lines]})


def agreements(
    connection: Connection, actor: Actor, *, changed_since: int | None, after: str | None
) -> AgreementPageOut:
    """A page of agreements, by code.

    Args:
        changed_since: Unix seconds; only those with a version published then or later.
        after: only those past this code, from the page before.
    """
    published_at = func.max(AGREEMENT_VERSION.c.published_at)
    rows = connection.execute(
        select(
            AGREEMENT.c.code,
            AGREEMENT.c.supplier,
            func.max(AGREEMENT_VERSION.c.version).label("latest_version"),
            published_at.label("published_at"),
        )
        .join(
            AGREEMENT_VERSION,
            (AGREEMENT.c.organisation == AGREEMENT_VERSION.c.organisation)
            & (AGREEMENT.c.code == AGREEMENT_VERSION.c.agreement),
        )
        .where(AGREEMENT.c.organisation == actor.organisation)
        .where(AGREEMENT.c.code > after if after is not None else true())
        .group_by(AGREEMENT.c.code, AGREEMENT.c.supplier)
        .having(published_at >= changed_since if changed_since is not None else true())
        .order_by(AGREEMENT.c.code)
        .limit(PAGE + 1)
    ).mappings()
    page = [AgreementOut.model_validate({**row}) for row in rows]
    return AgreementPageOut(agreements=page[:PAGE], next_after=page[PAGE - 1].code if len(page) > PAGE else None)
