"""The price in force: what an item costs at a supplier, in a quantity, at a time.

Of an agreement, the newest version whose period covers the time is in force, and in it the price from the largest
quantity that is reached. Of several agreements with a supplier the cheapest counts. An item without such a price has
no price in force, and nothing to deviate from.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql

from backend.db import among
from backend.identity.actor import Actor
from backend.requisitions.agreements.models import AGREEMENT, AGREEMENT_PRICE, AGREEMENT_VERSION


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item at a supplier, in a quantity."""

    supplier: str
    item: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Price:
    """CNY 0.01 for one unit, and where that is written."""

    price_fen: int
    agreement: str
    version: int


def prices_in_force(
    connection: Connection, actor: Actor, wanted: Collection[Wanted], *, at: int
) -> Mapping[Wanted, Price]:
    """The price in force at a time (Unix seconds) of each that has one."""
    version = AGREEMENT_VERSION.c
    in_force = (
        select(version.agreement, version.version)
        .where(version.organisation == actor.organisation, version.valid_from <= at, version.valid_until > at)
        .ext(postgresql.distinct_on(version.agreement))
        .order_by(version.agreement, version.version.desc())
        .subquery()
    )
    price = AGREEMENT_PRICE.c
    rows = connection.execute(
        select(AGREEMENT.c.supplier, price.item, price.min_quantity, price.price_fen, price.agreement, price.version)
        .join(in_force, (in_force.c.agreement == price.agreement) & (in_force.c.version == price.version))
        .join(AGREEMENT, (AGREEMENT.c.organisation == price.organisation) & (AGREEMENT.c.code == price.agreement))
        .where(
            price.organisation == actor.organisation,
            among(AGREEMENT.c.supplier, {each.supplier for each in wanted}),
            among(price.item, {each.item for each in wanted}),
        )
        .order_by(price.min_quantity, price.agreement)
    ).all()
    found = {}
    for each in wanted:
        # By agreement, the last that fits is the one from the largest quantity.
        reached = {
            row.agreement: Price(row.price_fen, row.agreement, row.version)
            for row in rows
            if (row.supplier, row.item) == (each.supplier, each.item) and row.min_quantity <= each.quantity
        }
        if reached:
            found[each] = min(reached.values(), key=lambda candidate: (candidate.price_fen, candidate.agreement))
    return found
