"""The member's side of capture: what a document tells becomes actions, signed here and brought to the service.

A document is one signature, recorded whole or not at all. What was captured before is left out, so the same document
may come again after whatever happened: a killed program, a lost answer, a refusal that was mended.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from backend.capture import bringing
from backend.capture.bringing import Signatory, bring
from backend.capture.drafting import Drafting
from backend.capture.identity import EventIdentity
from backend.capture.telling import Told
from backend.capture.verdicts import DOCUMENT_REFUSED, EventVerdict, Fault, Word
from backend.failures import Failure

_MOST_ASKED: Final = 1_000
"""Events in one question."""

_ATTEMPTS: Final = 3
_WAIT_FOR_BOOKS_SECONDS: Final = 60.0
_LOOK_EACH_SECONDS: Final = 0.5
# Somebody else of the organisation was quicker: looking again shows what there is now.
_OVERTAKEN: Final = frozenset({"event_duplicate", "stale_seq", "already_exists", "wrong_state", "closed", "packed"})


Known = dict[EventIdentity, tuple[bytes | None, bool]]
"""Of events, the action that records each already, and whether that is in the books."""


class Service(bringing.Service, Protocol):
    """What the desk asks of a service: `backend.member.client.Client`, in the member's name."""

    def post(self, path: str, body: object) -> Any: ...


class Desk:
    """Captures documents for one member, one after the other; knows from one to the next what lies on the shelf."""

    def __init__(self, service: Service, signatory: Signatory) -> None:
        self._service = service
        self._signatory = signatory
        self._drafting = Drafting(signatory.organisation, self._resolved)
        # Events whose traces lie on the shelf already, whether or not the books have them yet; and such as the books
        # must have before anything is planned on what they say.
        self._on_shelf: set[EventIdentity] = set()
        self._awaited: set[EventIdentity] = set()

    def capture(self, document: Sequence[Told], *, proceed: bool = False) -> list[EventVerdict]:
        """Record the events of a document; the verdict of each, in order.

        Args:
            proceed: whether the others are recorded where one is refused.

        Raises:
            Failure: the service cannot be asked, or what was submitted is not mirrored in time.
        """
        verdicts = self._together(document)
        while proceed and (left := [place for place, each in enumerate(verdicts) if each.code == DOCUMENT_REFUSED]):
            # Each round sets aside at least one that something is wrong with.
            for place, verdict in zip(left, self._together([document[place] for place in left]), strict=True):
                verdicts[place] = verdict
        return verdicts

    def are_in_books(self, document: Iterable[Told]) -> bool:
        """Whether the service's books have what was captured of a document: only then can it be asked for."""
        return all(in_books for action_hash, in_books in self._known(document).values() if action_hash is not None)

    def _together(self, document: Sequence[Told]) -> list[EventVerdict]:
        """Under one signature, if one carries all; again, should somebody else of the organisation be quicker."""
        recorded: dict[bytes, int] = {}
        verdicts: list[EventVerdict] = []
        for _ in range(_ATTEMPTS):
            verdicts = self._attempt(document, recorded)
            if all(verdict.code not in _OVERTAKEN for verdict in verdicts):
                break
            self._forget()
        return verdicts

    def _attempt(self, document: Sequence[Told], recorded: dict[bytes, int]) -> list[EventVerdict]:
        """Notes in `recorded` which action records which event, before anything can go wrong with the next."""
        known = self._known(document)
        first = {event.identity: place for place, event in reversed(list(enumerate(document)))}
        fresh = [place for place in first.values() if known[document[place].identity][0] is None]
        if fresh:
            self._wait_for_books(known)
        draft = self._drafting.draft(document, sorted(fresh))
        refused = dict(draft.faults)
        if not refused:
            refused = bring(self._service, self._signatory, draft.actions, recorded)
            self._on_shelf.update(document[told].identity for told in recorded.values())
            if refused:
                self._forget()
            else:
                self._drafting.go_on_from(draft)
        records = {told: action_hash for action_hash, told in recorded.items()}
        verdicts = []
        for place, event in enumerate(document):
            origin = first[event.identity]
            earlier, _ = known[event.identity]
            own = records.get(origin)
            if own is not None:
                verdicts.append(_verdict(event, Word.ACCEPTED if place == origin else Word.DUPLICATE, own))
            elif earlier is not None:
                verdicts.append(_verdict(event, Word.DUPLICATE, earlier))
            else:
                verdicts.append(_refused(event, refused.get(origin)))
        return verdicts

    def _resolved(self, identifiers: Sequence[str]) -> Any:
        return self._service.post("/v1/books/resolve", {"identifiers": identifiers})

    def _known(self, document: Iterable[Told]) -> Known:
        """Of each event, the action that records it already, and whether that is in the books."""
        return self._ask(event.identity for event in document)

    def _ask(self, events: Iterable[EventIdentity]) -> Known:
        found: Known = {}
        identities = list(dict.fromkeys(events))
        for start in range(0, len(identities), _MOST_ASKED):
            some = identities[start : start + _MOST_ASKED]
            asked = [{"hash": _hex(each.hash), "error": _hex(each.error) if each.error else None} for each in some]
            answer = self._service.post("/v1/captures/known", {"events": asked})
            for identity, each in zip(some, answer["events"], strict=True):
                action_hash = each["action_hash"]
                found[identity] = (None if action_hash is None else _bytes(action_hash), bool(each["in_books"]))
        return found

    def _wait_for_books(self, known: Known) -> None:
        """Until the books have what was captured before, by a call that was killed, by a colleague, or from here.

        What lies on the shelf is asked of them. Planned on less, what is there would be brought in once more.

        Raises:
            Failure: `books_behind`.
        """
        deadline = time.monotonic() + _WAIT_FOR_BOOKS_SECONDS
        self._awaited |= _not_in_books(known) - self._on_shelf
        # One that is refused on its way is awaited no more: nothing of it will be there.
        while self._awaited:
            self._awaited = _not_in_books(self._ask(self._awaited))
            if self._awaited and time.monotonic() > deadline:
                raise Failure(
                    "books_behind",
                    f"{len(self._awaited)} events that were captured before are not in the service's books yet",
                    "call again in a minute: nothing is recorded twice; if it stays, `suyuan books status` where the "
                    "service runs says how far they are",
                )
            if self._awaited:
                time.sleep(_LOOK_EACH_SECONDS)

    def _forget(self) -> None:
        """The shelf is not as we thought: ask anew."""
        self._drafting.forget()
        self._awaited |= self._on_shelf
        self._on_shelf = set()


def _not_in_books(known: Known) -> set[EventIdentity]:
    return {identity for identity, (action_hash, in_books) in known.items() if action_hash is not None and not in_books}


def _verdict(event: Told, word: Word, action_hash: bytes) -> EventVerdict:
    return EventVerdict(str(event.event["type"]), event.identity.name, word, action_hash=action_hash)


def _refused(event: Told, fault: Fault | None) -> EventVerdict:
    code, params = (DOCUMENT_REFUSED, {}) if fault is None else (fault.code, fault.params)
    return EventVerdict(str(event.event["type"]), event.identity.name, Word.REFUSED, code=code, params=params)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
