"""The gateway's HTTP: EPCIS capture with jobs, for programs on this machine alone.

Whoever reaches it signs with the member's key, so it answers to loopback addresses only. A page in somebody's browser
reaches those, too: a body must be declared as JSON, which a foreign page may not send unasked, and the address asked
for must be this machine's, which one that lies about its name is not.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from backend.capture.gateway.jobs import Behaviour, Jobs
from backend.capture.reading import read_document
from backend.capture.rest.versions import CAPTURE_LIMITS, VERSIONS
from backend.errors import CATALOGUE, ServiceError, problem
from backend.reading.bounded_json import LONGEST_DOCUMENT

_MEDIA_TYPES: Final = frozenset({"application/json", "application/ld+json"})
_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_MOST_FINDINGS: Final = 20


async def _content(request: Request) -> bytes:
    """The body, as far as any document goes and one byte more, which is enough to refuse it."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _MEDIA_TYPES:
        raise ServiceError("media_type_unsupported", media_types=", ".join(sorted(_MEDIA_TYPES)))
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > LONGEST_DOCUMENT:
            raise ServiceError("body_too_large")
    return content


def _local(request: Request) -> None:
    host = request.headers.get("host", "")
    if host.rpartition(":")[0] not in _HOSTS and host not in _HOSTS:
        raise ServiceError("not_found")


def create_gateway(jobs: Jobs) -> FastAPI:
    """The application over a member's jobs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        jobs.start()
        yield
        jobs.stop()

    app = FastAPI(
        title="Suyuan gateway",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(_local)],
    )
    app.add_exception_handler(ServiceError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)

    @app.options("/epcis/capture")
    def discover() -> Response:
        return Response(status_code=204, headers={**VERSIONS, **CAPTURE_LIMITS, "Allow": "POST, OPTIONS"})

    @app.post("/epcis/capture")
    def capture(
        content: Annotated[bytes, Depends(_content)],
        behaviour: Annotated[Behaviour, Header(alias="GS1-Capture-Error-Behaviour")] = Behaviour.ROLLBACK,
    ) -> Response:
        reading = read_document(content)
        if reading.code is not None:
            findings = [{"code": each.code, "at": each.at, "sentence": each.sentence} for each in reading.findings]
            raise ServiceError(reading.code, findings=findings[:_MOST_FINDINGS])
        job = jobs.add(reading.events, behaviour)
        return Response(status_code=202, headers={**VERSIONS, "Location": f"/epcis/capture/{job.id}"})

    @app.get("/epcis/capture/{job_id}")
    def follow(job_id: str) -> JSONResponse:
        return JSONResponse(jobs.find(job_id).to_json(), headers=dict(VERSIONS))

    return app


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    body = problem(error.code, error.params)
    return JSONResponse(body, status_code=CATALOGUE[error.code].status, media_type="application/problem+json")


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [{"at": ".".join(map(str, each["loc"])), "problem": str(each["msg"])} for each in error.errors()]
    return _refused(request, ServiceError("request_invalid", fields=fields))
