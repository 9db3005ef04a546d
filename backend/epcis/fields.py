"""An event as the fields of its details, and back, word for word.

The schema `lot event` has a field for each property of EPCIS 2.0 and eight for extensions, one for each namespace. An
event that comes back says what it said, with its own `@context`; only the order of its properties may be another.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from backend.epcis.jsonld import prefixes
from backend.errors import ServiceError
from contracts.details import LOT_EVENT, Tag

Json = Mapping[str, Any]

MOST_NAMESPACES: Final = 8
_HANDLES: Final = "handles"
_CONTEXT: Final = "@context"
_EXTENSION: Final = "extension/"


def of_event(event: Json, context: Any, handles: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    """The fields of an event out of a document, in the form `backend.details` parses.

    Args:
        context: the document's; the event's own, if it has one, comes after it.
        handles: identifier and salt of each item of the action, in its order.

    Raises:
        ServiceError: `event_not_carried`, naming the property that has no place.
    """
    fields: dict[str, Any] = {_HANDLES: opened(handles)}
    contexts = joined(context, event.get(_CONTEXT))
    if contexts:
        fields[_CONTEXT] = contexts
    extensions: dict[str, dict[str, Any]] = {}
    bound = prefixes(contexts)
    for name, value in event.items():
        if name == _CONTEXT:
            continue
        tag = LOT_EVENT.fields.get(name)
        if tag is None or name in (_HANDLES, _CONTEXT):
            extensions.setdefault(_namespace(name, bound), {})[name] = value
        elif tag is Tag.TEXT and not isinstance(value, str):
            raise ServiceError("event_not_carried", at=name, problem="a text is needed")
        else:
            fields[name] = value
    if len(extensions) > MOST_NAMESPACES:
        raise ServiceError("event_not_carried", at=_CONTEXT, problem=f"more than {MOST_NAMESPACES} namespaces")
    for place, namespace in enumerate(sorted(extensions)):
        fields[f"{_EXTENSION}{place}"] = extensions[namespace]
    return fields


def joined(around: Any, own: Any) -> list[Any]:
    """A document's `@context` and an event's own as one: what stands later counts, and nothing stands twice."""
    parts = [*_listed(around), *_listed(own)]
    return [part for place, part in enumerate(parts) if part not in parts[place + 1 :]]


def opened(handles: Iterable[tuple[str, bytes]]) -> list[list[str]]:
    """The leaf that opens handles."""
    return [[identifier, f"0x{salt.hex()}"] for identifier, salt in handles]


def to_event(fields: Json) -> dict[str, Any] | None:
    """The event some fields tell, its `@context` first; None for an action that tells none."""
    if "type" not in fields:
        return None
    event = {_CONTEXT: fields[_CONTEXT]} if _CONTEXT in fields else {}
    for name, value in fields.items():
        if name.startswith(_EXTENSION):
            event |= value
        elif name not in (_HANDLES, _CONTEXT):
            event[name] = value
    return event


def _namespace(name: str, bound: Mapping[str, str]) -> str:
    prefix, colon, _ = name.partition(":")
    if not colon:
        raise ServiceError("event_not_carried", at=name, problem="neither a property of EPCIS nor of a namespace")
    return bound.get(prefix, prefix)


def _listed(context: Any) -> list[Any]:
    return [] if context is None else context if isinstance(context, list) else [context]
