"""Where Prometheus asks a process for its figures: a port of its own, on loopback unless told otherwise.

Not a route of the API: what stands there tells how much the park does, and a token that opened it would open more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import structlog
import typer
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, start_http_server

from backend.failures import UsageFailure

_LOG = structlog.get_logger(__name__)

MetricsPort = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Serve figures for Prometheus on this port of SUYUAN_METRICS_HOST; 0: any."),
]


def process_registry() -> CollectorRegistry:
    """A process's figures, to begin with its memory, processor time and open files."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


@contextmanager
def exposed(registry: CollectorRegistry, host: str, port: int | None) -> Iterator[int | None]:
    """Answers Prometheus from a thread inside the context, on the port it gives; not at all where `port` is None.

    Raises:
        UsageFailure: `metrics_port_taken`.
    """
    if port is None:
        yield None
        return
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise UsageFailure(
            "metrics_port_taken", f"{host}:{port}: {error.strerror}", "choose another --metrics-port"
        ) from error
    _LOG.info("metrics_served", host=host, port=server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
