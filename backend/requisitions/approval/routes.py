"""Rules of approval, and deputies."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend.dependencies import Reader, Reading, Writer, Writing, need_one_of, person_of
from backend.entries import Code, Moment
from backend.errors import ServiceError
from backend.identity.actor import Actor, Right
from backend.requisitions.approval import commands, queries
from backend.requisitions.approval.schemas import (
    CostObject,
    DeputyIn,
    DeputyOut,
    DeputyPageOut,
    LevelsIn,
    RuleOut,
    RulePageOut,
)
from backend.stock.models import CostObjectKind

router = APIRouter(prefix="/v1/requisitions", tags=["approval"])


@router.get("/rules")
def list_rules(
    connection: Reading,
    actor: Reader,
    changed_since: Moment | None = None,
    after: Annotated[
        str | None, Query(pattern=r"^\w+:\w[\w.-]{0,39}$", description="`next_after` of the page before.")
    ] = None,
) -> RulePageOut:
    """Who approves what in the caller's organisation."""
    return queries.rules(connection, actor, changed_since=changed_since, after=after)


@router.put("/rules/{kind}/{cost_object}")
def put_rule(connection: Writing, actor: Writer, kind: CostObjectKind, cost_object: Code, asked: LevelsIn) -> RuleOut:
    """Set all levels of a cost centre or project. Requests under way keep the approvers they have."""
    need_one_of(actor, Right.ORDER | Right.ADMIN)
    paid_from = CostObject(kind=kind, code=cost_object)
    commands.put_rule(connection, actor, paid_from, asked)
    return queries.rule(connection, actor, paid_from)


@router.get("/deputies")
def list_deputies(
    connection: Reading,
    actor: Reader,
    changed_since: Moment | None = None,
    before: Annotated[int | None, Query(ge=0, description="`next_before` of the page before.")] = None,
) -> DeputyPageOut:
    """Who acts, acted or will act for whom in the caller's organisation."""
    return queries.deputies(connection, actor, changed_since=changed_since, before=before)


@router.post("/deputies")
def grant_deputy(connection: Writing, actor: Writer, asked: DeputyIn) -> DeputyOut:
    """Let somebody act for oneself; for somebody else, with the right to order or to administrate."""
    granted_by = _who_decides_for(actor, asked.person)
    if granted_by == asked.deputy:
        raise ServiceError("own_deputyship")
    commands.grant(connection, actor, asked, granted_by=granted_by)
    return queries.deputy(connection, actor, asked.id)


@router.post("/deputies/{deputy_id}/end")
def end_deputy(connection: Writing, actor: Writer, deputy_id: UUID) -> DeputyOut:
    """End a deputyship before its time."""
    _who_decides_for(actor, queries.deputy(connection, actor, deputy_id).person)
    commands.end(connection, actor, deputy_id)
    return queries.deputy(connection, actor, deputy_id)


def _who_decides_for(actor: Actor, represented: str) -> str:
    """The caller's name, who may settle who stands in for somebody."""
    person = person_of(actor)
    if person != represented:
        need_one_of(actor, Right.ORDER | Right.ADMIN)
    return person
