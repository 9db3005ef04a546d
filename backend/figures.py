"""What Prometheus is told of API and worker. No label names an organisation or anything that is traded."""

import time
from collections.abc import Iterator

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend import clock
from backend.books.derivation import final_numbers
from backend.books.models import CURSOR
from backend.submissions.models import OPEN_STATES, SUBMISSION
from backend.submissions.news import Change, News

_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
# Further behind than this, the books are behind, however far.
_MOST_BEHIND = 10_000
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_OTHER = "other"


class SubmissionFigures:
    """Counts what this process brought about, once it is committed."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._changes = Counter(
            "suyuan_submission_changes", "Submissions that came to a state.", ["state"], registry=registry
        )
        self._refused = Counter(
            "suyuan_submissions_refused", "Accepted submissions refused later, by code.", ["code"], registry=registry
        )
        self._sent = Counter("suyuan_transactions_sent", "Transactions handed to the node.", registry=registry)
        self._resent = Counter("suyuan_transactions_resent", "Those of them sent before.", registry=registry)

    def __call__(self, news: News) -> None:
        if isinstance(news, Change):
            self._changes.labels(news.state).inc()
            if news.reason is not None:
                self._refused.labels(news.reason).inc()
        else:
            self._sent.inc(news.transactions)
            self._resent.inc(news.again)


class LineFigures:
    """Counts warnings and errors by their event: a processor of log lines, which it leaves as they are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lines = Counter(
            "suyuan_log_lines", "Warnings and errors in the log.", ["level", "event"], registry=registry
        )

    def __call__(self, _logger: object, method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
        if method in {"warning", "error", "exception", "critical"}:
            self._lines.labels(line["level"], line["event"]).inc()
        return line


class Beat:
    """When a thread that goes round and round last came by."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._at = Gauge(
            "suyuan_sweep_timestamp_seconds", "When the worker's sweep last came round, Unix time.", registry=registry
        )

    def __call__(self) -> None:
        self._at.set(clock.now())


class StandingFigures(Collector):
    """What the database says when Prometheus asks: how much waits, and since when."""

    def __init__(self, engine: Engine, registry: CollectorRegistry) -> None:
        """
        Args:
            engine: with a connection of its own for this, so that a busy service can still be looked at.
        """
        self._engine = engine
        registry.register(self)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: asked at the start, it would need the database."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            with self._engine.connect() as connection:
                found = [*_outbox(connection), *_books(connection)]
        except SQLAlchemyError:
            # The figure below says so; why, stands in the log of whoever needed the database.
            found = []
        yield from found
        yield GaugeMetricFamily("suyuan_database_up", "Whether the database answered just now.", value=int(bool(found)))


class RequestFigures:
    """Counts requests by the form of their address, as pure ASGI middleware; what is in the address stays out."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._requests = Counter(
            "suyuan_http_requests", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "suyuan_http_request_seconds",
            "Time until the answer began.",
            ["method", "route"],
            buckets=_REQUEST_SECONDS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, seconds = time.perf_counter(), 500, None

        async def send_and_note(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - began
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            # A stranger chooses method and address: what we do not have has one name together.
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            route = getattr(scope.get("route"), "path", _OTHER)
            self._requests.labels(method, route, status).inc()
            self._seconds.labels(method, route).observe(time.perf_counter() - began if seconds is None else seconds)


def _outbox(connection: Connection) -> Iterator[GaugeMetricFamily]:
    rows = connection.execute(
        select(SUBMISSION.c.state, func.count().label("waiting"), func.min(SUBMISSION.c.accepted_at).label("since"))
        .where(SUBMISSION.c.state.in_(OPEN_STATES))
        .group_by(SUBMISSION.c.state)
    ).all()
    depth = GaugeMetricFamily("suyuan_outbox_submissions", "Submissions under way.", labels=["state"])
    oldest = GaugeMetricFamily("suyuan_outbox_oldest_seconds", "Age of the oldest under way.", labels=["state"])
    found = {row.state: row for row in rows}
    for state in OPEN_STATES:
        row = found.get(state)
        depth.add_metric([state], 0 if row is None else row.waiting)
        oldest.add_metric([state], 0 if row is None else max(0, clock.now() - row.since))
    yield depth
    yield oldest


def _books(connection: Connection) -> Iterator[GaugeMetricFamily]:
    """Nothing while there are no books, or no mirror."""
    there = connection.scalar(
        select(func.to_regclass("books.cursor").is_not(None) & func.to_regclass("mirror.cursor").is_not(None))
    )
    if there:
        at = connection.scalar(select(CURSOR.c.number)) or 0
        behind = len(final_numbers(connection, above=at, most=_MOST_BEHIND))
        yield GaugeMetricFamily(
            "suyuan_books_behind_events", f"Final events that the books lack, {_MOST_BEHIND} at most.", value=behind
        )
