"""GS1's own JSON schema of EPCIS 2.0, formats asserted: what a document of ours is held against."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from typing import Any

from jsonschema import Draft7Validator, FormatChecker

from tests.support.third_party import FOLDER

_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    """RFC 3986: a scheme, and only the characters that may stand in one."""
    allowed = r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
    return not isinstance(value, str) or re.fullmatch(allowed, value) is not None


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    """RFC 3339: a date, a time, and an offset."""
    if not isinstance(value, str):
        return True
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    return re.fullmatch(form, value) is not None and bool(datetime.fromisoformat(re.sub(r"\.\d+", "", value)))


@cache
def _schema() -> Draft7Validator:
    schema = json.loads((FOLDER / "epcis/gs1/EPCIS-JSON-Schema.json").read_bytes())
    return Draft7Validator(schema, format_checker=_FORMATS)


def complaints(document: Any) -> list[str]:
    """What the schema finds wrong with a document."""
    return [f"{error.json_path}: {error.message[:200]}" for error in _schema().iter_errors(document)]
