"""Events out of JSON-LD, as GS1's context means them: no context is fetched, and none is guessed.

The terms of GS1's own context are known here; a document may bind prefixes of its own beside it.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from backend.epcis import vocabulary
from backend.epcis.tree import Node

Json = Mapping[str, Any]

# What JSON calls an element of a list that XML names. An element of any other list is named as the list is.
_ELEMENTS: Final[Mapping[str, str]] = {
    "epcList": "epc",
    "childEPCs": "epc",
    "inputEPCList": "epc",
    "outputEPCList": "epc",
    "quantityList": "quantityElement",
    "childQuantityList": "quantityElement",
    "inputQuantityList": "quantityElement",
    "outputQuantityList": "quantityElement",
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
    "sensorElementList": "sensorElement",
}

_TYPED: Final = ("bizTransaction", "source", "destination")
_COMMENTS: Final = frozenset({"rdfs:comment", "comment", "@context"})


def events(document: Json) -> Iterator[Node]:
    """The events of a capture or query document, or the one event a document is, in order.

    Raises:
        KeyError, TypeError: it is none of these; validate before.
    """
    around = _listed(document.get("@context", ()))
    for event in raw_events(document):
        yield _event(
            event, prefixes([*around, *_listed(event.get("@context", ()))] if event is not document else around)
        )


def raw_events(document: Json) -> list[Json]:
    """The events as they stand in a document."""
    if "epcisBody" not in document:
        return [document]
    body = document["epcisBody"]
    if "queryResults" in body:
        body = body["queryResults"]["resultsBody"]
    return list(body["eventList"]) if "eventList" in body else [body["event"]]


def prefixes(context: Any) -> dict[str, str]:
    """The prefixes a context binds beside those of GS1's own."""
    bound = dict(vocabulary.PREFIXES)
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, Mapping):
            bound |= {name: uri for name, uri in part.items() if isinstance(uri, str)}
    return bound


def _event(event: Json, bound: Mapping[str, str]) -> Node:
    return Node(str(event["type"]), children=tuple(_fields(event, bound, skip="type")))


def _fields(value: Json, bound: Mapping[str, str], skip: str = "") -> Iterator[Node]:
    for key, inner in value.items():
        if key not in _COMMENTS and key != skip:
            yield from _field(key, inner, bound)


def _field(key: str, value: Any, bound: Mapping[str, str]) -> Iterator[Node]:
    """A property as the fields it is in XML: a list of GS1's is one field with its elements, any other list is many."""
    if key in _ELEMENTS:
        if value:
            yield Node(key, children=tuple(_element(_ELEMENTS[key], each, bound) for each in _listed(value)))
        return
    for each in _listed(value):
        yield _one(_name(key, bound), each, bound)


def _element(name: str, value: Any, bound: Mapping[str, str]) -> Node:
    if name in _TYPED and isinstance(value, Mapping):
        kind = (Node("type", vocabulary.word(str(value["type"]), name, bound)),) if "type" in value else ()
        rest = tuple(_fields({key: inner for key, inner in value.items() if key not in ("type", name)}, bound))
        return Node(name, _text(value[name], bound), kind + rest)
    return _one(name, value, bound)


def _one(name: str, value: Any, bound: Mapping[str, str]) -> Node:
    if not isinstance(value, Mapping):
        return Node(name, vocabulary.word(_text(value, bound), name, bound))
    children: list[Node] = []
    for key, inner in value.items():
        if name == "sensorReport" and key == "type":
            children.append(Node("type", vocabulary.word(str(inner), name, bound)))
        elif key not in _COMMENTS:
            children += _field(key, inner, bound)
    return Node(name, children=tuple(children))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _name(key: str, bound: Mapping[str, str]) -> str:
    prefix, colon, local = key.partition(":")
    return f"{{{bound[prefix]}}}{local}" if colon and prefix in bound else key


def _text(value: Any, bound: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return vocabulary.expanded(str(value), bound) if isinstance(value, str) else "" if value is None else str(value)
