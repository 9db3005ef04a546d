"""Structured logs: one JSON line an event, one canonical line a request."""

import logging
import sys

import structlog


def configure_logs(*, as_json: bool = True) -> None:
    """Set up structlog for this process. Lines go to standard error; standard output is for answers.

    Args:
        as_json: False writes lines for a person at a terminal.
    """
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
