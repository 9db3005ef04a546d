"""The gateway's HTTP: EPCIS capture for programs on this machine alone. Their documents are marked, and brought on.

Whoever reaches it has the member's key sign, so it answers to loopback addresses only. A page in somebody's browser
reaches those, too: a body must be declared as JSON, which a foreign page may not send unasked, and the address asked
for must be this machine's, which one that lies about its name is not.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.client import HTTPException
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from backend.capture.gateway.marks import Marks
from backend.capture.gateway.signing import Signing
from backend.capture.jobs.models import Behaviour
from backend.capture.reading import events_of
from backend.capture.rest.body import read_body
from backend.capture.rest.versions import CAPTURE_LIMITS, VERSIONS, refuse_other_versions
from backend.errors import CATALOGUE, ServiceError, problem
from backend.member.client import Client, Refusal

_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_JOBS: Final = "/epcis/capture"


async def _content(request: Request) -> bytes:
    return await read_body(request.headers.get("content-type", ""), request.stream())


def _local(request: Request) -> None:
    host = request.headers.get("host", "")
    if host.rpartition(":")[0] not in _HOSTS and host not in _HOSTS:
        raise ServiceError("not_found")


def _spoken(request: Request) -> None:
    refuse_other_versions(request.headers)


def create_gateway(client: Client, signing: Signing, marks: Marks) -> FastAPI:
    """The application in front of a service, in a member's name."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        signing.start()
        yield
        signing.stop()

    app = FastAPI(
        title="Suyuan gateway",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(_local), Depends(_spoken)],
    )
    app.add_exception_handler(ServiceError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)

    @app.options(_JOBS)
    def discover() -> Response:
        return Response(status_code=204, headers={**VERSIONS, **CAPTURE_LIMITS, "Allow": "GET, POST, OPTIONS"})

    @app.post(_JOBS)
    def capture(
        content: Annotated[bytes, Depends(_content)],
        behaviour: Annotated[Behaviour, Header(alias="GS1-Capture-Error-Behaviour")] = Behaviour.ROLLBACK,
    ) -> Response:
        # Here already: what is wrong with a document is told whether or not the service is there.
        events_of(content)
        headers = {
            "GS1-Capture-Error-Behaviour": behaviour.value,
            "Suyuan-Gateway-Mark": marks.make(content, behaviour).hex(),
        }
        with _service_asked():
            job = client.bring(_JOBS, content, headers)
        signing.nudge()
        return Response(status_code=202, headers={**VERSIONS, "Location": job})

    @app.get(_JOBS)
    def list_jobs(request: Request) -> JSONResponse:
        with _service_asked():
            jobs, following = client.page(f"{_JOBS}?{urlencode(request.query_params.multi_items())}")
        link = {} if following is None else {"Link": f'<{following}>; rel="next"'}
        return JSONResponse(jobs, headers={**VERSIONS, **link})

    @app.get(f"{_JOBS}/{{job_id}}")
    def follow(job_id: UUID) -> JSONResponse:
        with _service_asked():
            return JSONResponse(client.get(f"{_JOBS}/{job_id}"), headers=dict(VERSIONS))

    return app


@contextmanager
def _service_asked() -> Iterator[None]:
    """What the service refuses is refused here in its words."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code not in CATALOGUE:
            raise ServiceError("service_unreachable", detail=refusal.code) from refusal
        raise ServiceError(refusal.code, **refusal.params) from refusal
    except (OSError, HTTPException, ValueError) as error:
        raise ServiceError("service_unreachable", detail=str(error)[:200]) from error


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    body = problem(error.code, error.params)
    return JSONResponse(body, status_code=CATALOGUE[error.code].status, media_type="application/problem+json")


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [{"at": ".".join(map(str, each["loc"])), "problem": str(each["msg"])} for each in error.errors()]
    return _refused(request, ServiceError("request_invalid", fields=fields))
