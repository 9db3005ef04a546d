"""`/epcis`: asking for events as EPCIS 2.0 has it."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from backend import clock
from backend.books import queries
from backend.capture.rest import parameters
from backend.capture.rest.versions import VERSIONS
from backend.dependencies import Reader, Reading
from backend.epcis.document import query_document

router = APIRouter(prefix="/epcis", tags=["epcis"])


@router.options("/events", status_code=204, response_class=Response)
def discover_events() -> Response:
    """Which versions of EPCIS and of its vocabulary are spoken."""
    return Response(status_code=204, headers={**VERSIONS, "Allow": "GET, OPTIONS", "GS1-EPC-Format": "No_Preference"})


@router.get("/events", response_class=JSONResponse)
def list_events(connection: Reading, actor: Reader, request: Request) -> JSONResponse:
    """The events that the caller may read, in the order of the chain, word for word as their authors told them.

    By `eventType`, `GE_eventTime`, `LT_eventTime`, `EQ_action`, `EQ_bizStep`, `EQ_disposition`, `EQ_readPoint`,
    `EQ_bizLocation`, `MATCH_epc`, `MATCH_anyEPC` and `EQ_eventID`, with `|` between several values; `perPage` and
    `nextPageToken` page. Any other parameter is refused.
    """
    asked = parameters.parse(request.query_params.multi_items())
    found = queries.events(connection, actor, asked.events, after=asked.after, most=asked.per_page + 1)
    page = found[: asked.per_page]
    headers = dict(VERSIONS)
    if len(found) > len(page):
        following = request.url.include_query_params(nextPageToken=page[-1].number)
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    document: dict[str, Any] = query_document([event.body for event in page], at=clock.now())
    return JSONResponse(document, headers=headers)
