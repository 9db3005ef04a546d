"""Keeping details, letting others read them, destroying them."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.details import changes, fields
from backend.details.fields import Details
from backend.details.models import DETAILS, DETAILS_READER, State
from backend.details.queries import key_for, states
from backend.details.recorded import readers_of, signer_of
from backend.details.schemas import DetailsIn, ResultOut
from backend.details.sealing import Ring
from backend.errors import ServiceError
from backend.identity.actor import Actor


def keep(connection: Connection, ring: Ring, presented: Iterable[tuple[Details, set[int]]]) -> set[bytes]:
    """Seal details, each for its readers; the roots of those that were not there already, which is no error.

    What is there already is not opened again: its readers stay, and readers who were none are not added.

    Raises:
        ServiceError: `details_shredded`: some were destroyed on purpose, and stay so.
    """
    by_root: dict[bytes, tuple[Details, set[int]]] = {}
    for each, readers in presented:
        root = each.root
        by_root[root] = (each, readers | by_root.get(root, (each, set()))[1])
    found = states(connection, by_root)
    if State.SHREDDED in found.values():
        raise ServiceError("details_shredded")
    at = clock.now()
    sealed = {
        root: ring.seal(root, each.to_bytes(), readers)
        # In one order, whoever asks: two that bring the same details at once must not wait for each other.
        for root, (each, readers) in sorted(by_root.items(), key=lambda item: item[0])
        if found[root] is State.MISSING
    }
    if not sealed:
        return set()
    inserted = set(
        connection.scalars(
            postgresql.insert(DETAILS).on_conflict_do_nothing().returning(DETAILS.c.root),
            [
                {"root": root, "schema": by_root[root][0].schema.id, "sealed": record.sealed, "kept_at": at}
                for root, record in sealed.items()
            ],
        )
    )
    read_by = [
        {
            "root": root,
            "organisation": reader,
            "wrapped_key": wrapped,
            "ring_version": record.ring_version,
            "granted_at": at,
        }
        for root, record in sealed.items()
        if root in inserted
        for reader, wrapped in record.wrapped_keys.items()
    ]
    if read_by:
        connection.execute(DETAILS_READER.insert(), read_by)
    return inserted


def present(connection: Connection, ring: Ring, actor: Actor, presented: Iterable[DetailsIn]) -> list[ResultOut]:
    """Take details of actions in the mirror, or of such as wait in the outbox; what became of each.

    Raises:
        ServiceError: `details_invalid`, for the first that cannot be read; then none is kept.
    """
    return [_present(connection, ring, actor, given) for given in presented]


def _present(connection: Connection, ring: Ring, actor: Actor, given: DetailsIn) -> ResultOut:
    found = fields.parse(given.schema_id, given.fields, given.event_key)
    readers = readers_of(connection, found.root)
    if readers is None:
        return ResultOut(root=found.root, outcome="unmatched")
    try:
        kept = keep(connection, ring, [(found, readers | {actor.organisation})])
    except ServiceError as error:
        if error.code != "details_shredded":
            raise
        return ResultOut(root=found.root, outcome="shredded")
    changes.tell(connection, kept)
    return ResultOut(root=found.root, outcome="kept" if kept else "known")


def let_read(connection: Connection, ring: Ring, actor: Actor, root: bytes, reader: int) -> None:
    """One reader lets another organisation read.

    Raises:
        ServiceError: `not_found`, if the actor may not read them itself; `details_shredded`.
    """
    key = key_for(connection, ring, actor, root)
    let_in = connection.scalar(
        postgresql.insert(DETAILS_READER)
        .values(
            root=root,
            organisation=reader,
            wrapped_key=ring.wrap(root, key, reader),
            ring_version=ring.current,
            granted_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(DETAILS_READER.c.root)
    )
    if let_in is not None:
        changes.tell(connection, [root])


def shred(connection: Connection, roots: Iterable[bytes], *, by: str) -> int:
    """Destroy the keys and the ciphertexts of records; how many were there. The chain and the rest stay whole.

    Backups made before still hold them until they expire: docs/operating.md says for how long.
    """
    wanted = list(roots)
    connection.execute(delete(DETAILS_READER).where(DETAILS_READER.c.root.in_(wanted)))
    gone = connection.execute(
        update(DETAILS)
        .where(DETAILS.c.root.in_(wanted), DETAILS.c.shredded_at.is_(None))
        .values(sealed=None, shredded_at=clock.now(), shredded_by=by)
        .returning(DETAILS.c.root)
    )
    roots = gone.scalars().all()
    changes.tell(connection, roots)
    return len(roots)


def shred_own(connection: Connection, ring: Ring, actor: Actor, root: bytes) -> None:
    """Destroy details of an action that the actor's organisation signed.

    Raises:
        ServiceError: `not_found`, if the actor cannot read them, or another organisation signed.
    """
    key_for(connection, ring, actor, root)
    if signer_of(connection, root) != actor.organisation:
        raise ServiceError("not_found")
    shred(connection, [root], by=actor.person or f"organisation {actor.organisation}")


def wrapped_before(connection: Connection, version: int) -> int:
    """How many keys an older version of the ring than this still wraps."""
    older = select(func.count()).select_from(DETAILS_READER).where(DETAILS_READER.c.ring_version < version)
    return connection.scalar(older) or 0


def rotate(connection: Connection, ring: Ring, *, most: int) -> int:
    """Wrap keys again that an older version of the ring wrapped; how many were done now, 0 when all are new.

    The records themselves stay as they are: their keys never left the database unwrapped.

    Raises:
        SealBroken: a row that does not open.
    """
    rows = connection.execute(
        select(DETAILS_READER)
        .where(DETAILS_READER.c.ring_version < ring.current)
        .order_by(DETAILS_READER.c.root, DETAILS_READER.c.organisation)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        key = ring.unwrap(row.root, row.wrapped_key, row.organisation, row.ring_version)
        connection.execute(
            update(DETAILS_READER)
            .where(DETAILS_READER.c.root == row.root, DETAILS_READER.c.organisation == row.organisation)
            .values(wrapped_key=ring.wrap(row.root, key, row.organisation), ring_version=ring.current)
        )
    return len(rows)
