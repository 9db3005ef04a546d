"""Reading rules of approval and deputies: each organisation its own."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Connection, select, true, tuple_

from backend.errors import ServiceError
from backend.identity.actor import Actor
from backend.requisitions.approval.levels import Level
from backend.requisitions.approval.models import APPROVAL_RULE, DEPUTY
from backend.requisitions.approval.schemas import CostObject, DeputyOut, DeputyPageOut, RuleOut, RulePageOut

PAGE = 100


def levels_of(
    connection: Connection, actor: Actor, cost_objects: Collection[CostObject]
) -> Mapping[CostObject, list[Level]]:
    """The levels of each cost object that has a rule."""
    rows = connection.execute(
        select(APPROVAL_RULE.c.kind, APPROVAL_RULE.c.code, APPROVAL_RULE.c.levels).where(
            APPROVAL_RULE.c.organisation == actor.organisation,
            tuple_(APPROVAL_RULE.c.kind, APPROVAL_RULE.c.code).in_([(each.kind, each.code) for each in cost_objects]),
        )
    )
    return {CostObject(kind=kind, code=code): [Level(**level) for level in levels] for kind, code, levels in rows}


def rule(connection: Connection, actor: Actor, cost_object: CostObject) -> RuleOut:
    """The levels of one cost object.

    Raises:
        ServiceError: `not_found`.
    """
    row = (
        connection.execute(
            select(APPROVAL_RULE).where(
                APPROVAL_RULE.c.organisation == actor.organisation,
                APPROVAL_RULE.c.kind == cost_object.kind,
                APPROVAL_RULE.c.code == cost_object.code,
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise ServiceError("not_found")
    return RuleOut.model_validate(row)


def rules(connection: Connection, actor: Actor, *, changed_since: int | None, after: str | None) -> RulePageOut:
    """A page of rules, by kind and code.

    Args:
        changed_since: Unix seconds; only those that changed then or later.
        after: `kind:code`; only those past it, from the page before.
    """
    key = tuple_(APPROVAL_RULE.c.kind, APPROVAL_RULE.c.code)
    rows = connection.execute(
        select(APPROVAL_RULE)
        .where(APPROVAL_RULE.c.organisation == actor.organisation)
        .where(APPROVAL_RULE.c.changed_at >= changed_since if changed_since is not None else true())
        .where(key > tuple_(*after.split(":", 1)) if after is not None else true())
        .order_by(APPROVAL_RULE.c.kind, APPROVAL_RULE.c.code)
        .limit(PAGE + 1)
    ).mappings()
    page = [RuleOut.model_validate(row) for row in rows]
    last = page[PAGE - 1] if len(page) > PAGE else None
    return RulePageOut(rules=page[:PAGE], next_after=None if last is None else f"{last.kind}:{last.code}")


def deputy(connection: Connection, actor: Actor, id_: UUID) -> DeputyOut:
    """One grant of deputyship.

    Raises:
        ServiceError: `not_found`.
    """
    row = (
        connection.execute(select(DEPUTY).where(DEPUTY.c.organisation == actor.organisation, DEPUTY.c.id == id_))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise ServiceError("not_found")
    return DeputyOut.model_validate(row)


def deputies(connection: Connection, actor: Actor, *, changed_since: int | None, before: int | None) -> DeputyPageOut:
    """A page of grants, the newest first.

    Args:
        changed_since: Unix seconds; only those granted or ended then or later.
        before: only those granted before the one of this number, from the page before.
    """
    rows = (
        connection.execute(
            select(DEPUTY)
            .where(DEPUTY.c.organisation == actor.organisation)
            .where(DEPUTY.c.changed_at >= changed_since if changed_since is not None else true())
            .where(DEPUTY.c.number < before if before is not None else true())
            .order_by(DEPUTY.c.number.desc())
            .limit(PAGE + 1)
        )
        .mappings()
        .all()
    )
    return DeputyPageOut(
        deputies=[DeputyOut.model_validate(row) for row in rows[:PAGE]],
        next_before=rows[PAGE - 1]["number"] if len(rows) > PAGE else None,
    )


def is_deputy(connection: Connection, actor: Actor, deputy: str, *, of: str, at: int) -> bool:
    """Whether somebody may act for somebody else at a time (Unix seconds)."""
    grant = connection.scalar(
        select(DEPUTY.c.id)
        .where(
            DEPUTY.c.organisation == actor.organisation,
            DEPUTY.c.deputy == deputy,
            DEPUTY.c.person == of,
            DEPUTY.c.valid_from <= at,
            DEPUTY.c.valid_until > at,
            DEPUTY.c.ended_at.is_(None),
        )
        .limit(1)
    )
    return grant is not None
