"""The bookkeeper: brings the books forward each second, in a thread of the worker of its own.

Of its own, because opening details and building the books anew take their time, and the relayer must not wait for them.
"""

import threading

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend.books.store import Books, MirrorReplaced, rebuild
from backend.details.sealing import Ring
from backend.failures import Failure

_LOG = structlog.get_logger(__name__)

EACH_SECONDS = 1.0


class Bookkeeper:
    """Follows the mirror and the details. Killing it at any moment does no harm; running several does none either."""

    def __init__(self, engine: Engine, ring: Ring) -> None:
        self._engine = engine
        self._ring = ring
        self._books = Books(engine, ring)
        self._look_after = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bookkeeper")

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End after the transaction under way."""
        self._stopping.set()
        self._thread.join()

    def round(self) -> None:
        """Write what is new, then what changed of the old; then look again at the next part of all of it."""
        self._books.create()
        while not self._stopping.is_set() and self._books.advance():
            pass
        while not self._stopping.is_set() and self._books.follow_changes():
            pass
        self._look_after, _ = self._books.look_again(self._look_after)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.round()
            except MirrorReplaced:
                self._rebuild()
            except Failure as error:
                # There is no mirror yet, or a newer release keeps these books: both are for others to mend.
                _LOG.warning("books_not_kept", code=error.code, detail=error.message, next_step=error.next_step)
            except SQLAlchemyError as error:
                _LOG.warning("books_interrupted", error=type(error).__name__, detail=str(error)[:200])
            except Exception:  # noqa: BLE001 (a defect must not end the thread unseen; it is logged each second)
                _LOG.exception("books_failed")
            self._stopping.wait(EACH_SECONDS)

    def _rebuild(self) -> None:
        _LOG.info("books_rebuilt", reason="the mirror is not the one they were made from")
        try:
            rebuild(self._engine, self._ring)
        except (Failure, SQLAlchemyError) as error:
            # Another worker may have been quicker.
            _LOG.warning("books_interrupted", error=type(error).__name__, detail=str(error)[:200])
