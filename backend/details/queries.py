"""Opening details for those who may read them."""

from collections.abc import Collection, Mapping
from itertools import accumulate

import structlog
from sqlalchemy import Connection, func, select

from backend.db import among
from backend.details.fields import Details, from_bytes
from backend.details.models import DETAILS, DETAILS_READER, State
from backend.details.sealing import Ring, SealBroken
from backend.errors import ServiceError
from backend.identity.actor import Actor

_LOG = structlog.get_logger(__name__)

_MOST_ON_A_PAGE = 50
_MOST_BYTES_ON_A_PAGE = 4_000_000


def details(connection: Connection, ring: Ring, actor: Actor, root: bytes) -> Details:
    """The details behind a root.

    Raises:
        ServiceError: `not_found`, also for those the actor may not read; `details_shredded` for one who signed or was
            named by the action when they were kept is the same `not_found`: no key is left that tells.
    """
    found = opened(connection, ring, actor.organisation, [root])
    if root not in found:
        raise ServiceError("not_found")
    return found[root]


def page(connection: Connection, ring: Ring, actor: Actor, *, after: bytes) -> tuple[list[Details], bytes | None]:
    """The next details that the actor may read, in the order of their roots, and the root to go on after, if there is
    more.

    One that does not open is left out, and logged: the others must not be held back by it.
    """
    asked = (
        select(DETAILS.c.root, func.length(DETAILS.c.sealed))
        .join(DETAILS_READER, DETAILS_READER.c.root == DETAILS.c.root)
        .where(
            DETAILS_READER.c.organisation == actor.organisation, DETAILS.c.root > after, DETAILS.c.sealed.is_not(None)
        )
        .order_by(DETAILS.c.root)
        .limit(_MOST_ON_A_PAGE + 1)
    )
    rows = connection.execute(asked).all()
    sizes = accumulate(size for _, size in rows)
    # The first always fits; after that, as many as make no answer of tens of megabytes.
    fit = max(1, sum(total <= _MOST_BYTES_ON_A_PAGE for total in sizes))
    roots = [root for root, _ in rows[: min(fit, _MOST_ON_A_PAGE)]]
    found: dict[bytes, Details] = {}
    for root in roots:
        try:
            found |= opened(connection, ring, actor.organisation, [root])
        except SealBroken as error:
            _LOG.error("details_do_not_open", root=root.hex(), organisation=actor.organisation, detail=str(error))
    return list(found.values()), roots[-1] if len(roots) < len(rows) else None


def opened(connection: Connection, ring: Ring, organisation: int, roots: Collection[bytes]) -> dict[bytes, Details]:
    """Those of some details that an organisation may read and that are held."""
    rows = connection.execute(
        select(DETAILS.c.root, DETAILS.c.sealed, DETAILS_READER.c.wrapped_key, DETAILS_READER.c.ring_version)
        .join(DETAILS_READER, DETAILS_READER.c.root == DETAILS.c.root)
        .where(among(DETAILS.c.root, roots), DETAILS_READER.c.organisation == organisation)
    )
    return {
        root: from_bytes(ring.open(root, sealed, ring.unwrap(root, wrapped, organisation, version)))
        for root, sealed, wrapped, version in rows
    }


def states(connection: Connection, roots: Collection[bytes]) -> Mapping[bytes, State]:
    """Where the details behind each root are."""
    rows = connection.execute(select(DETAILS.c.root, DETAILS.c.shredded_at).where(among(DETAILS.c.root, roots)))
    known = {root: State.HELD if shredded_at is None else State.SHREDDED for root, shredded_at in rows}
    return {root: known.get(root, State.MISSING) for root in roots}


def key_for(connection: Connection, ring: Ring, actor: Actor, root: bytes) -> bytes:
    """The key of a record, for one of its readers.

    Raises:
        ServiceError: `not_found`.
    """
    row = connection.execute(
        select(DETAILS_READER.c.wrapped_key, DETAILS_READER.c.ring_version).where(
            DETAILS_READER.c.root == root, DETAILS_READER.c.organisation == actor.organisation
        )
    ).one_or_none()
    if row is None:
        raise ServiceError("not_found")
    return ring.unwrap(root, row.wrapped_key, actor.organisation, row.ring_version)
