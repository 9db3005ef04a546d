"""The member's side of capture: what a document tells becomes actions, signed here and brought to the service.

A document is one signature, recorded whole or not at all. What was captured before is left out, so the same document
may come again after whatever happened: a killed program, a lost answer, a refusal that was mended.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from backend.capture.identity import EventIdentity
from backend.capture.plan import plan
from backend.capture.shelf import Held, Shelf
from backend.capture.signing import Action, action_of, in_batches
from backend.capture.telling import Told
from backend.capture.verdicts import DOCUMENT_REFUSED, EventVerdict, Word
from backend.errors import ServiceError
from backend.member.client import Refusal
from contracts.signatures import TypedDataError
from contracts.typed_data import MODE_ALL

MOST_ASKED: Final = 1_000
"""Events, or identifiers, in one question."""
_LONGEST_IDENTIFIER: Final = 2_000

_ATTEMPTS: Final = 3
# Somebody else of the organisation was quicker: looking again shows what there is now.
_OVERTAKEN: Final = frozenset({"event_duplicate", "stale_seq", "already_exists", "wrong_state", "closed", "packed"})


class Service(Protocol):
    """What the desk asks of a service: `backend.member.client.Client`, in the member's name."""

    def post(self, path: str, body: object) -> Any: ...

    def submit(self, *batches: Mapping[str, Any]) -> list[str]: ...

    def wait(self, status_urls: Sequence[str]) -> None: ...


class Signatory(Protocol):
    """Whoever signs: `backend.member.signer.Member`."""

    organisation: int

    def batch(self, action: str, *actions: Mapping[str, Any], mode: int, details: list[Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why an event is refused."""

    code: str
    params: Mapping[str, Any]


class Desk:
    """Captures documents for one member, one after the other; knows from one to the next what lies on the shelf."""

    def __init__(self, service: Service, signatory: Signatory) -> None:
        self._service = service
        self._signatory = signatory
        self._shelf = Shelf(signatory.organisation)
        self._asked: set[str] = set()

    def capture(self, document: Sequence[Told], *, proceed: bool = False) -> list[EventVerdict]:
        """Record the events of a document; the verdict of each, in order.

        Args:
            proceed: whether the others are recorded where one is refused: then each is signed for by itself.

        Raises:
            Failure: the service cannot be asked, or what was submitted is not mirrored in time.
        """
        verdicts = self._together(document)
        if proceed and len(document) > 1:
            for place, verdict in enumerate(verdicts):
                if verdict.word is Word.REFUSED:
                    (verdicts[place],) = self._together([document[place]])
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
        shelf, planned, faults = self._plan(document, sorted(fresh))
        refused = faults if faults else self._bring(planned, shelf, recorded)
        verdicts = []
        for place, event in enumerate(document):
            origin = first[event.identity]
            earlier, _ = known[event.identity]
            own = next((action_hash for action_hash, told in recorded.items() if told == origin), None)
            if own is not None:
                verdicts.append(_verdict(event, Word.ACCEPTED if place == origin else Word.DUPLICATE, own))
            elif earlier is not None:
                verdicts.append(_verdict(event, Word.DUPLICATE, earlier))
            else:
                verdicts.append(_refused(event, refused.get(origin)))
        return verdicts

    def _plan(self, document: Sequence[Told], places: Sequence[int]) -> tuple[Shelf, list[Action], dict[int, _Fault]]:
        """The actions that record some events, and the shelf afterwards; or what is wrong with which of them."""
        self._look_up({name for place in places for name in document[place].identifiers})
        shelf = self._shelf.copy()
        actions: list[Action] = []
        faults: dict[int, _Fault] = {}
        for place in places:
            trial = shelf.copy()
            event = document[place]
            try:
                wanted = plan(event.event, trial, name=event.identity.name)
                actions += [action_of(planned, event, place) for planned in wanted]
                shelf = trial
            except ServiceError as error:
                faults[place] = _Fault(error.code, error.params)
            except TypedDataError as error:
                faults[place] = _Fault("action_invalid", {"problem": error.code, "at": error.path})
        return shelf, actions, faults

    def _bring(self, actions: Sequence[Action], shelf: Shelf, recorded: dict[bytes, int]) -> dict[int, _Fault]:
        """Sign and submit, and wait until all is mirrored; which events were refused, if any were."""
        for batch in in_batches(actions):
            signed = self._signatory.batch(
                "RecordLotEvent",
                *(action.value for action in batch),
                mode=MODE_ALL,
                details=[action.details.to_json() for action in batch],
            )
            try:
                self._service.wait(self._service.submit(signed))
            except Refusal as refusal:
                self._forget()
                fault = _Fault(refusal.code, refusal.params)
                index = refusal.params.get("index")
                if isinstance(index, int) and index < len(batch):
                    return {batch[index].told: fault}
                return {action.told: fault for action in batch}
            recorded |= {action.hash: action.told for action in batch if action.is_event}
        self._shelf = shelf
        return {}

    def _known(self, document: Iterable[Told]) -> dict[EventIdentity, tuple[bytes | None, bool]]:
        """Of each event, the action that records it already, and whether that is in the books."""
        found: dict[EventIdentity, tuple[bytes | None, bool]] = {}
        identities = list(dict.fromkeys(event.identity for event in document))
        for start in range(0, len(identities), MOST_ASKED):
            some = identities[start : start + MOST_ASKED]
            asked = [{"hash": _hex(each.hash), "error": _hex(each.error) if each.error else None} for each in some]
            answer = self._service.post("/v1/captures/known", {"events": asked})
            for identity, each in zip(some, answer["events"], strict=True):
                action_hash = each["action_hash"]
                found[identity] = (None if action_hash is None else _bytes(action_hash), bool(each["in_books"]))
        return found

    def _look_up(self, identifiers: Collection[str]) -> None:
        """Put on the shelf what the service knows under some identifiers, if it was not asked before."""
        asked = sorted(each for each in identifiers if each not in self._asked and len(each) <= _LONGEST_IDENTIFIER)
        for start in range(0, len(asked), MOST_ASKED):
            found = self._service.post("/v1/books/resolve", {"identifiers": asked[start : start + MOST_ASKED]})
            for each in found["identifiers"]:
                salt = None if each["salt"] is None else _bytes(each["salt"])
                self._shelf.met(each["identifier"], salt, int(each["next_serial"]))
            for each in found["holdings"]:
                self._shelf.put(_held(each))
        self._asked.update(asked)

    def _forget(self) -> None:
        """The shelf is not as we thought: ask anew."""
        self._shelf = Shelf(self._signatory.organisation)
        self._asked = set()


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


def _verdict(event: Told, word: Word, action_hash: bytes) -> EventVerdict:
    return EventVerdict(str(event.event["type"]), event.identity.name, word, action_hash=action_hash)


def _refused(event: Told, fault: _Fault | None) -> EventVerdict:
    code, params = (DOCUMENT_REFUSED, {}) if fault is None else (fault.code, fault.params)
    return EventVerdict(str(event.event["type"]), event.identity.name, Word.REFUSED, code=code, params=params)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
