"""What becomes of a file and of each event in it, as it is said to people and to machines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from backend.capture.sheets.faults import CellError
from backend.epcis.rules import Finding


class Word(StrEnum):
    """The verdicts."""

    ACCEPTED = "ACCEPTED"
    DUPLICATE = "DUPLICATE"
    """Captured before by the same organisation, or a moment ago in the same document."""
    REFUSED = "REFUSED"


DOCUMENT_REFUSED = "document_refused"
"""The code of an event that nothing is wrong with, in a document whose events are recorded together or not at all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an event is refused."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventVerdict:
    """What became of one event."""

    type: str
    hash: str
    """Its canonical hash, by name."""
    word: Word
    action_hash: bytes | None = None
    """The action that records it, now or since it was first captured."""
    code: str | None = None
    params: Mapping[str, Any] | None = None

    def to_json(self, place: int) -> dict[str, Any]:
        """As it is printed."""
        return {
            "event": place,
            "type": self.type,
            "hash": self.hash,
            "verdict": self.word.value,
            "code": self.code,
            "params": self.params,
            "action_hash": None if self.action_hash is None else "0x" + self.action_hash.hex(),
        }


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What became of one file: of its events, if it could be read so far; else what is wrong with it."""

    file: str
    events: tuple[EventVerdict, ...] = ()
    code: str | None = None
    findings: tuple[Finding, ...] = ()
    cells: tuple[CellError, ...] = ()
    """Of a spreadsheet: what is wrong with its cells."""

    @property
    def word(self) -> Word:
        """Refused if anything of it is; a duplicate if all of it is."""
        words = {event.word for event in self.events}
        if self.code is not None or self.cells or Word.REFUSED in words:
            return Word.REFUSED
        return Word.DUPLICATE if words == {Word.DUPLICATE} else Word.ACCEPTED

    def to_json(self) -> dict[str, Any]:
        """As it is printed."""
        codes = [each.code for each in self.cells] + [each.code for each in self.events if is_at_fault(each)]
        code = self.code or next(iter(codes), None)
        return {
            "file": self.file,
            "verdict": self.word.value,
            "code": code,
            "findings": [{"code": each.code, "at": each.at, "sentence": each.sentence} for each in self.findings],
            "cells": [each.to_json() for each in self.cells],
            "events": [event.to_json(place) for place, event in enumerate(self.events)],
        }

    def told(self) -> Iterable[str]:
        """The lines that people read."""
        yield f"{self.file}: {self.word}{f' {self.code}' if self.code else ''}"
        for finding in self.findings:
            yield f"  {finding.at or '/'}: {finding.sentence} ({finding.code})"
        for cell in self.cells:
            yield f"  {cell.sheet} {cell.cell}: {cell.title} {cell.next_step} ({cell.code}) {cell.value!r}"
        for place, event in enumerate(self.events):
            recorded = "" if event.action_hash is None else f" 0x{event.action_hash.hex()}"
            why = "" if event.code is None else f" {event.code} {dict(event.params or {})}"
            yield f"  {place} {event.type} {event.hash} {event.word}{recorded}{why}"


def is_at_fault(event: EventVerdict) -> bool:
    """Whether an event was refused for its own sake."""
    return event.word is Word.REFUSED and event.code != DOCUMENT_REFUSED
