"""Where Prometheus asks a process for its figures: a port of its own, on loopback unless told otherwise.

Not a route of the API: what stands there tells how much the park does, and a token that opened it would open more.
"""

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


def expose(registry: CollectorRegistry, host: str, port: int | None) -> None:
    """Answer Prometheus from a thread, as long as the process lives; not at all where `port` is None.

    Raises:
        UsageFailure: `metrics_port_taken`.
    """
    if port is None:
        return
    try:
        server, _ = start_http_server(port, host, registry)
    except OSError as error:
        raise UsageFailure(
            "metrics_port_taken", f"{host}:{port}: {error.strerror}", "choose another --metrics-port"
        ) from error
    _LOG.info("metrics_served", host=host, port=server.server_port)
