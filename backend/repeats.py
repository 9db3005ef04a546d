"""Requests that come twice. The client names what it creates; the same name with the same words is the same thing."""

import hashlib

from pydantic import BaseModel

from backend.errors import ServiceError


def hash_asked(asked: BaseModel, *beside: str) -> bytes:
    """32 bytes that differ whenever what was asked differs, or what stood beside it (who asked, say)."""
    return hashlib.sha256("\0".join((asked.model_dump_json(), *beside)).encode()).digest()


def refuse_reuse(first: bytes, again: bytes, **named: str) -> None:
    """That what comes again under a name is what came first.

    Raises:
        ServiceError: `id_reused`.
    """
    if first != again:
        raise ServiceError("id_reused", **named)
