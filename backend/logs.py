"""Structured logs: one JSON line an event, one canonical line a request; for a person at a terminal, lines to read.

What a line is about stands in fields of it: `request_id` of everything a request does, `submission` for the digest of a
batch, `first` and `last` for a run of blocks. A password in an address is masked, wherever it comes up.
"""

import io
import logging
import re
import sys
from collections.abc import Sequence
from typing import Any, TextIO, cast

import structlog

_PASSWORD = re.compile(r"(?<=://)[^/@\s]*@")
# One list for good: a logger keeps the list it was first used with, and is to go where the last configuration says.
_PROCESSORS: list[structlog.types.Processor] = []


def configure_logs(*, also: Sequence[structlog.types.Processor] = (), level: int = logging.INFO) -> None:
    """Set up structlog for this process. Lines go to standard error; standard output is for answers.

    Args:
        also: are shown each line's fields before it is written.
        level: what is less urgent is not written.
    """
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    _PROCESSORS[:] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _mask_passwords,
        *also,
        renderer,
    ]
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )


class _StandardError(io.TextIOBase):
    """What standard error is when a line is written: a progress bar takes it over meanwhile, to write above itself."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _mask_passwords(_logger: object, _method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
    return {name: _masked(value) for name, value in line.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _PASSWORD.sub("***@", value) if "://" in value else value
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value
