"""The parameters of `GET /epcis/events`, as the REST binding of EPCIS 2.0 writes them.

A list is one value with `|` between its elements. What we do not know is refused, never ignored: an answer to another
question would look like one to this.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.books.lookup import CLASSES, EPCS, TYPED, mention, typed
from backend.books.queries import EventFilter
from backend.books.telling import microseconds
from backend.epcis import gs1
from backend.epcis.words import ACTIONS
from backend.errors import ServiceError

PER_PAGE: Final = 30
MOST_PER_PAGE: Final = 1_000
_MOST_VALUES: Final = 100
_SECOND: Final = 1_000_000

_LISTS: Final[Mapping[str, str]] = {
    "eventType": "types",
    "EQ_eventID": "event_ids",
    "EQ_action": "actions",
    "EQ_bizStep": "biz_steps",
    "EQ_disposition": "dispositions",
    "EQ_readPoint": "read_points",
    "EQ_bizLocation": "biz_locations",
}
"""Parameters with several values, and the conditions they are."""

_MENTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    **{f"MATCH_{subject}": (subject,) for subject in (*EPCS, *CLASSES)},
    "MATCH_anyEPC": tuple(EPCS),
    "MATCH_anyEPCClass": tuple(CLASSES),
    "EQ_transformationID": ("transformationID",),
    "EQ_persistentDisposition_set": ("set",),
    "EQ_persistentDisposition_unset": ("unset",),
    "EQ_errorReason": ("reason",),
    "EQ_correctiveEventID": ("correctiveEventID",),
    # Not of the standard, which has no question for what is an object in one event and a class in another.
    "identifier": (*EPCS, *CLASSES),
}
"""Parameters that ask what an event names, and as what it may name it."""

_TYPED: Final = {f"EQ_{subject}_": subject for subject in TYPED}
"""Beginnings of parameters whose end is the type of what is named: EQ_bizTransaction_po."""

_TIMES: Final[Mapping[str, tuple[str, int]]] = {
    "GE_eventTime": ("from_time", 1),
    "LT_eventTime": ("before_time", 1),
    "GE_recordTime": ("recorded_from", _SECOND),
    "LT_recordTime": ("recorded_before", _SECOND),
}
"""Bounds, and the unit of each in microseconds. Whole numbers are not below a bound if they are not below the next
whole one, so all are rounded up."""

_PATTERN: Final = "urn:epc:idpat:"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, and which page of it."""

    events: EventFilter
    per_page: int
    after: int
    """The place on the chain of the last event of the page before; 0 for the first page."""


def parse(parameters: Iterable[tuple[str, str]]) -> Asked:
    """What the names and values of an address ask for.

    Raises:
        ServiceError: `query_parameter_unknown`, `query_parameter_invalid`, naming the parameter.
    """
    asked: dict[str, Any] = {}
    mentions: list[list[str]] = []
    page = {"perPage": PER_PAGE, "nextPageToken": 0}
    seen: set[str] = set()
    for name, value in parameters:
        if name in seen:
            raise _invalid(name, "it stands there twice")
        seen.add(name)
        if name in _LISTS:
            asked[_LISTS[name]] = _list(name, value)
        elif (subjects := _subjects(name)) is not None:
            mentions.append([mention(each, one) for each in subjects for one in _named(name, value)])
        elif name in _TIMES:
            condition, unit = _TIMES[name]
            asked[condition] = -(-_read(name, value, microseconds) // unit)
        elif name == "EXISTS_errorDeclaration":
            asked["only_erroneous"] = _truth(name, value)
        elif name in page:
            page[name] = _read(name, value, _natural)
        else:
            raise ServiceError("query_parameter_unknown", parameter=name[:100])
    if not 1 <= page["perPage"] <= MOST_PER_PAGE:
        raise _invalid("perPage", f"1 to {MOST_PER_PAGE}")
    return Asked(EventFilter(**asked, mentions=mentions), page["perPage"], page["nextPageToken"])


def _subjects(name: str) -> tuple[str, ...] | None:
    """As what an event may name the values of a parameter; None if it asks for no such thing."""
    for beginning, subject in _TYPED.items():
        if name.startswith(beginning) and name != beginning:
            return (typed(subject, name.removeprefix(beginning)),)
    return _MENTIONS.get(name)


def _named(name: str, value: str) -> tuple[str, ...]:
    values = _list(name, value)
    for each in values:
        # Of objects there are patterns for all of a class; of classes only those with a star before the last place.
        if each.startswith(_PATTERN) and (name.endswith(("EPC", "epc", "parentID")) or gs1.canonical(each) is None):
            raise _invalid(name, "patterns are not answered; ask for the object, or for its class")
    return values


def _truth(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise _invalid(name, "true or false")
    return value == "true"


def _list(name: str, value: str) -> tuple[str, ...]:
    values = tuple(value.split("|"))
    if "" in values or len(values) > _MOST_VALUES:
        raise _invalid(name, f"1 to {_MOST_VALUES} values with | between them")
    if name == "EQ_action" and not set(values) <= ACTIONS:
        raise _invalid(name, "ADD, OBSERVE or DELETE")
    return values


def _read(name: str, value: str, read: Callable[[str], int]) -> int:
    try:
        return read(value)
    except (ValueError, OverflowError):
        raise _invalid(name, "a time with its offset, or a number, is needed") from None


def _natural(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise ValueError("not a natural number")
    return int(value)


def _invalid(name: str, problem: str) -> ServiceError:
    return ServiceError("query_parameter_invalid", parameter=name, problem=problem)
