"""Details in files: `{"schema": 1, "fields": {...}, "event_key": "0x..."}`, one record a file."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from backend.details import fields
from backend.details.fields import Details
from backend.errors import ServiceError
from backend.failures import Failure, UsageFailure
from backend.limits import LONGEST_BODY

_NEEDED = frozenset({"schema", "fields", "event_key"})


def read(path: Path) -> Details:
    """The details in a file. What else stands there is left alone, but a `root` has to be theirs.

    Raises:
        UsageFailure: `file_unreadable`.
        Failure: `body_too_large`, `details_invalid`, `details_of_another_root`.
    """
    content = _content(path)
    if not isinstance(content, Mapping) or not content.keys() >= _NEEDED:
        raise Failure("details_invalid", f"{path} lacks schema, fields or event_key", "give all three")
    try:
        found = fields.parse(content["schema"], content["fields"], bytes.fromhex(content["event_key"][2:]))
    except ServiceError as error:
        raise Failure(error.code, f"{path}: {dict(error.params)}", error.kind.next_step) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise Failure("details_invalid", f"{path}: {error}", "event_key is 0x and 64 hex digits") from error
    if "root" in content and str(content["root"]).lower() != "0x" + found.root.hex():
        raise Failure(
            "details_of_another_root",
            f"{path} says root {content['root']!s:.80}, and its fields give 0x{found.root.hex()}",
            "take the file as it was written; a changed field, key or root cannot be mended",
        )
    return found


def _content(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            written = file.read(LONGEST_BODY + 1)
    except OSError as error:
        raise UsageFailure("file_unreadable", f"{path}: {error.strerror}", "check the path") from error
    if len(written) > LONGEST_BODY:
        raise Failure("body_too_large", f"{path} is longer than {LONGEST_BODY} bytes", "give one record a file")
    try:
        return json.loads(written.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise Failure(
            "details_invalid", f"{path}: {error}", "give JSON in UTF-8 with schema, fields and event_key"
        ) from error
