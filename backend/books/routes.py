"""Searching the books, what is in custody by its identifiers, and what all of it rests on."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.books import queries
from backend.books.custody import resolve
from backend.books.schemas import CoverageOut, FoundOut, ResolvedOut, ResolveIn, Searched
from backend.dependencies import Reader, Reading

router = APIRouter(prefix="/v1/books", tags=["books"])


@router.get("/search")
def search(
    connection: Reading,
    actor: Reader,
    q: Annotated[Searched, Query(description="Words that all occur, or an identifier.")],
    before: Annotated[int | None, Query(ge=0, lt=1 << 63, description="`next_before` of the page before.")] = None,
) -> FoundOut:
    """The records whose details have these words, or that are about this identifier, as far as the caller may read."""
    return queries.search(connection, actor, q, before=before)


@router.post("/resolve")
def resolve_identifiers(connection: Reading, actor: Reader, asked: ResolveIn) -> ResolvedOut:
    """What is in the caller's custody under some identifiers. Reads only; a POST because a thousand fill no address."""
    return resolve(connection, actor, asked.identifiers)


@router.get("/coverage")
def get_coverage(connection: Reading, actor: Reader) -> CoverageOut:
    """How many of the caller's actions have their details here; for who oversees, of all."""
    return queries.coverage(connection, actor)
