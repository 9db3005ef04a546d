"""The one form of each value that EPCIS events are looked up by: the same for what is written and for what is asked.

What an event names in its lists stands in one column, `mentions`, each with the property it is named by: `parentID
https://id.gs1.org/00/...`. So one index answers every question of the kind, about one property or about several.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from backend.books.openings import canonical, storable
from backend.epcis import vocabulary

LONGEST: Final = 600
"""Characters of a mention: an index has no place for one without end."""

EPCS: Final[Mapping[str, tuple[str, ...]]] = {
    "epc": ("epcList", "childEPCs"),
    "parentID": ("parentID",),
    "inputEPC": ("inputEPCList",),
    "outputEPC": ("outputEPCList",),
}
"""Objects, by what they are to an event, and the properties that name them."""

CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "epcClass": ("quantityList", "childQuantityList"),
    "inputEPCClass": ("inputQuantityList",),
    "outputEPCClass": ("outputQuantityList",),
}
"""The same of classes: lots, and goods by their kind."""

TYPED: Final = ("bizTransaction", "source", "destination")
"""What is named with its type: of a bizTransaction that it is an order."""

Prefixes = Mapping[str, str]


def word(value: str, name: str, bound: Prefixes = vocabulary.PREFIXES) -> str:
    """A word of the vocabulary as a Web URI, as a column or mention of the property `name` has it."""
    return storable(vocabulary.modern(vocabulary.word(value, name, bound)))


def mention(subject: str, value: str, bound: Prefixes = vocabulary.PREFIXES) -> str:
    """Something an event names, as `mentions` has it."""
    match subject:
        case "set" | "unset":
            shown = word(value, subject, bound)
        case "reason":
            shown = storable(vocabulary.modern(vocabulary.expanded(_of_reasons(value), bound)))
        case _:
            shown = canonical(value)
    return f"{subject} {shown}"[:LONGEST]


def typed(subject: str, kind: str, bound: Prefixes = vocabulary.PREFIXES) -> str:
    """The subject of what is named with its type."""
    return f"{subject} {word(kind, subject, bound)}"


def mentions(event: Mapping[str, Any], bound: Prefixes) -> list[str]:
    """Everything an event names that it may be asked for by; each once, in order of the alphabet."""
    return sorted({mention(subject, value, bound) for subject, value in _named(event, bound)})


def _named(event: Mapping[str, Any], bound: Prefixes) -> Iterator[tuple[str, str]]:
    for subject, properties in EPCS.items():
        for name in properties:
            yield from ((subject, each) for each in _texts(event.get(name)))
    for subject, properties in CLASSES.items():
        for name in properties:
            yield from ((subject, each) for each in _texts(_inside(event.get(name), "epcClass")))
    for subject in TYPED:
        for each in _objects(event.get(f"{subject}List")):
            if isinstance(kind := each.get("type"), str):
                yield from ((typed(subject, kind, bound), value) for value in _texts(each.get(subject)))
    yield from (("transformationID", each) for each in _texts(event.get("transformationID")))
    for each in _objects(event.get("persistentDisposition")):
        for subject in ("set", "unset"):
            yield from ((subject, value) for value in _texts(each.get(subject)))
    for each in _objects(event.get("errorDeclaration")):
        yield from (("reason", value) for value in _texts(each.get("reason")))
        yield from (("correctiveEventID", value) for value in _texts(each.get("correctiveEventIDs")))


def _of_reasons(value: str) -> str:
    return value if ":" in value else f"{vocabulary.CBV}ER-{value}"


def _inside(elements: Any, name: str) -> list[Any]:
    return [each.get(name) for each in _objects(elements)]


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in _listed(value) if isinstance(each, Mapping))


def _texts(value: Any) -> Iterator[str]:
    return (each for each in _listed(value) if isinstance(each, str))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
