"""Details that were lost, or never sent, presented again by whoever kept them: the root on the chain is the proof."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol

from backend.details import files
from backend.details.fields import Details
from backend.details.schemas import MOST_PRESENTED
from backend.failures import Failure
from backend.member.client import Refusal

_MOST_BYTES: Final = 3_000_000
"""Of details in one request; what surrounds them fits beside."""

# What is wrong with one of those presented, and is said of all: they are presented again one by one.
_OF_ONE: Final = frozenset({"details_invalid", "request_invalid", "body_too_large"})


class Service(Protocol):
    """What the import asks of a service: `backend.member.client.Client`."""

    def post(self, path: str, body: object) -> Any: ...


class Word(StrEnum):
    """The verdicts."""

    HELD = "HELD"
    """The service had lost them, or never had them, and holds them now."""
    ALREADY = "ALREADY"
    """It held them before."""
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the details in one file."""

    file: str
    word: Word
    root: bytes | None = None
    code: str | None = None
    why: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is printed."""
        root = None if self.root is None else "0x" + self.root.hex()
        return {"file": self.file, "verdict": self.word.value, "code": self.code, "why": self.why, "root": root}

    def told(self) -> str:
        """The line that people read."""
        why = "" if self.code is None else f" {self.code}: {self.why}"
        return f"{self.file}: {self.word.value}{why}"


_OUTCOMES: Final[Mapping[str, tuple[Word, str | None, str | None]]] = {
    "kept": (Word.HELD, None, None),
    "known": (Word.ALREADY, None, None),
    "shredded": (Word.REFUSED, "details_shredded", "they were destroyed on purpose, and stay so"),
    "unmatched": (Word.REFUSED, "details_unmatched", "no recorded action commits to them"),
}


def import_files(service: Service, paths: Iterable[Path]) -> Iterator[Verdict]:
    """Present what stands in some files, as many at once as one request takes; the verdict of each, in order.

    Raises:
        Refusal: the service takes nothing from this caller; its own code.
    """
    waiting: list[tuple[Path, Details]] = []
    size = 0
    for path in paths:
        try:
            found = files.read(path)
        except Failure as error:
            yield from _present(service, waiting)
            waiting, size = [], 0
            why = error.message.removeprefix(str(path)).lstrip(": ")
            yield Verdict(str(path), Word.REFUSED, code=error.code, why=why)
            continue
        own = len(found.to_bytes())
        if len(waiting) == MOST_PRESENTED or size + own > _MOST_BYTES:
            yield from _present(service, waiting)
            waiting, size = [], 0
        waiting.append((path, found))
        size += own
    yield from _present(service, waiting)


def _present(service: Service, waiting: Sequence[tuple[Path, Details]]) -> Iterator[Verdict]:
    if not waiting:
        return
    try:
        answer = service.post("/v1/details", {"details": [found.to_json() for _, found in waiting]})
    except Refusal as error:
        if error.code not in _OF_ONE:
            raise
        if len(waiting) > 1:
            for each in waiting:
                yield from _present(service, [each])
        else:
            ((path, found),) = waiting
            yield Verdict(str(path), Word.REFUSED, found.root, error.code, error.message)
        return
    for (path, found), result in zip(waiting, answer["results"], strict=True):
        yield Verdict(str(path), _OUTCOMES[result["outcome"]][0], found.root, *_OUTCOMES[result["outcome"]][1:])
