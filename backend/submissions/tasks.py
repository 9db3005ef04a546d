"""The relayer as Celery tasks. They carry ids and no payload: the truth is the outbox row.

Celery is the quick way to the relayer, not the sure one. The broker may lose, repeat or reorder anything, so a sweep
makes a round each second by itself, in a thread of the worker that no broker can hold up.
"""

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from celery import Celery
from celery.exceptions import OperationalError as BrokerUnavailable
from kombu.exceptions import OperationalError as ConnectionFailed
from sqlalchemy.exc import SQLAlchemyError

from backend.submissions.relay import Relayer
from backend.submissions.sender import ChainRefusal, ChainUnavailable

_LOG = structlog.get_logger(__name__)

RELAY = "submissions.relay"
SWEEP_EACH_SECONDS = 1.0
_LEFT_ALONE_SECONDS = 30.0


def register(app: Celery, relayer: Relayer) -> None:
    """Teach a worker the tasks of this domain."""

    def relay(digests: list[str]) -> bool:
        """Bring what waits to the chain. The ids say who asked; everything that waits is taken along."""
        structlog.contextvars.bind_contextvars(submissions=digests[:10])
        return _attempt(relayer.advance)

    # acks_late: a task whose worker dies is given to another. Two at once do no harm (backend/submissions/relay.py).
    app.task(name=RELAY, acks_late=True, ignore_result=True)(relay)


class Broker:
    """The API's end: tells the workers that something waits."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._asked_again_at = 0.0

    def nudge(self, digests: Sequence[bytes]) -> None:
        """Ask for a round of the relayer now; a broker that is not there costs at most the second to the next sweep.

        One that did not answer is left alone for a while: finding out takes seconds, and a thread of the API.
        """
        if time.monotonic() < self._asked_again_at:
            return
        try:
            self._app.send_task(RELAY, [[digest.hex() for digest in digests]], retry=False, ignore_result=True)
        except (BrokerUnavailable, ConnectionFailed, OSError) as error:
            _LOG.warning("broker_unavailable", error=type(error).__name__)
            self._asked_again_at = time.monotonic() + _LEFT_ALONE_SECONDS


class Sweep:
    """A round of the relayer each second, broker or not; then of what other domains do as the mirror moves on.

    Args:
        beside: their rounds, each safe to repeat.
    """

    def __init__(self, relayer: Relayer, beside: Sequence[Callable[[], object]] = ()) -> None:
        self._rounds = (relayer.advance, *beside)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweep")

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round under way."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            for advance in self._rounds:
                try:
                    _attempt(advance)
                except Exception:  # noqa: BLE001 (a defect must not end the sweep unseen; it is logged each second)
                    _LOG.exception("sweep_failed")
            self._stopping.wait(SWEEP_EACH_SECONDS)


def _attempt(advance: Callable[[], object]) -> bool:
    """One round; what stands in its way now will be tried again, and is logged."""
    try:
        return bool(advance())
    except (ChainUnavailable, ChainRefusal, SQLAlchemyError) as error:
        _LOG.warning("relay_interrupted", error=type(error).__name__, detail=str(error)[:200])
        return False
