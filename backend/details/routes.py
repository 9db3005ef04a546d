"""Presenting details late, reading them, letting others read, destroying them."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.dependencies import Reader, Reading, TheService, Writer, Writing, need_one_of
from backend.details import commands, queries
from backend.details.fields import Details
from backend.details.models import State
from backend.details.schemas import (
    DetailsOut,
    DetailsPageOut,
    PresentedIn,
    PresentedOut,
    ReaderIn,
    SchemasOut,
    StateOut,
)
from backend.identity.actor import Right
from backend.wire import Hash
from contracts.details import definitions

router = APIRouter(prefix="/v1/details", tags=["details"])


@router.get("/schemas")
def list_schemas() -> SchemasOut:
    """The fields of every schema, by their places in the tree."""
    return SchemasOut.model_validate(definitions())


@router.post("")
def present(connection: Writing, actor: Writer, service: TheService, asked: PresentedIn) -> PresentedOut:
    """Present details of actions that were recorded without, or whose details we lost. Doing it twice changes nothing.

    Whoever has fields and key may: the root on the chain is the proof. Its parties can read them then, and the caller.
    """
    return PresentedOut(results=commands.present(connection, service.ring, actor, asked.details))


@router.get("")
def list_details(
    connection: Reading,
    actor: Reader,
    service: TheService,
    after: Annotated[Hash | None, Query(description="`next_after` of the page before.")] = None,
) -> DetailsPageOut:
    """All details that the caller's organisation may read, page by page: to keep a copy, from which to present them."""
    page, next_after = queries.page(connection, service.ring, actor, after=after or b"")
    return DetailsPageOut(details=[_shown(each) for each in page], next_after=next_after)


@router.get("/{root}")
def get_details(connection: Reading, actor: Reader, service: TheService, root: Hash) -> DetailsOut:
    """The fields behind a root, for those who may read them."""
    return _shown(queries.details(connection, service.ring, actor, root))


@router.post("/{root}/readers")
def let_read(connection: Writing, actor: Writer, service: TheService, root: Hash, asked: ReaderIn) -> StateOut:
    """Let another organisation read, too. It can show them on: what was given cannot be taken back."""
    commands.let_read(connection, service.ring, actor, root, asked.organisation)
    return StateOut(root=root, state=State.HELD)


@router.post("/{root}/shred")
def shred(connection: Writing, actor: Writer, service: TheService, root: Hash) -> StateOut:
    """Destroy the keys and the ciphertext, for good, as the organisation that signed the action. The chain stands."""
    need_one_of(actor, Right.ADMIN)
    commands.shred_own(connection, service.ring, actor, root)
    return StateOut(root=root, state=State.SHREDDED)


def _shown(found: Details) -> DetailsOut:
    shown = found.to_json()
    return DetailsOut(root=found.root, schema_id=found.schema.id, fields=shown["fields"], event_key=found.event_key)
