"""The worker: Celery over the broker, and the sweep beside it.

One process with threads: tasks wait for database and chain, not for the processor, and a process that is killed has no
children to be left behind.
"""

from celery import Celery

_THREADS = 2


def make_celery(broker_url: str) -> Celery:
    """A Celery application without tasks. It keeps no results: whoever wants to know asks the database."""
    app = Celery("suyuan", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_pool="threads",
        worker_concurrency=_THREADS,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 2, "visibility_timeout": 60},
    )
    return app


def run_worker(app: Celery) -> None:
    """Work until a signal ends it."""
    app.worker_main(
        ["--quiet", "worker", "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    )
