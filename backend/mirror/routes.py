"""What members' own mirrors ask of this one: whether both say the same of the chain."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.dependencies import Reader, Reading, TheService
from backend.mirror import queries
from backend.mirror.schemas import DigestsOut, RowsIn, RowsOut

router = APIRouter(prefix="/v1/mirror", tags=["mirror"])


@router.get("/digests")
def get_digests(
    connection: Reading,
    actor: Reader,
    service: TheService,
    *,
    first: Annotated[int, Query(ge=0, lt=1 << 31, alias="from", description="First block.")] = 0,
    last: Annotated[
        int | None, Query(ge=0, lt=1 << 31, alias="to", description="Last block; the highest final one if left out.")
    ] = None,
    every: Annotated[int, Query(ge=1, lt=1 << 31, description="Blocks of a range.")] = 1000,
) -> DigestsOut:
    """Digests of what this mirror holds of the chain, range by range. `suyuan index compare` asks for them."""
    return queries.digests(connection, actor, service.ledgers, first=first, last=last, every=every)


@router.post("/rows")
def compare_rows(connection: Reading, actor: Reader, asked: RowsIn) -> RowsOut:
    """Which rows of the caller's mirror are not in this one. Reads only; a POST because many fill no address."""
    return queries.compare_rows(connection, actor, block=asked.block, theirs=asked.digests)
