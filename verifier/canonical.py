"""The one form of a file: RFC 8785 of a small part of JSON, ASCII strings and whole numbers alone."""

from __future__ import annotations

import json
import re
from base64 import b64decode, urlsafe_b64encode
from typing import Any, Final

from verifier.refusal import Refusal

SIZE_MAX: Final = 64 * 1024 * 1024
_DEPTH_MAX: Final = 32
_NUMBER_MAX: Final = 2**53 - 1
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BASE64: Final = re.compile(r"[A-Za-z0-9_-]*")


def dump(content: Any) -> bytes:
    """The one form of a content. Raises ``ValueError`` for what has none."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # `ensure_ascii` would escape what RFC 8785 leaves as it is.
    return text.encode("ascii")


def load(data: bytes) -> Any:
    """The content of a file. Raises :class:`Refusal` ``file_unreadable``."""
    if len(data) > SIZE_MAX:
        raise _unreadable(f"{len(data)} bytes, {SIZE_MAX} are allowed")
    if not data.isascii():
        raise _unreadable("there are bytes that are not ASCII")
    if _depth(data) > _DEPTH_MAX:
        raise _unreadable(f"nested more than {_DEPTH_MAX} deep")
    try:
        content = json.loads(data, parse_float=_no_number, parse_int=_number, parse_constant=_no_number)
        one_form = dump(content)
    except ValueError as error:
        raise _unreadable(f"this is not JSON of ASCII and whole numbers: {error}") from None
    if one_form != data:
        raise _unreadable("the content is not in its one form (RFC 8785)")
    return content


def blob(data: bytes) -> str:
    """b64: base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unblob(text: object) -> bytes | None:
    """The bytes of a b64 in its one form; ``None`` if it is none."""
    if not isinstance(text, str) or not _BASE64.fullmatch(text) or len(text) % 4 == 1:
        return None
    data = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
    return data if blob(data) == text else None


def _depth(data: bytes) -> int:
    depth = deepest = 0
    for byte in _STRING.sub(b"", data):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _number(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > _NUMBER_MAX:
        raise ValueError(f"{text[:20]} is beyond 2^53 - 1")
    return int(text)


def _no_number(text: str) -> int:
    raise ValueError(f"{text[:20]} is no whole number")


def _unreadable(message: str) -> Refusal:
    return Refusal("file_unreadable", "", message)
