"""The HTTP application: routes, refusals as problem+json, limits, and the table of who gets what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry
from psycopg.errors import UndefinedTable
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from backend.books.routes import router as books_router
from backend.capture.jobs.routes import router as capture_jobs_router
from backend.capture.rest.routes import router as epcis_router
from backend.capture.routes import router as capture_router
from backend.chemicals.routes import router as chemicals_router
from backend.db import POOL
from backend.depth import limit_depth
from backend.details.routes import router as details_router
from backend.errors import CATALOGUE, Params, ServiceError, problem
from backend.evidence.routes import router as evidence_router
from backend.figures import RequestFigures
from backend.health.routes import router as health_router
from backend.identity.policy import ROUTES, routes_without_a_row
from backend.identity.routes import router as identity_router
from backend.items.routes import router as items_router
from backend.limits import BodyLimit
from backend.manual.routes import router as manual_router
from backend.mirror.routes import router as mirror_router
from backend.procurement.routes import router as procurement_router
from backend.procurement.ubl.routes import router as ubl_router
from backend.quality.routes import router as quality_router
from backend.request_log import RequestLog
from backend.requisitions.agreements.routes import router as agreements_router
from backend.requisitions.approval.routes import router as approval_router
from backend.requisitions.orders.routes import router as orders_router
from backend.requisitions.requests.routes import router as requests_router
from backend.requisitions.suppliers.routes import router as suppliers_router
from backend.service import Service
from backend.stock.routes import router as stock_router
from backend.submissions.routes import router as submissions_router
from backend.submissions.stream import Followers
from backend.traceability.routes import router as traceability_router

_LOG = structlog.get_logger(__name__)

_PROBLEM = "application/problem+json"

# What Starlette itself refuses, by status.
_CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


class RouteWithoutPolicy(Exception):
    """A route that backend/identity/policy.py does not know: nobody has reviewed who may call it."""


def create_app(service: Service, registry: CollectorRegistry | None = None) -> FastAPI:
    """The application over one process's service.

    Args:
        registry: where requests are counted for Prometheus, if they are.
    Raises:
        RouteWithoutPolicy: a route has no row in the table of route x actor.
    """
    limit_depth()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # As many threads as connections: more would only wait for one of those (db.py).
        anyio.to_thread.current_default_thread_limiter().total_tokens = POOL
        served: Service = app.state.service
        followers = Followers(served.database_url)
        followers.start()
        app.state.followers = followers
        yield
        followers.stop()
        served.engine.dispose()

    app = FastAPI(
        title="Suyuan 溯源",
        summary="Signed supply-chain records of a life-science park.",
        version="1",
        lifespan=lifespan,
        docs_url=None,  # backend/manual has a page that needs no other host
        redoc_url=None,
        responses={
            "4XX": {"description": "A refusal: `code` is stable, docs/errors.md lists all.", "content": {_PROBLEM: {}}}
        },
    )
    app.state.service = service
    for router in (
        health_router,
        manual_router,
        identity_router,
        items_router,
        chemicals_router,
        suppliers_router,
        agreements_router,
        approval_router,
        requests_router,
        orders_router,
        stock_router,
        details_router,
        capture_router,
        capture_jobs_router,
        epcis_router,
        books_router,
        mirror_router,
        submissions_router,
        traceability_router,
        evidence_router,
        procurement_router,
        quality_router,
        ubl_router,
    ):
        app.include_router(router)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestLog)
    if registry is not None:
        app.add_middleware(RequestFigures, registry=registry)
    _add_handlers(app)
    _check_policy(app)
    return app


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """(method, path) of every route, HEAD aside."""
    return [
        (method, str(route.path))
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
        if method != "HEAD"
    ]


def _check_policy(app: FastAPI) -> None:
    missing = routes_without_a_row(routes_of(app))
    if missing:
        raise RouteWithoutPolicy(f"{missing}: add rows to backend/identity/policy.py and have them reviewed")
    stale = set(ROUTES) - set(routes_of(app))
    if stale:
        raise RouteWithoutPolicy(f"{sorted(stale)}: the table has rows for routes that are gone")


def _add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(ServiceError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused_by_framework)
    app.add_exception_handler(DBAPIError, _database_failed)
    app.add_exception_handler(PoolTimeout, _database_failed)
    app.add_exception_handler(PendingRollbackError, _database_failed)
    app.add_exception_handler(Exception, _failed)


def _answer(request: Request, code: str, params: Params) -> JSONResponse:
    body = problem(code, params, getattr(request.state, "request_id", None))
    headers = {"WWW-Authenticate": "Bearer"} if CATALOGUE[code].status == 401 else None
    return JSONResponse(body, status_code=CATALOGUE[code].status, media_type=_PROBLEM, headers=headers)


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    return _answer(request, error.code, error.params)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [
        {"at": ".".join(str(part) for part in fault["loc"]), "problem": str(fault["msg"])} for fault in error.errors()
    ]
    return _answer(request, "request_invalid", {"fields": fields[:20]})


def _refused_by_framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _answer(request, _CODE_OF_STATUS.get(error.status_code, "request_invalid"), {})


def _database_failed(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ProgrammingError) and isinstance(error.orig, UndefinedTable):
        return _answer(request, "mirror_unavailable", {})
    # The last two: of a connection that broke in an earlier statement of the same request.
    if isinstance(error, OperationalError | PoolTimeout | InterfaceError | PendingRollbackError):
        _LOG.warning("database_unavailable", error=type(error).__name__)
        return _answer(request, "database_unavailable", {})
    return _failed(request, error)


def _failed(request: Request, error: Exception) -> JSONResponse:
    _LOG.error("request_failed", exc_info=error)
    return _answer(request, "internal", {})
