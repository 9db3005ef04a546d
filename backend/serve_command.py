"""`suyuan serve`: the HTTP API. In a file of its own: the worker need not load FastAPI and every route."""

import uvicorn

from backend.app import create_app
from backend.db import Process
from backend.figures import LineFigures
from backend.logs import configure_logs
from backend.metrics import MetricsPort, exposed, process_registry
from backend.service import open_service
from backend.service_commands import tell_of
from backend.settings import Settings, load
from backend.submissions.tasks import Broker
from backend.worker import make_celery


def serve(*, metrics_port: MetricsPort = None) -> None:
    """Serve the HTTP API on SUYUAN_API_HOST and SUYUAN_API_PORT until a signal ends it."""
    registry = process_registry()
    configure_logs(also=[LineFigures(registry)])
    settings = load(Settings)
    nudge = Broker(make_celery(settings.broker_url.get_secret_value())).nudge
    service = open_service(settings, nudge=nudge, process=Process.API)
    tell_of(service, registry)
    with exposed(registry, settings.metrics_host, metrics_port):
        uvicorn.run(
            create_app(service, registry),
            host=settings.api_host,
            port=settings.api_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
        )
