"""JSON from strangers: bounded before it is read, exact in its numbers, and never ambiguous."""

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from backend.errors import ServiceError

LONGEST_DOCUMENT = 3 * 1024 * 1024
"""Bytes; a certificate with a scanned page of a megabyte or two in it."""

DEEPEST = 24
"""Objects and lists inside each other; a certificate needs seven."""

# Brackets and commas: what each value of a document costs at least one of. Base64 has none of them.
_MOST_PARTS = 100_000


def read(content: bytes) -> Any:
    """The document; numbers with a point are Decimals.

    Raises:
        ServiceError: `document_too_large`, `document_too_deep`, `json_malformed`.
    """
    if len(content) > LONGEST_DOCUMENT:
        raise ServiceError("document_too_large", bytes=len(content), most_bytes=LONGEST_DOCUMENT)
    if sum(content.count(mark) for mark in (b"[", b"{", b",")) > _MOST_PARTS:
        raise ServiceError("document_too_deep", deepest=DEEPEST, most_parts=_MOST_PARTS)
    try:
        text = content.decode("utf-8-sig")
        document = json.loads(text, object_pairs_hook=_unambiguous, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError:
        raise ServiceError("document_too_deep", deepest=DEEPEST, most_parts=_MOST_PARTS) from None
    except UnicodeDecodeError as error:
        raise ServiceError("json_malformed", problem="not UTF-8", byte=error.start) from None
    except json.JSONDecodeError as error:
        raise ServiceError("json_malformed", problem=error.msg, line=error.lineno, column=error.colno) from None
    except (ValueError, InvalidOperation) as error:
        raise ServiceError("json_malformed", problem=str(error)[:200]) from None
    if _depth_exceeds(document, DEEPEST):
        raise ServiceError("document_too_deep", deepest=DEEPEST, most_parts=_MOST_PARTS)
    return document


def write(document: Any) -> bytes:
    """A document that came as part of a request, as bytes: names sorted, no spaces, UTF-8."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"`{next(name for name in names if names.count(name) > 1)}` stands twice in one object")
    return document


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _depth_exceeds(document: Any, most: int) -> bool:
    level: list[Any] = [document]
    for _ in range(most):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
