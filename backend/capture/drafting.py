"""Drafts: what a document's events become, ready to be signed and signed by nobody yet.

A draft is made of what lies on the organisation's shelf, as the books know it. At a member's machine they are asked
over HTTP; the service drafts for who signs in a browser.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from backend.capture.plan import plan
from backend.capture.shelf import Held, Shelf
from backend.capture.signing import Action, action_of
from backend.capture.telling import Told
from backend.capture.verdicts import Fault
from backend.errors import ServiceError
from contracts.signatures import TypedDataError

Resolve = Callable[[Sequence[str]], Mapping[str, Any]]
"""What POST /v1/books/resolve answers to some identifiers."""

_MOST_ASKED: Final = 1_000
_LONGEST_IDENTIFIER: Final = 2_000


@dataclass(frozen=True, slots=True)
class Draft:
    """The actions that record some events, the shelf afterwards, and what is wrong with which of them."""

    actions: Sequence[Action]
    shelf: Shelf
    faults: Mapping[int, Fault]


class Drafting:
    """Drafts one document after the other; knows from one to the next what lies on the shelf."""

    def __init__(self, organisation: int, resolve: Resolve) -> None:
        self._organisation = organisation
        self._resolve = resolve
        self._shelf = Shelf(organisation)
        self._asked: set[str] = set()

    def draft(self, document: Sequence[Told], places: Sequence[int]) -> Draft:
        """The draft of the events at some places; the others are left as if they were not there."""
        self._look_up({name for place in places for name in document[place].identifiers})
        shelf = self._shelf.copy()
        actions: list[Action] = []
        faults: dict[int, Fault] = {}
        for place in places:
            trial = shelf.copy()
            event = document[place]
            try:
                wanted = plan(event.event, trial, name=event.identity.name)
                actions += [action_of(planned, event, place) for planned in wanted]
                shelf = trial
            except ServiceError as error:
                faults[place] = Fault(error.code, error.params)
            except TypedDataError as error:
                faults[place] = Fault("action_invalid", {"problem": error.code, "at": error.path})
        return Draft(actions, shelf, faults)

    def go_on_from(self, draft: Draft) -> None:
        """A draft was recorded: the next finds what it left."""
        self._shelf = draft.shelf

    def forget(self) -> None:
        """The shelf is not as we thought: ask anew."""
        self._shelf = Shelf(self._organisation)
        self._asked = set()

    def _look_up(self, identifiers: Collection[str]) -> None:
        """Put on the shelf what the books know under some identifiers, if they were not asked before."""
        asked = sorted(each for each in identifiers if each not in self._asked and len(each) <= _LONGEST_IDENTIFIER)
        for start in range(0, len(asked), _MOST_ASKED):
            found = self._resolve(asked[start : start + _MOST_ASKED])
            for each in found["identifiers"]:
                salt = None if each["salt"] is None else _bytes(each["salt"])
                self._shelf.met(each["identifier"], salt, int(each["next_serial"]))
            for each in found["holdings"]:
                self._shelf.put(_held(each))
        self._asked.update(asked)


def _held(found: Mapping[str, Any]) -> Held:
    key = found["holding"]
    amount = found["amount"]
    return Held(
        # What nobody named is known by its id alone, and its handle stays closed.
        identifier=found["identifier"] or found["id"],
        salt=bytes(32) if found["salt"] is None else _bytes(found["salt"]),
        key={
            "maker": key["maker"],
            "handle": _bytes(key["handle"]),
            "creator": key["creator"],
            "serial": int(key["serial"]),
        },
        seq=found["seq"],
        is_free=found["status"] == "held" and "packed" not in found["flags"],
        packed_in=None if found["packed_in"] is None else _bytes(found["packed_in"]),
        amount=None if amount is None else Decimal(amount),
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
