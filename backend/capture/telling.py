"""What a document tells: its events one by one, each by what makes it the same as another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.capture.identity import EventIdentity, identity_of
from backend.epcis import gs1, jsonld
from backend.epcis.fields import joined

Json = Mapping[str, Any]

_NAMING = (
    "parentID",
    "epcList",
    "childEPCs",
    "inputEPCList",
    "outputEPCList",
    "quantityList",
    "childQuantityList",
    "inputQuantityList",
    "outputQuantityList",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One event as its document tells it."""

    event: Json
    context: tuple[Any, ...]
    """The document's `@context` and then the event's own: what its names mean."""
    identity: EventIdentity
    occurred_at: int
    """Unix seconds; parts of one are cut off."""

    @property
    def identifiers(self) -> set[str]:
        """Whatever it names that can lie on a shelf."""
        found = {str(each["bizTransaction"]) for each in _listed(self.event.get("bizTransactionList"))}
        for name in _NAMING:
            for each in _listed(self.event.get(name)):
                text = str(each["epcClass"] if isinstance(each, Mapping) else each)
                found.add(gs1.canonical(text) or text)
        return found | {self.identity.name}


def told(document: Json) -> Iterator[Told]:
    """The events of a document that was found to be in order, one after the other.

    Raises:
        TypedDataError: an error declaration with a number that RFC 8785 would change.
    """
    around = document.get("@context") if "epcisBody" in document else None
    for event in jsonld.raw_events(document):
        context = joined(around, event.get("@context"))
        yield Told(
            event=event,
            context=tuple(context),
            identity=identity_of({**event, "@context": context}),
            occurred_at=int(datetime.fromisoformat(str(event["eventTime"]).upper()).timestamp()),
        )


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
