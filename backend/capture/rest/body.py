"""The body of a capture request: what it is declared as, and no more of it than any document is long."""

from collections.abc import AsyncIterator
from typing import Final

from backend.errors import ServiceError
from backend.reading.bounded_json import LONGEST_DOCUMENT

MEDIA_TYPES: Final = ("application/json", "application/ld+json")


async def read_body(declared: str, parts: AsyncIterator[bytes]) -> bytes:
    """The bytes of a document, as they came.

    Args:
        declared: the header `Content-Type`.

    Raises:
        ServiceError: `media_type_unsupported`, `body_too_large`.
    """
    if declared.partition(";")[0].strip().lower() not in MEDIA_TYPES:
        raise ServiceError("media_type_unsupported", media_types=", ".join(MEDIA_TYPES))
    content = bytearray()
    async for part in parts:
        content += part
        if len(content) > LONGEST_DOCUMENT:
            raise ServiceError("body_too_large")
    return bytes(content)
