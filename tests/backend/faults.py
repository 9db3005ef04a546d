"""Killing a relayer between any two of its steps, in this process.

A step is a statement or a COMMIT it sends to the database, or a question it asks the node. `Killed` is not an
`Exception`, so nothing of ours handles it; from the moment it is raised every further step raises it too, as a dead
process takes none. Afterwards its connections are closed, as the kernel would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from backend.submissions.sender import Sender


class Killed(BaseException):
    """The process is dead."""


class Countdown:
    """Raises `Killed` at the step `at` (counted from 0), and at every one after."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.fired = False

    def step(self) -> None:
        if self._left == 0:
            self.fired = True
            raise Killed
        self._left -= 1


@contextmanager
def killed_at(step: int, engine: Engine, sender: Sender, *, after_asking: bool = False) -> Iterator[Countdown]:
    """Run what is inside until it has taken `step` steps, then no further.

    Args:
        after_asking: die when the node has answered and before we have read it, instead of before asking.
    """
    countdown = Countdown(step)

    def statement(*_: Any) -> None:
        countdown.step()

    ask: Callable[..., Any] = sender._ask

    def asked(method: str, params: list[Any]) -> Any:
        if not after_asking:
            countdown.step()
            return ask(method, params)
        answer = ask(method, params)
        countdown.step()
        return answer

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", statement)
    sender._ask = asked  # type: ignore[method-assign]  # the only way in between question and answer
    try:
        yield countdown
    except Killed:
        pass
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", statement)
        sender._ask = ask  # type: ignore[method-assign]  # as above
        engine.dispose()
