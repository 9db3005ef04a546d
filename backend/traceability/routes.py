"""Lots, holdings, timelines and traces."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Response

from backend.dependencies import Reader, Reading
from backend.traceability import queries, trace
from backend.traceability.lineage import Direction
from backend.traceability.schemas import HoldingOut, LotOut, TimelineOut, TraceOut
from backend.traceability.trace import Reach
from backend.wire import Hash

router = APIRouter(prefix="/v1", tags=["traceability"])


def _reach(
    direction: Direction = Direction.BOTH,
    depth: Annotated[int, Query(ge=1, le=10_000, description="Steps between holdings.")] = 1_000,
    limit: Annotated[int, Query(ge=1, le=5_000, description="Holdings and events together.")] = 2_000,
) -> Reach:
    return Reach(direction=direction, depth=depth, limit=limit)


AskedReach = Annotated[Reach, Depends(_reach)]


@router.get("/lots/{lot_id}")
def get_lot(connection: Reading, actor: Reader, lot_id: Hash) -> LotOut:
    """A lot, and those of its holdings that the caller may see."""
    return queries.lot(connection, actor, lot_id)


@router.get("/lots/{lot_id}/trace", response_model=TraceOut)
def trace_lot(connection: Reading, actor: Reader, lot_id: Hash, reach: AskedReach) -> Response:
    """What a lot came from and what became of it: every level, every input."""
    return _as_json(trace.trace_lot(connection, actor, lot_id, reach))


@router.get("/holdings/{holding_id}")
def get_holding(connection: Reading, actor: Reader, holding_id: Hash) -> HoldingOut:
    """A holding as it is now."""
    return queries.holding(connection, actor, holding_id)


@router.get("/holdings/{holding_id}/timeline")
def get_timeline(connection: Reading, actor: Reader, holding_id: Hash) -> TimelineOut:
    """Everything that was recorded on a holding, oldest first."""
    return queries.timeline(connection, actor, holding_id)


@router.get("/holdings/{holding_id}/trace", response_model=TraceOut)
def trace_holding(connection: Reading, actor: Reader, holding_id: Hash, reach: AskedReach) -> Response:
    """What a holding came from and what became of it: every level, every input."""
    return _as_json(trace.trace_holding(connection, actor, holding_id, reach))


def _as_json(answer: dict[str, Any]) -> Response:
    # Thousands of nodes: written once, without a model for each. A test holds the answers to TraceOut.
    return Response(orjson.dumps(answer), media_type="application/json")
