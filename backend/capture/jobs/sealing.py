"""The parts of capture jobs, sealed at rest by the same ring as details, for their organisation alone.

A part is bound to its job: moved to another row it does not open.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql

from backend.capture.jobs.models import CAPTURE_JOB, CAPTURE_JOB_PART, Part
from backend.db import among
from backend.details.sealing import Ring

_PART = CAPTURE_JOB_PART.c


def keep(connection: Connection, ring: Ring, job: int, organisation: int, parts: Mapping[Part, bytes]) -> None:
    """Seal parts of a job, in place of what they were."""
    for part, content in parts.items():
        record = ring.seal(_bound_to(job, part), content, {organisation})
        values = {
            "sealed": record.sealed,
            "wrapped_key": record.wrapped_keys[organisation],
            "ring_version": record.ring_version,
        }
        connection.execute(
            postgresql.insert(CAPTURE_JOB_PART)
            .values(job=job, part=part, **values)
            .on_conflict_do_update(index_elements=[_PART.job, _PART.part], set_=values)
        )


def opened(
    connection: Connection, ring: Ring, organisation: int, jobs: Collection[int], part: Part
) -> dict[int, bytes]:
    """A part of some jobs of an organisation, by the jobs' numbers; of those that have it.

    Raises:
        SealBroken: a row was changed, or the ring lacks its version.
    """
    rows = connection.execute(
        select(_PART.job, _PART.sealed, _PART.wrapped_key, _PART.ring_version)
        .join(CAPTURE_JOB, CAPTURE_JOB.c.number == _PART.job)
        .where(among(_PART.job, jobs), _PART.part == part, CAPTURE_JOB.c.organisation == organisation)
    )
    found = {}
    for job, sealed, wrapped, version in rows:
        bound_to = _bound_to(job, part)
        found[job] = ring.open(bound_to, sealed, ring.unwrap(bound_to, wrapped, organisation, version))
    return found


def destroy(connection: Connection, job: int, *parts: Part) -> None:
    """Delete parts of a job, and the keys they were sealed by."""
    connection.execute(delete(CAPTURE_JOB_PART).where(_PART.job == job, _PART.part.in_(parts)))


def wrapped_before(connection: Connection, version: int) -> int:
    """How many keys an older version of the ring than this still wraps."""
    return (
        connection.scalar(select(func.count()).select_from(CAPTURE_JOB_PART).where(_PART.ring_version < version)) or 0
    )


def rotate(connection: Connection, ring: Ring, *, most: int) -> int:
    """Wrap keys again that an older version of the ring wrapped; how many were done now, 0 when all are new.

    Raises:
        SealBroken: a row that does not open.
    """
    rows = connection.execute(
        select(_PART.job, _PART.part, _PART.wrapped_key, _PART.ring_version, CAPTURE_JOB.c.organisation)
        .join(CAPTURE_JOB, CAPTURE_JOB.c.number == _PART.job)
        .where(_PART.ring_version < ring.current)
        .limit(most)
        .with_for_update(of=CAPTURE_JOB_PART, skip_locked=True)
    ).all()
    for row in rows:
        bound_to = _bound_to(row.job, Part(row.part))
        key = ring.unwrap(bound_to, row.wrapped_key, row.organisation, row.ring_version)
        connection.execute(
            update(CAPTURE_JOB_PART)
            .where(_PART.job == row.job, _PART.part == row.part)
            .values(wrapped_key=ring.wrap(bound_to, key, row.organisation), ring_version=ring.current)
        )
    return len(rows)


def _bound_to(job: int, part: Part) -> bytes:
    return b"capture job " + job.to_bytes(8) + part.encode()
