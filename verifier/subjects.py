"""Which subjects a file must show: what it is about says it, and nothing may be missing or beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from contracts.typed_data import correction_id, holding_id, lot_id
from verifier.evidence import CORRECTION, HOLDING, RECALL, Evidence, Subject
from verifier.refusal import Refusal
from verifier.slots import Record
from verifier.trust import Trust

_EVENT: Final = "RecordLotEvent"
_SOURCES: Final = frozenset({3, 5})  # the item roles input and source

_RecordOf = Callable[[str, bytes, str], Record | None]


def check_subjects(evidence: Evidence, trust: Trust, record_of: _RecordOf) -> int:
    """Raises :class:`Refusal` ``subject_missing`` or ``subject_unexpected``; returns how many holdings the events of
    the file name without showing them. ``record_of`` takes ledger, id and the place to blame.
    """
    shown = {(subject.ledger, subject.id): subject for subject in evidence.subjects}
    needed = {(subject.ledger, subject.id) for subject in evidence.roots}
    needed |= {(HOLDING[0], id_) for id_ in _sources(evidence, shown)}
    traced = [subject for subject in evidence.subjects if (subject.ledger, subject.id) in needed]
    for ledger, id_, place in _bearings(traced, trust):
        if (ledger, id_) not in needed and record_of(ledger, id_, place) is not None:
            if (ledger, id_) not in shown:
                raise _missing(place, ledger, id_)
            needed.add((ledger, id_))
    for subject in evidence.subjects:
        if (subject.ledger, subject.id) not in needed:
            raise Refusal("subject_unexpected", subject.place, "it follows from nothing the file is about")
    return len(_named(evidence) - {id_ for _, id_ in needed})


def sources(subject: Subject) -> Iterator[Mapping[str, Any]]:
    """The keys of the holdings a holding was made or split from: those its first action used."""
    if subject.trail and subject.trail[0].kind == _EVENT:
        for item in subject.trail[0].value["items"]:
            if item["role"] in _SOURCES and item["holding"] != subject.key:
                yield item["holding"]


def bearings(subject: Subject, corrections: str) -> Iterator[tuple[str, bytes]]:
    """Ledger and id of what may bear on a holding or order: its lot's recall, and a correction of each of its records.

    ``corrections`` is not an address of Corrections but of the ledger the subject is of.
    """
    if subject.kind == HOLDING:
        yield RECALL[0], lot_id(subject.key["maker"], subject.key["handle"])
    for action in subject.trail:
        yield CORRECTION[0], correction_id(corrections, subject.id, action.hash)


def _bearings(traced: list[Subject], trust: Trust) -> Iterator[tuple[str, bytes, str]]:
    for subject in traced:
        for ledger, id_ in bearings(subject, trust.ledgers[subject.ledger].address):
            yield ledger, id_, subject.place


def _sources(evidence: Evidence, shown: Mapping[tuple[str, bytes], Subject]) -> set[bytes]:
    """The ids of every holding up to `depth` away from the roots. Level by level: the nearest distance counts."""
    level = [root for root in evidence.roots if root.kind == HOLDING]
    found = {root.id for root in level}
    for _ in range(evidence.depth):
        further: list[Subject] = []
        for subject in level:
            for key in sources(subject):
                id_ = holding_id(key)
                if id_ in found:
                    continue
                if (HOLDING[0], id_) not in shown:
                    raise _missing(subject.place, HOLDING[0], id_)
                found.add(id_)
                further.append(shown[HOLDING[0], id_])
        if not further:
            raise Refusal("subject_missing", "about.depth", "there are no sources that deep")
        level = further
    return found


def _named(evidence: Evidence) -> set[bytes]:
    named: set[bytes] = set()
    for action in evidence.actions:
        if action.kind == _EVENT:
            named |= {holding_id(item["holding"]) for item in action.value["items"]}
    return named


def _missing(place: str, ledger: str, id_: bytes) -> Refusal:
    return Refusal("subject_missing", place, f"0x{id_.hex()} of {ledger} bears on it and is not in the file")
