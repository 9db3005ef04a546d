"""A file's bytes as the events it tells, or what is wrong with it."""

from dataclasses import dataclass
from pathlib import Path

from backend.capture.telling import Told, told
from backend.epcis.check import check
from backend.epcis.command import code_of
from backend.epcis.rules import Finding
from backend.errors import ServiceError
from backend.failures import UsageFailure
from backend.reading import bounded_json
from contracts.signatures import TypedDataError

MOST_EVENTS = 2_000
"""Of a document that comes over HTTP."""

_MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """The events of a document; with a code there are none."""

    events: tuple[Told, ...] = ()
    code: str | None = None
    findings: tuple[Finding, ...] = ()


def read_document(content: bytes) -> Reading:
    """An EPCIS 2.0 document, or a single event, in JSON-LD."""
    try:
        document = bounded_json.read(content)
        findings = tuple(check(document))
        if findings:
            return Reading(code=code_of(findings), findings=findings)
        return Reading(tuple(told(document)))
    except ServiceError as error:
        sentence = f"{error.kind.title} {dict(error.params)}"
        return Reading(code=error.code, findings=(Finding(error.code, "", sentence),))
    except TypedDataError as error:
        return Reading(code="details_invalid", findings=(Finding(error.code, f"/{error.path}", error.message),))


def events_of(content: bytes) -> tuple[Told, ...]:
    """The events of a document that comes over HTTP.

    Raises:
        ServiceError: what is wrong with it, and its first findings; `capture_limit_exceeded`.
    """
    reading = read_document(content)
    if reading.code is not None:
        findings = [{"code": each.code, "at": each.at, "sentence": each.sentence} for each in reading.findings]
        raise ServiceError(reading.code, findings=findings[:_MOST_FINDINGS])
    if len(reading.events) > MOST_EVENTS:
        raise ServiceError("capture_limit_exceeded", events=len(reading.events), most_events=MOST_EVENTS)
    return reading.events


def content_of(path: Path) -> bytes:
    """The bytes of a file; of one that is too long, one more than the longest, which is enough to refuse it.

    Raises:
        UsageFailure: `file_unreadable`.
    """
    try:
        with path.open("rb") as file:
            return file.read(bounded_json.LONGEST_DOCUMENT + 1)
    except OSError as error:
        raise UsageFailure("file_unreadable", f"{path}: {error.strerror}", "check the path") from error
