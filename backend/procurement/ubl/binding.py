"""Where each field of our words stands in a UBL document: said once, beside the field, and used to read and to write.

    number: Annotated[Text, At("cac:LineItem/cbc:ID")]           an element
    unit: Annotated[Text, At("@unitCode")]                        an attribute
    value: Annotated[Number, At(".")]                             the element's own text
    lines: Annotated[tuple[Line, ...], At("cac:OrderLine")]       repeated; `*` names another step that repeats:
    lines: Annotated[tuple[Text, ...], At("cac:AddressLine*/cbc:Line")]

The fields of a model stand in the order of UBL's schema, because that is the order in which they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from lxml import etree
from pydantic import BaseModel, ConfigDict, ValidationError

from backend.errors import ServiceError
from backend.reading.bounded_xml import Element

_PREFIXES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class At:
    """A field's place, from the element of its model."""

    path: str


class Words(BaseModel):
    """A model whose every field has an `At`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class _Place:
    """A field of a model, ready to be found."""

    name: str
    path: str
    steps: tuple[str, ...]
    """Tags in Clark notation; empty for an attribute or the text."""
    repeated_step: int | None
    """Which of the steps there is one of for each value; None for a single value."""
    words: type[Words] | None
    """The model of the value, if it is not a text."""


_Read = TypeVar("_Read", bound=Words)


def read(words: type[_Read], root: Element) -> tuple[_Read, tuple[str, ...]]:
    """A document in our words, and the paths of what it holds besides.

    Raises:
        ServiceError: `document_invalid`, naming each place at fault.
    """
    visited: set[Element] = set()
    values = _values(words, root, visited)
    try:
        document = words.model_validate(values)
    except ValidationError as error:
        raise ServiceError("document_invalid", fields=_faults(words, error)) from None
    return document, tuple(dict.fromkeys(_leaves_besides(root, visited)))


def write(document: Words, tag: str) -> bytes:
    """A document as UTF-8 XML.

    Args:
        tag: of the root, in Clark notation.
    """
    namespaces: dict[str | None, str] = {None: tag[1:].partition("}")[0]}
    namespaces.update(_PREFIXES)
    root = etree.Element(tag, nsmap=namespaces)
    _fill(root, document)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


@cache
def _places(words: type[Words]) -> tuple[_Place, ...]:
    return tuple(
        _place(name, field.annotation, next(note for note in field.metadata if isinstance(note, At)))
        for name, field in words.model_fields.items()
    )


def _place(name: str, annotation: Any, at: At) -> _Place:
    inner = _without_none(annotation)
    many = get_origin(inner) is tuple
    element = _without_none(get_args(inner)[0]) if many else inner
    words = element if isinstance(element, type) and issubclass(element, Words) else None
    if at.path == "." or at.path.startswith("@"):
        return _Place(name, at.path, (), None, words)
    parts = at.path.split("/")
    starred = [index for index, part in enumerate(parts) if part.endswith("*")]
    repeated = (starred[0] if starred else len(parts) - 1) if many else None
    return _Place(
        name, at.path.replace("*", ""), tuple(_clark(part.removesuffix("*")) for part in parts), repeated, words
    )


def _without_none(annotation: Any) -> Any:
    """`X` of `X | None` and of `Annotated[X, ...]`."""
    if get_origin(annotation) is Annotated:
        return _without_none(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        (inner,) = (arm for arm in get_args(annotation) if arm is not type(None))
        return _without_none(inner)
    return annotation


def _clark(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"


# ------------------------------------------------------------------------------------------------------ reading


def _values(words: type[Words], element: Element, visited: set[Element]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for place in _places(words):
        if place.path.startswith("@"):
            found: list[Any] = [element.get(place.path[1:])]
        elif place.path == ".":
            visited.add(element)
            found = [_text(element)]
        else:
            found = [_value(place, each, visited) for each in _descend(element, place.steps)]
        found = [value for value in found if value not in (None, {})]
        if place.repeated_step is not None:
            values[place.name] = tuple(found)
        elif len(found) > 1:
            raise ServiceError("document_invalid", fields=[{"at": place.path, "problem": "stands here more than once"}])
        elif found:
            values[place.name] = found[0]
    return values


def _value(place: _Place, element: Element, visited: set[Element]) -> Any:
    if place.words is not None:
        return _values(place.words, element, visited)
    visited.add(element)
    return _text(element)


def _text(element: Element) -> str | None:
    return (element.text or "").strip() or None


def _descend(element: Element, steps: Sequence[str]) -> Iterator[Element]:
    if not steps:
        yield element
        return
    for child in element.iterchildren(steps[0]):
        yield from _descend(child, steps[1:])


def _leaves_besides(root: Element, visited: set[Element]) -> Iterator[str]:
    for element in root.iter():
        if len(element) == 0 and element not in visited and _text(element) is not None:
            upwards = [element, *element.iterancestors()][:-1]
            yield "/".join(etree.QName(each).localname for each in reversed(upwards))


def _faults(words: type[Words], error: ValidationError) -> list[dict[str, str]]:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    # A list whose only line is at fault is not too short besides.
    inner = {fault["loc"][:depth] for fault in faults for depth in range(len(fault["loc"]))}
    return [
        {"at": _where(words, fault["loc"]), "problem": fault["msg"]} for fault in faults if fault["loc"] not in inner
    ][:_MOST_FAULTS]


def _where(words: type[Words], location: Sequence[int | str]) -> str:
    """`("lines", 0, "quantity")` -> `cac:OrderLine[1]/cac:LineItem/cbc:Quantity`."""
    model: type[Words] | None = words
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step + 1}]"
        elif model is not None:
            place = next(each for each in _places(model) if each.name == step)
            path += f"/{place.path}"
            model = place.words
    return path.lstrip("/").removesuffix("/.")


# ------------------------------------------------------------------------------------------------------ writing


def _fill(element: Element, words: Words) -> None:
    for place in _places(type(words)):
        value = getattr(words, place.name)
        if place.repeated_step is not None:
            for each in value:
                _put(_make(element, place.steps, place.repeated_step), each)
        elif value is None:
            continue
        elif place.path.startswith("@"):
            element.set(place.path[1:], _written(value))
        elif place.path == ".":
            element.text = _written(value)
        else:
            _put(_make(element, place.steps, len(place.steps) - 1), value)


def _make(element: Element, steps: Sequence[str], new_from: int) -> Element:
    """The element at the end of the steps: those before `new_from` may be there already, as the last child."""
    for index, tag in enumerate(steps):
        is_there = index < new_from and len(element) > 0 and element[-1].tag == tag
        element = element[-1] if is_there else etree.SubElement(element, tag)
    return element


def _put(element: Element, value: Any) -> None:
    if isinstance(value, Words):
        _fill(element, value)
    else:
        element.text = _written(value)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)
