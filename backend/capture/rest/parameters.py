"""The parameters of `GET /epcis/events`, as the REST binding of EPCIS 2.0 writes them.

A list is one value with `|` between its elements. What we do not know is refused, never ignored: an answer to another
question would look like one to this.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.books.queries import EventFilter
from backend.books.telling import microseconds
from backend.epcis.words import ACTIONS
from backend.errors import ServiceError

PER_PAGE: Final = 30
MOST_PER_PAGE: Final = 1_000
_MOST_VALUES: Final = 100

_LISTS: Final[Mapping[str, str]] = {
    "eventType": "types",
    "EQ_eventID": "event_ids",
    "EQ_action": "actions",
    "EQ_bizStep": "biz_steps",
    "EQ_disposition": "dispositions",
    "EQ_readPoint": "read_points",
    "EQ_bizLocation": "biz_locations",
    "MATCH_epc": "epcs",
    "MATCH_anyEPC": "any_epcs",
}
_TIMES: Final[Mapping[str, str]] = {"GE_eventTime": "from_time", "LT_eventTime": "before_time"}


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
    page = {"perPage": PER_PAGE, "nextPageToken": 0}
    seen: set[str] = set()
    for name, value in parameters:
        if name in seen:
            raise _invalid(name, "it stands there twice")
        seen.add(name)
        if name in _LISTS:
            asked[_LISTS[name]] = _list(name, value)
        elif name in _TIMES:
            asked[_TIMES[name]] = _read(name, value, microseconds)
        elif name in page:
            page[name] = _read(name, value, _natural)
        else:
            raise ServiceError("query_parameter_unknown", parameter=name[:100])
    if not 1 <= page["perPage"] <= MOST_PER_PAGE:
        raise _invalid("perPage", f"1 to {MOST_PER_PAGE}")
    return Asked(EventFilter(**asked), page["perPage"], page["nextPageToken"])


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
