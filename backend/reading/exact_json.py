"""JSON values as RFC 8785 bytes, if those say the same.

RFC 8785 knows doubles alone: a number that one of them does not keep is refused, so that what is hashed is what was
meant.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import rfc8785

from contracts.signatures import TypedDataError


def canonical_json(value: Any, path: str) -> bytes:
    """RFC 8785 bytes of a value.

    Raises:
        TypedDataError: `number_not_exact`, `value_wrong_kind`, `text_invalid`.
    """
    try:
        return rfc8785.dumps(_doubles(value, path))
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise TypedDataError("value_wrong_kind", path, str(error)) from error


def _doubles(value: Any, path: str) -> Any:
    """The value with each Decimal as the double that means the same."""
    if isinstance(value, Decimal):
        double = float(value)
        if Decimal(repr(double)) != value:
            raise TypedDataError("number_not_exact", path, f"{value} has more digits than a double keeps")
        return double
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 53:
        raise TypedDataError("number_not_exact", path, f"{value} is larger than a double keeps exactly")
    if isinstance(value, Mapping):
        return {key: _doubles(inner, path) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_doubles(inner, path) for inner in value]
    return value
