"""The parameters of `GET /epcis/events`, as the REST binding of EPCIS 2.0 writes them.

A list is one value with `|` between its elements. What we do not know is refused, never ignored: an answer to another
question would look like one to this.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.books.lookup import CLASSES, EPCS, TYPED, mention, typed
from backend.books.queries import CHAIN_ORDER, EventFilter, Order, Place
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

_KNOWN: Final = frozenset(
    {
        *_LISTS, *_TIMES, "EXISTS_errorDeclaration",
        "orderBy", "orderDirection", "eventCountLimit", "maxEventCount", "perPage", "nextPageToken",
    }
)  # fmt: skip
"""Beside those that ask what an event names."""

_TOKEN: Final = re.compile(r"(-?[0-9]{1,18})\.([0-9]{1,18})")
_PATTERN: Final = "urn:epc:idpat:"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, and which page of it."""

    events: EventFilter
    order: Order
    per_page: int
    after: Place | None
    """Of the last event of the page before; None for the first page."""
    limit: int | None
    """After how many events the answer ends, those of later pages included."""
    most_events: int | None
    """With more events than this there is no answer."""


def parse(parameters: Iterable[tuple[str, str]]) -> Asked:
    """What the names and values of an address ask for.

    Raises:
        ServiceError: `query_parameter_unknown`, `query_parameter_invalid`, naming the parameter.
    """
    given: dict[str, str] = {}
    for name, value in parameters:
        if name in given:
            raise _invalid(name, "it stands there twice")
        if name not in _KNOWN and _subjects(name) is None:
            raise ServiceError("query_parameter_unknown", parameter=name[:100])
        given[name] = value
    for name in ("orderDirection", "eventCountLimit"):
        if name in given and "orderBy" not in given:
            raise _invalid(name, "it needs orderBy")
    if {"eventCountLimit", "maxEventCount"} <= given.keys():
        raise _invalid("eventCountLimit", "not beside maxEventCount")
    return Asked(
        events=_filter(given),
        order=_order(given),
        per_page=_count(given, "perPage", most=MOST_PER_PAGE) or PER_PAGE,
        after=_place(given["nextPageToken"]) if "nextPageToken" in given else None,
        limit=_count(given, "eventCountLimit"),
        most_events=_count(given, "maxEventCount"),
    )


def token_of(place: Place) -> str:
    """What `nextPageToken` goes on from."""
    return f"{place.event_time}.{place.number}"


def _place(token: str) -> Place:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise _invalid("nextPageToken", "it is not what a page named as its next")
    return Place(int(found[1]), int(found[2]))


def _filter(given: Mapping[str, str]) -> EventFilter:
    conditions: dict[str, Any] = {
        condition: _list(name, given[name]) for name, condition in _LISTS.items() if name in given
    }
    for name, (condition, unit) in _TIMES.items():
        if name in given:
            conditions[condition] = -(-_time(name, given[name]) // unit)
    mentions = [
        [mention(each, one) for each in subjects for one in _named(name, value)]
        for name, value in given.items()
        if (subjects := _subjects(name)) is not None
    ]
    erroneous = _one_of(given, "EXISTS_errorDeclaration", ("false", "true")) == "true"
    return EventFilter(**conditions, mentions=mentions, only_erroneous=erroneous)


def _order(given: Mapping[str, str]) -> Order:
    key = _one_of(given, "orderBy", ("eventTime", "recordTime"))
    # Descending, if nothing is said: so the standard has it.
    direction = _one_of(given, "orderDirection", ("DESC", "ASC"))
    return Order(by_event_time=key == "eventTime", descending=direction != "ASC") if key else CHAIN_ORDER


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


def _one_of(given: Mapping[str, str], name: str, known: tuple[str, ...]) -> str | None:
    if name in given and given[name] not in known:
        raise _invalid(name, " or ".join(known))
    return given.get(name)


def _list(name: str, value: str) -> tuple[str, ...]:
    values = tuple(value.split("|"))
    if "" in values or len(values) > _MOST_VALUES:
        raise _invalid(name, f"1 to {_MOST_VALUES} values with | between them")
    if name == "EQ_action" and not set(values) <= ACTIONS:
        raise _invalid(name, "ADD, OBSERVE or DELETE")
    return values


def _time(name: str, value: str) -> int:
    try:
        return microseconds(value)
    except (ValueError, OverflowError):
        raise _invalid(name, "a time with its offset is needed") from None


def _count(given: Mapping[str, str], name: str, *, most: int = 10**18) -> int | None:
    value = given.get(name)
    if value is not None and not (re.fullmatch("[0-9]{1,18}", value) and 1 <= int(value) <= most):
        raise _invalid(name, f"a number of 1 to {most}")
    return None if value is None else int(value)


def _invalid(name: str, problem: str) -> ServiceError:
    return ServiceError("query_parameter_invalid", parameter=name, problem=problem)
