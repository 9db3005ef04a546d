"""`/epcis`: bringing documents and asking for events, as EPCIS 2.0 has it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from backend import clock
from backend.books import queries
from backend.capture.jobs import commands as bringing
from backend.capture.jobs import queries as jobs
from backend.capture.jobs.models import Behaviour
from backend.capture.jobs.schemas import JobOut
from backend.capture.rest import parameters
from backend.capture.rest.body import MEDIA_TYPES, read_body
from backend.capture.rest.versions import CAPTURE_LIMITS, VERSIONS, refuse_other_versions
from backend.dependencies import Reader, Reading, TheService, Writer, Writing, need_one_of
from backend.epcis.document import query_document
from backend.errors import ServiceError
from backend.identity.actor import Right


def _spoken(request: Request) -> None:
    refuse_other_versions(request.headers)


router = APIRouter(prefix="/epcis", tags=["epcis"], dependencies=[Depends(_spoken)])

_DOCUMENT = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "object", "description": "EPCIS 2.0 JSON-LD"}} for name in MEDIA_TYPES},
    }
}
_MOST_JOBS = 100


async def _content(request: Request) -> bytes:
    return await read_body(request.headers.get("content-type", ""), request.stream())


Content = Annotated[bytes, Depends(_content)]
Mark = Annotated[
    str | None,
    Header(
        alias="Suyuan-Gateway-Mark", pattern="^([0-9a-f]{2}){1,64}$", description="By which a gateway knows its own."
    ),
]


@router.options("/capture", status_code=204, response_class=Response)
def discover_capture() -> Response:
    """Which versions are spoken, how large a document may be, and what becomes of it where an event is refused."""
    return Response(status_code=204, headers={**VERSIONS, **CAPTURE_LIMITS, "Allow": "GET, POST, OPTIONS"})


@router.post("/capture", status_code=202, response_class=Response, openapi_extra=_DOCUMENT)
def capture(
    # First: who sends it slowly waits for itself, and not with a connection in its hand.
    content: Content,
    connection: Writing,
    actor: Writer,
    service: TheService,
    *,
    behaviour: Annotated[Behaviour, Header(alias="GS1-Capture-Error-Behaviour")] = Behaviour.ROLLBACK,
    mark: Mark = None,
) -> Response:
    """Bring a document. It is checked now, and waits, sealed, until your organisation signs what it tells.

    `Location` has the job to follow. What is not signed in seven days lapses: the job says so.
    """
    need_one_of(actor, Right.STOCK)
    marked = None if mark is None else bytes.fromhex(mark)
    job = bringing.bring(connection, service.ring, actor, content, behaviour=behaviour, mark=marked)
    return Response(status_code=202, headers={**VERSIONS, "Location": f"/epcis/capture/{job}"})


@router.get("/capture", response_model_exclude_unset=True)
def list_jobs(
    connection: Reading,
    actor: Reader,
    service: TheService,
    response: Response,
    *,
    per_page: Annotated[int, Query(alias="perPage", ge=1, le=_MOST_JOBS)] = parameters.PER_PAGE,
    before: Annotated[int | None, Query(alias="nextPageToken", ge=0, lt=1 << 63)] = None,
) -> list[JobOut]:
    """The capture jobs of the caller's organisation, the newest first; ended ones for thirty days."""
    page, following = jobs.jobs(connection, service.ring, actor, most=per_page, before=before)
    response.headers.update(VERSIONS)
    if following is not None:
        response.headers["Link"] = f'</epcis/capture?perPage={per_page}&nextPageToken={following}>; rel="next"'
    return page


@router.options("/capture/{job_id}", status_code=204, response_class=Response)
def discover_job() -> Response:
    """Which versions are spoken."""
    return Response(status_code=204, headers={**VERSIONS, "Allow": "GET, OPTIONS"})


@router.get("/capture/{job_id}", response_model_exclude_unset=True)
def get_job(connection: Reading, actor: Reader, service: TheService, job_id: UUID, response: Response) -> JobOut:
    """How far a document is: running until it is signed and mirrored; then what became of each event."""
    response.headers.update(VERSIONS)
    return jobs.job(connection, service.ring, actor, job_id)


@router.options("/events", status_code=204, response_class=Response)
def discover_events() -> Response:
    """Which versions of EPCIS and of its vocabulary are spoken."""
    return Response(status_code=204, headers={**VERSIONS, "Allow": "GET, OPTIONS", "GS1-EPC-Format": "No_Preference"})


@router.get("/events", response_class=JSONResponse)
def list_events(connection: Reading, actor: Reader, request: Request) -> JSONResponse:
    """The events that the caller may read, word for word as their authors told them, in the order of the chain.

    By the `eventType`, times, words, places, objects (`MATCH_epc`, ...), classes (`MATCH_epcClass`, ...), papers,
    parties and errors of EPCIS 2.0, with `|` between several values: docs/capture.md lists the parameters. `perPage`
    and `nextPageToken` page, `orderBy` has them in another order. Any other parameter is refused.
    """
    asked = parameters.parse(request.query_params.multi_items())
    most = asked.most_events
    if most is not None and queries.count_events(connection, actor, asked.events, most=most + 1) > most:
        raise ServiceError("query_too_large", most_events=most)
    wanted = asked.per_page if asked.limit is None else min(asked.per_page, asked.limit)
    found = queries.events(connection, actor, asked.events, order=asked.order, after=asked.after, most=wanted + 1)
    page = found[:wanted]
    left = {} if asked.limit is None else {"eventCountLimit": asked.limit - len(page)}
    headers = dict(VERSIONS)
    if len(found) > len(page) and left != {"eventCountLimit": 0}:
        following = request.url.include_query_params(nextPageToken=parameters.token_of(page[-1].place), **left)
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    document: dict[str, Any] = query_document([event.body for event in page], at=clock.now())
    return JSONResponse(document, headers=headers)
