"""`suyuan work`: the worker, and what it and the API (serve_command.py) tell of themselves."""

from functools import partial

from prometheus_client import CollectorRegistry

from backend.books.bookkeeper import Bookkeeper
from backend.capture.jobs.settling import settle_jobs
from backend.db import Process, open_engine
from backend.figures import Beat, LineFigures, StandingFigures, SubmissionFigures
from backend.logs import configure_logs
from backend.metrics import MetricsPort, exposed, process_registry
from backend.requisitions.orders.placement import settle_orders
from backend.service import Service, open_service
from backend.settings import Settings, load
from backend.submissions.news import listen, to_log
from backend.submissions.relay import Relayer
from backend.submissions.tasks import Sweep, register
from backend.worker import make_celery, run_worker


def work(*, metrics_port: MetricsPort = None) -> None:
    """Run the worker: the relayer, by task and by sweep, and the bookkeeper, until a signal ends it."""
    registry = process_registry()
    configure_logs(also=[LineFigures(registry)])
    settings = load(Settings)
    service = open_service(settings, nudge=lambda _: None, process=Process.WORKER)
    tell_of(service, registry)
    relayer = relayer_of(service)
    celery = make_celery(service.broker_url)
    register(celery, relayer)
    sweep = Sweep(
        relayer,
        beside=[
            partial(settle_orders, service.engine),
            partial(settle_jobs, service.engine, service.ring),
            Beat(registry),
        ],
    )
    bookkeeper = Bookkeeper(service.engine, service.ring)
    with exposed(registry, settings.metrics_host, metrics_port):
        sweep.start()
        bookkeeper.start()
        try:
            run_worker(celery)
        finally:
            bookkeeper.stop()
            sweep.stop()


def tell_of(service: Service, registry: CollectorRegistry) -> None:
    """Log and count what this process commits, and let Prometheus see how much waits in the database."""
    listen(service.engine, to_log, SubmissionFigures(registry))
    StandingFigures(open_engine(service.database_url, pool=1, process="suyuan metrics"), registry)


def relayer_of(service: Service) -> Relayer:
    """The relayer of a process's service."""
    return Relayer(
        service.engine,
        service.sender,
        service.ledgers.addresses,
        first_block=service.ledgers.first_block,
        finality_depth=service.finality_depth,
    )
