"""Opening details for those who may read them."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from backend.db import among
from backend.details.fields import Details, from_bytes
from backend.details.models import DETAILS, DETAILS_READER, State
from backend.details.sealing import Ring
from backend.errors import ServiceError
from backend.identity.actor import Actor


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
