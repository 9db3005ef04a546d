"""What a verdict means, in plain words: proven, and what is only claimed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from contracts.details import SCHEMAS, Leaf, Tag, decode_value
from contracts.signatures import TypedDataError
from verifier.check import Verdict
from verifier.evidence import Evidence, SignedAction, Subject
from verifier.refusal import Refusal
from verifier.slots import Flag
from verifier.trust import Trust

LANGUAGES: Final = ("zh", "en")
_WORDS: Final = Path(__file__).with_name("words.json")


@cache
def _words() -> dict[str, Any]:
    return dict(json.loads(_WORDS.read_text(encoding="utf-8")))


def say(room: str, word: str, language: str, **values: object) -> str:
    """A sentence of ``words.json`` in a language, filled in."""
    return str(_words()[room][word][language]).format(**values)


@dataclass(frozen=True, slots=True)
class Statement:
    """A verdict for a reader: what is proven, what is only claimed, what is in doubt, and each record as a row."""

    proven: tuple[str, ...]
    claimed: tuple[str, ...]
    doubts: tuple[str, ...]
    records: tuple[dict[str, Any], ...]


def refusal(reason: Refusal, language: str) -> str:
    """Why a file is no evidence."""
    return say("refusals", reason.code, language)


def statement(evidence: Evidence, verdict: Verdict, trust: Trust, language: str) -> Statement:
    """The verdict on a valid file."""
    teller = _Teller(evidence, verdict, trust, language)
    return Statement(
        proven=tuple(teller.proven()),
        claimed=tuple(teller.claimed()),
        doubts=tuple(say("doubts", code, language, about=about) for code, about in verdict.doubts),
        records=tuple(teller.row(subject, action) for subject in evidence.subjects for action in subject.trail),
    )


class _Teller:
    def __init__(self, evidence: Evidence, verdict: Verdict, trust: Trust, language: str) -> None:
        self._evidence = evidence
        self._verdict = verdict
        self._trust = trust
        self._language = language

    def proven(self) -> Iterator[str]:
        verdict = self._verdict
        yield self._line("block", number=verdict.block.number, time=_time(verdict.block.time))
        if verdict.witnesses:
            yield self._line("witnesses", count=len(verdict.witnesses), names=", ".join(verdict.witnesses))
        if self._trust.seals is not None:
            yield self._line("seals")
        for subject in self._evidence.subjects:
            yield self._subject(subject)
        yield self._line("nothing_withheld")
        yield self._line("signers")
        shown = sum(len(action.opening.leaves) for action in self._evidence.actions if action.opening)
        if shown:
            yield self._line("openings", count=shown)

    def claimed(self) -> Iterator[str]:
        yield self._line("times")
        yield self._line("truth")
        yield self._line("others", count=self._verdict.unshown)
        if self._trust.names:
            yield self._line("names")

    def row(self, subject: Subject, action: SignedAction) -> dict[str, Any]:
        """One record: of what, by whom, which act, when by the signer's account, and the details shown of it."""
        return {
            "subject": "0x" + subject.id.hex(),
            "of": say("subjects", subject.struct, self._language),
            "action": action.kind,
            "act": say("actions", action.kind, self._language),
            "organisation": self._verdict.keys[action.signer].organisation,
            "who": self._name(self._verdict.keys[action.signer].organisation),
            "key": action.signer,
            "claimed_at": _time(action.value["occurredAt"]),
            "details": _details(action),
        }

    def _subject(self, subject: Subject) -> str:
        record = self._verdict.records[subject.ledger, subject.id]
        flags = [say("flags", str(flag.name), self._language) for flag in Flag if flag in record.flags]
        return self._line(
            "subject",
            what=say("subjects", subject.struct, self._language),
            id="0x" + subject.id.hex()[:16],
            count=record.seq,
            holder=self._name(record.holder),
            flags="".join(f", {flag}" for flag in flags),
        )

    def _name(self, organisation: int) -> str:
        number = self._line("organisation", number=organisation)
        name = self._trust.names.get(str(organisation))
        return f"{name} ({number})" if name else number

    def _line(self, word: str, **values: object) -> str:
        return say("lines", word, self._language, **values)


def _details(action: SignedAction) -> dict[str, str]:
    """The details shown, by path; bytes as hexadecimal."""
    if action.opening is None:
        return {}
    schema = SCHEMAS[action.value["schema"]]
    return {schema.paths[leaf.index]: _shown(leaf) for leaf in action.opening.leaves}


def _shown(leaf: Leaf) -> str:
    """A value as text. What its author committed to may be any bytes: those that are no text are shown as they are."""
    try:
        value = decode_value(leaf)
        if isinstance(value, bytes) and leaf.tag is Tag.JSON:
            return value.decode()
    except (TypedDataError, UnicodeDecodeError):
        value = leaf.value
    return "" if value is None else "0x" + value.hex() if isinstance(value, bytes) else str(value)


def _time(moment: int) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{moment} s"
