"""Events out of EPCIS's XML, 1.2 and 2.0. The bytes were parsed by somebody who bounds them and reads no DTD."""

from collections.abc import Iterator
from typing import Final

from lxml.etree import _Element

from backend.epcis import vocabulary
from backend.epcis.tree import Node

# 1.2 had to put what it added later into wrappers, which mean nothing.
_WRAPPERS: Final = frozenset({"extension", "baseExtension"})
_TYPED: Final = ("bizTransaction", "source", "destination")
_PREFIXES: Final = {"gs1": vocabulary.VOC, "cbv": vocabulary.CBV}


def events(root: _Element) -> Iterator[Node]:
    """The events of a capture or query document, in order, without the fields that it says are to be ignored."""
    ignored = {str(field.tag) for field in root.iterfind("{*}ignoreFields/*")}
    for found in root.iter("EventList"):
        for event in _unwrapped(found):
            yield Node(str(event.tag), children=tuple(_fields(event, ignored)))


def _fields(element: _Element, ignored: set[str]) -> Iterator[Node]:
    return (_field(child) for child in _unwrapped(element) if child.tag not in ignored)


def _field(element: _Element) -> Node:
    text = (element.text or "").strip()
    attributes = tuple(
        Node(str(name), vocabulary.expanded(str(value), _PREFIXES))
        for name, value in element.attrib.items()
        if not str(name).startswith("{http://www.w3.org/2001/XMLSchema-instance}")
    )
    return Node(str(element.tag), vocabulary.expanded(text, _PREFIXES), attributes + tuple(_fields(element, set())))


def _unwrapped(element: _Element) -> Iterator[_Element]:
    for child in element:
        if child.tag in _WRAPPERS:
            yield from _unwrapped(child)
        else:
            yield child
