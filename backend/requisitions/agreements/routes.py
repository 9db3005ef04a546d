"""Framework agreements and their price lists."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from backend.dependencies import Reader, Reading, Writer, Writing, need_one_of
from backend.entries import Code, Moment
from backend.identity.actor import Right
from backend.requisitions.agreements import commands, queries
from backend.requisitions.agreements.schemas import AgreementPageOut, VersionIn, VersionOut

router = APIRouter(prefix="/v1/agreements", tags=["agreements"])

Version = Annotated[int, Path(ge=1, lt=1 << 31)]


@router.get("")
def list_agreements(
    connection: Reading,
    actor: Reader,
    changed_since: Moment | None = None,
    after: Annotated[Code | None, Query(description="`next_after` of the page before.")] = None,
) -> AgreementPageOut:
    """The caller's organisation's agreements, by code."""
    return queries.agreements(connection, actor, changed_since=changed_since, after=after)


@router.get("/{agreement}/versions/{version}")
def get_version(connection: Reading, actor: Reader, agreement: Code, version: Version) -> VersionOut:
    """One published price list."""
    return queries.version(connection, actor, agreement, version)


@router.put("/{agreement}/versions/{version}")
def publish_version(
    connection: Writing, actor: Writer, agreement: Code, version: Version, listed: VersionIn
) -> VersionOut:
    """Publish the next version of an agreement. A version that was published stays as it was."""
    need_one_of(actor, Right.ORDER | Right.ADMIN)
    commands.publish(connection, actor, agreement, version, listed)
    return queries.version(connection, actor, agreement, version)
