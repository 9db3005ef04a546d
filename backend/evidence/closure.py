"""What a file is about, and what follows from it: sources to a depth, recalls, corrections (docs/evidence.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.errors import ServiceError
from backend.evidence.history import History
from contracts.typed_data import Value, holding_id
from verifier.evidence import CORRECTION, HOLDING, RECALL, Subject
from verifier.subjects import sources

MOST_RECORDS = 5_000
"""Actions in one file: some five megabytes."""


@dataclass(frozen=True, slots=True)
class Closure:
    """The subjects of a file: its roots, all that are traced (roots first), what bears on those.

    `depth` is how deep it went: there may be less than was asked for.
    """

    depth: int
    roots: int
    traced: tuple[Subject, ...]
    bearing: tuple[Subject, ...]

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """All of them."""
        return self.traced + self.bearing


def closure(
    history: History,
    kind: tuple[str, str],
    keys: Collection[Value],
    *,
    depth: int,
    address_of: Callable[[str], str],
) -> Closure:
    """Everything that must stand in a file about some subjects.

    Args:
        kind: ledger and struct of the keys.
        address_of: of a ledger, by name.

    Raises:
        ServiceError: `evidence_too_new`: one of the subjects was not there yet; `evidence_too_large`.
    """
    roots = history.subjects(kind, keys)
    if len(roots) < len(keys):
        raise ServiceError("evidence_too_new")
    traced = {subject.id: subject for subject in roots}
    level: Iterable[Subject] = roots if kind == HOLDING else ()
    levels = 0
    while levels < depth:
        further = {holding_id(key): key for subject in level for key in sources(subject)}
        level = history.subjects(HOLDING, [key for id_, key in further.items() if id_ not in traced])
        if not level:
            break
        levels += 1
        traced |= {subject.id: subject for subject in level}
        _check_size(history)
    recalls = history.subjects(RECALL, _lots(traced.values()))
    corrections = history.subjects(CORRECTION, list(_corrections(traced.values(), address_of)))
    _check_size(history)
    return Closure(levels, len(roots), tuple(traced.values()), (*recalls, *corrections))


def _lots(traced: Iterable[Subject]) -> list[Mapping[str, Any]]:
    lots = {
        (subject.key["maker"], subject.key["handle"]): {name: subject.key[name] for name in ("maker", "handle")}
        for subject in traced
        if subject.kind == HOLDING
    }
    return list(lots.values())


def _corrections(traced: Iterable[Subject], address_of: Callable[[str], str]) -> Iterable[Mapping[str, Any]]:
    for subject in traced:
        for action in subject.trail:
            yield {"ledger": address_of(subject.ledger), "subject": subject.id, "corrects": action.hash}


def _check_size(history: History) -> None:
    if history.size > MOST_RECORDS:
        raise ServiceError("evidence_too_large", most=MOST_RECORDS)
