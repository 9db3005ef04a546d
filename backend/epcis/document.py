"""Documents around events: what is captured, and what answers a query."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def capture_document(events: Sequence[Mapping[str, Any]], *, at: int) -> dict[str, Any]:
    """An EPCIS 2.0 document of events, each with its own `@context`.

    Args:
        at: when it is made, in Unix seconds.
    """
    return _document("EPCISDocument", at) | {"epcisBody": {"eventList": list(events)}}


def query_document(events: Sequence[Mapping[str, Any]], *, at: int) -> dict[str, Any]:
    """The answer to a query, by the name that EPCIS gives to the query for events."""
    results = {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": list(events)}}
    return _document("EPCISQueryDocument", at) | {"epcisBody": {"queryResults": results}}


def _document(kind: str, at: int) -> dict[str, Any]:
    made = datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
    return {"@context": [CONTEXT], "type": kind, "schemaVersion": "2.0", "creationDate": made}
