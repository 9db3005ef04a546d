"""The EPCIS event that details tell, with what it is looked up by in one form each."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.books.lookup import mentions, word
from backend.books.openings import canonical, storable
from backend.epcis import jsonld, vocabulary
from backend.epcis.canonical import event_hash
from backend.epcis.check import check_event

DEEPEST = 64
"""Objects and lists inside each other: how deep a process can follow must not decide what the books say."""

_SHA_256 = "ni:///sha-256;"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def told(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """The columns of `epcis_event`; None if what stands there is no event of EPCIS 2.0."""
    if _depth(event) > DEEPEST or next(check_event(event, ""), None) is not None:
        return None
    try:
        (read,) = jsonld.events(event)
        name = event_hash(read)
    except (LookupError, TypeError, ValueError, AttributeError):
        # What a type of event that others defined holds is theirs to say, and nobody has checked it.
        return None
    bound = jsonld.prefixes(event.get("@context", ()))
    return {
        "hash": bytes.fromhex(name.removeprefix(_SHA_256)[:64]),
        "event_id": _text(event.get("eventID")),
        "type": storable(vocabulary.expanded(event["type"], bound)),
        "event_time": microseconds(event["eventTime"]),
        "action": _text(event.get("action")),
        "biz_step": _word(event, "bizStep", bound),
        "disposition": _word(event, "disposition", bound),
        "read_point": _place(event.get("readPoint")),
        "biz_location": _place(event.get("bizLocation")),
        "mentions": mentions(event, bound),
        "is_erroneous": "errorDeclaration" in event,
        "body": dict(event),
    }


def microseconds(moment: str) -> int:
    """Unix microseconds of a time with its offset; finer digits are cut off.

    Raises:
        ValueError: it is no such time.
    """
    read = datetime.fromisoformat(moment.upper())
    if read.tzinfo is None:
        raise ValueError(f"{moment} has no offset")
    return (read - _EPOCH) // timedelta(microseconds=1)


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth <= DEEPEST and isinstance(each, Mapping | list):
            inside = each.values() if isinstance(each, Mapping) else each
            waiting += [(inner, depth + 1) for inner in inside]
    return deepest


def _word(event: Mapping[str, Any], name: str, bound: Mapping[str, str]) -> str | None:
    value = event.get(name)
    return word(value, name, bound) if isinstance(value, str) else None


def _place(place: Any) -> str | None:
    name = place.get("id") if isinstance(place, Mapping) else None
    return canonical(name) if isinstance(name, str) else None


def _text(value: Any) -> str | None:
    return storable(value) if isinstance(value, str) else None
