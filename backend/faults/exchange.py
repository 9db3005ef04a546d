"""One HTTP request between a process of ours and its node, as the liar between them sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

Call = dict[str, Any]
"""A JSON-RPC request object."""

Answer = dict[str, Any]
"""A JSON-RPC response object."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back. `cut_at` ends it after so many bytes and closes; a reply of None bytes is silence."""

    body: bytes | None
    status: int = 200
    cut_at: int | None = None


SILENCE = Reply(None)
"""The connection stays open and nothing comes, until whoever asked gives up."""

HANG_UP = Reply(b"", cut_at=0)
"""The connection is closed without a word."""


@dataclass(slots=True)
class Exchange:
    """Questions of one request, and the true answers once somebody has asked for them."""

    calls: Sequence[Call]
    is_batch: bool
    forward: Callable[[Sequence[Call]], list[Answer]]
    _answers: list[Answer] | None = field(default=None, init=False)

    @property
    def answers(self) -> list[Answer]:
        """The node's true answers, in the order of the calls; the first use passes the questions on."""
        if self._answers is None:
            self._answers = self.forward(self.calls)
        return self._answers

    def pass_on(self) -> None:
        """Have the questions reach the node, whatever is answered."""
        self.answers  # noqa: B018 (asking is what passes them on)

    def ask(self, method: str, *params: object) -> Any:
        """The result of a question of the liar's own."""
        (answer,) = self.forward([{"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}])
        return answer.get("result")

    def result(self, index: int) -> Any:
        """The true result of one call; None where there is none."""
        return self.answers[index].get("result")

    def indexes(self, *methods: str) -> list[int]:
        """Which calls are of these methods."""
        return [index for index, call in enumerate(self.calls) if call["method"] in methods]

    def honest(self) -> Reply:
        """The true answers."""
        return self.reply(self.answers)

    def reply(self, answers: Sequence[Answer]) -> Reply:
        """These answers instead."""
        return Reply(orjson.dumps(list(answers) if self.is_batch else answers[0]))

    def instead(self, index: int, result: Any) -> Reply:
        """The true answers, with another result to one call."""
        answers = list(self.answers)
        answers[index] = {"jsonrpc": "2.0", "id": self.calls[index]["id"], "result": result}
        return self.reply(answers)

    def error(self, code: int, message: str) -> Reply:
        """Every call answered with an error; none of them reaches the node."""
        said = {"code": code, "message": message}
        return self.reply([{"jsonrpc": "2.0", "id": call["id"], "error": said} for call in self.calls])
