"""Setting the levels of approval; granting and ending deputyships."""

from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.repeats import hash_asked, refuse_reuse
from backend.requisitions.approval.models import APPROVAL_RULE, DEPUTY
from backend.requisitions.approval.schemas import CostObject, DeputyIn, LevelsIn


def put_rule(connection: Connection, actor: Actor, cost_object: CostObject, asked: LevelsIn) -> None:
    """Set all levels of a cost object; the same again changes nothing. Requests under way keep their approvers."""
    levels = sorted((level.model_dump() for level in asked.levels), key=lambda level: tuple(level.values()))
    fields = {"levels": levels, "changed_by": actor.person, "changed_at": clock.now()}
    put = postgresql.insert(APPROVAL_RULE).values(
        organisation=actor.organisation, kind=cost_object.kind, code=cost_object.code, **fields
    )
    connection.execute(
        put.on_conflict_do_update(
            index_elements=[APPROVAL_RULE.c.organisation, APPROVAL_RULE.c.kind, APPROVAL_RULE.c.code],
            set_=fields,
            where=APPROVAL_RULE.c.levels != put.excluded.levels,
        )
    )


def grant(connection: Connection, actor: Actor, asked: DeputyIn, *, granted_by: str) -> None:
    """Let somebody act for somebody else, once.

    Raises:
        ServiceError: `id_reused`.
    """
    content_hash = hash_asked(asked, granted_by)
    inserted = connection.scalar(
        postgresql.insert(DEPUTY)
        .values(
            organisation=actor.organisation,
            granted_by=granted_by,
            content_hash=content_hash,
            changed_at=clock.now(),
            **asked.model_dump(),
        )
        .on_conflict_do_nothing()
        .returning(DEPUTY.c.id)
    )
    if inserted is None:
        before = connection.scalar(
            select(DEPUTY.c.content_hash).where(DEPUTY.c.organisation == actor.organisation, DEPUTY.c.id == asked.id)
        )
        assert before is not None
        refuse_reuse(before, content_hash, id=str(asked.id))


def end(connection: Connection, actor: Actor, id_: UUID) -> None:
    """End a deputyship now; again, it stays ended when it did.

    Raises:
        ServiceError: `not_found`.
    """
    mine = (DEPUTY.c.organisation == actor.organisation) & (DEPUTY.c.id == id_)
    if connection.scalar(select(DEPUTY.c.id).where(mine)) is None:
        raise ServiceError("not_found")
    at = clock.now()
    connection.execute(update(DEPUTY).where(mine, DEPUTY.c.ended_at.is_(None)).values(ended_at=at, changed_at=at))
