"""One row of the catalogue of refusals."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """HTTP status, sentence, next step."""

    status: int
    title: str
    next_step: str
