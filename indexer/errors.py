"""The two ways the indexer stops. There is nothing between them.

    IndexerError
    ├── Retryable   the same step may succeed later: a node, a network, a database, another indexer was in the way
    └── Halt        going on would write something wrong: a person has to look

Whichever is raised, nothing of the step was written. `code` is stable, `next_step` says what to do; the command line
prints all three parts.
"""


class IndexerError(Exception):
    """Parent of both, never raised itself."""

    def __init__(self, code: str, message: str, next_step: str) -> None:
        super().__init__(f"{code}: {message} - {next_step}")
        self.code = code
        self.message = message
        self.next_step = next_step


class Retryable(IndexerError):
    """Trying the step again, from the stored cursor, may succeed."""


class Halt(IndexerError):
    """Trying the step again would fail alike, or write something wrong."""
