"""A job in the words of EPCIS: times, and a problem for each event that was refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backend.capture.verdicts import DOCUMENT_REFUSED
from backend.errors import CATALOGUE, problem


def problem_of(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """The problem (RFC 9457) of an event that was refused; `instance` is its canonical hash."""
    code = verdict["code"]
    if code in CATALOGUE:
        told = problem(code, verdict["params"] or {})
    elif code == DOCUMENT_REFUSED:
        told = {"type": f"urn:suyuan:problem:{code}", "title": "Another event of its document was refused."}
    else:
        told = {"type": f"urn:suyuan:problem:{code}", "title": "The member's side refused it."}
    return {**told, "instance": verdict["hash"]}


def moment(at: int) -> str:
    """Unix seconds as RFC 3339 has them, in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
