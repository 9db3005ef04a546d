"""JSON from strangers: bounded before it is read, exact in its numbers, and never ambiguous."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from backend.errors import ServiceError

LONGEST_DOCUMENT = 2_800_000
"""Bytes; a certificate with a scanned page of a megabyte or two in it. Its base64 still fits a request (limits.py)."""

DEEPEST = 24
"""Objects and lists inside each other; a certificate needs seven."""

# Brackets and commas: what each value of a document costs at least one of. Base64 has none of them.
_MOST_PARTS = 100_000

# A string, to its end or the document's: an unfinished one must not be looked for again and again.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
# Half of a character past U+FFFF, escaped; most often its other half follows.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_BRACKET = re.compile(rb"[\[\]{}]")


def read(content: bytes) -> Any:
    """The document; numbers with a point are Decimals.

    Raises:
        ServiceError: `document_too_large`, `document_too_deep`, `json_malformed`.
    """
    _check_bounds(content)
    try:
        text = content.decode("utf-8-sig")
        document = json.loads(text, object_pairs_hook=_unambiguous, parse_float=Decimal, parse_constant=_no_number)
        if _HALF.search(content):
            _refuse_halves(document)
        return document
    except UnicodeDecodeError as error:
        raise ServiceError("json_malformed", problem="not UTF-8", byte=error.start) from None
    except json.JSONDecodeError as error:
        raise ServiceError("json_malformed", problem=error.msg, line=error.lineno, column=error.colno) from None
    except (ValueError, InvalidOperation) as error:
        raise ServiceError("json_malformed", problem=str(error)[:200]) from None


def write(document: Any) -> bytes:
    """A document that came as part of a request, as bytes: names sorted, no spaces, UTF-8."""
    # Half a surrogate pair is written as it is; whoever reads it finds that it is not UTF-8.
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode(
        errors="surrogatepass"
    )


def is_too_deep(document: Any) -> bool:
    """Whether a document that has been read already goes past the bound."""
    level: list[Any] = [document]
    for _ in range(DEEPEST + 1):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return False
    return True


def _check_bounds(content: bytes) -> None:
    """Before the parser sees it: that one calls itself for each level, and a library may have lifted Python's limit."""
    if len(content) > LONGEST_DOCUMENT:
        raise ServiceError("document_too_large", bytes=len(content), most_bytes=LONGEST_DOCUMENT)
    if b"\\u0000" in content:
        raise ServiceError("json_malformed", problem="a text holds U+0000")
    bare = _STRING.sub(b"", content)
    parts = sum(bare.count(mark) for mark in (b"[", b"{", b","))
    if parts > _MOST_PARTS or _depth(bare) > DEEPEST:
        raise ServiceError("document_too_deep", deepest=DEEPEST, most_parts=_MOST_PARTS)


def _depth(bare: bytes) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(bare):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _refuse_halves(document: Any) -> None:
    """A half without its other is text that nothing can write down again, a refusal included."""
    try:
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise ValueError("a text holds half a character") from None


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"`{next(name for name in names if names.count(name) > 1)}` stands twice in one object")
    return document


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
