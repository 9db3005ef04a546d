"""`suyuan epcis`: documents looked at offline: what is wrong with them, and by which hashes their events are known."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.epcis import canonical, jsonld, xml
from backend.epcis.check import check as check_document
from backend.epcis.rules import Finding
from backend.epcis.tree import Node
from backend.errors import ServiceError
from backend.failures import UsageFailure
from backend.reading import bounded_json, bounded_xml

app = typer.Typer()

_PATHS = typer.Argument(help="Files: EPCIS 2.0 JSON-LD; for hashes, XML too.")
_JSON = typer.Option("--json", help="One JSON object a line.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of one file."""

    file: str
    code: str | None
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is printed."""
        return {
            "file": self.file,
            "verdict": "ACCEPTED" if self.code is None else "REFUSED",
            "code": self.code,
            "findings": [{"code": each.code, "at": each.at, "sentence": each.sentence} for each in self.findings],
        }


@app.callback()
def _epcis() -> None:
    """Look at EPCIS documents without a service: nothing is sent, nothing is fetched."""


@app.command("check")
def check(*, paths: Annotated[list[Path], _PATHS], as_json: Annotated[bool, _JSON] = False) -> None:
    """Say of each file whether it is a capture document of EPCIS 2.0, and if not, everything that is wrong with it.

    Ends with 1 if any is refused.
    """
    verdicts = [verdict_of(path) for path in paths]
    for verdict in verdicts:
        if as_json:
            typer.echo(json.dumps(verdict.to_json(), ensure_ascii=False))
        else:
            typer.echo(f"{verdict.file}: {'ACCEPTED' if verdict.code is None else 'REFUSED ' + verdict.code}")
            for finding in verdict.findings:
                typer.echo(f"  {finding.at or '/'}: {finding.sentence} ({finding.code})")
    if any(verdict.code for verdict in verdicts):
        raise typer.Exit(1)


@app.command("hash")
def hashes(*, paths: Annotated[list[Path], _PATHS], as_json: Annotated[bool, _JSON] = False) -> None:
    """Print the canonical hash of each event: the same however the event is written (CBV 2.0 section 8.9).

    Ends with 1 if a file cannot be read.
    """
    refused = False
    for path in paths:
        try:
            found = [(event.name, canonical.event_hash(event)) for event in _events(_content(path))]
        except (ServiceError, KeyError, TypeError) as error:
            refused = True
            code = error.code if isinstance(error, ServiceError) else "epcis_invalid"
            typer.echo(json.dumps({"file": str(path), "code": code}) if as_json else f"{path}: REFUSED {code}")
            continue
        for place, (kind, event_hash) in enumerate(found):
            told = {"file": str(path), "event": place, "type": kind, "hash": event_hash}
            typer.echo(json.dumps(told) if as_json else f"{path} {place} {kind} {event_hash}")
    if refused:
        raise typer.Exit(1)


def verdict_of(path: Path) -> Verdict:
    """What is to be said of a file, by itself."""
    try:
        findings = tuple(check_document(bounded_json.read(_content(path))))
    except ServiceError as error:
        return Verdict(str(path), error.code, _told(error))
    return Verdict(str(path), code_of(findings), findings)


def code_of(findings: Iterable[Finding]) -> str | None:
    """The code of a verdict; None if nothing is wrong."""
    codes = {finding.code for finding in findings}
    return "epcis_not_a_capture" if "not_a_capture" in codes else "epcis_invalid" if codes else None


def _told(error: ServiceError) -> tuple[Finding, ...]:
    return (Finding(error.code, "", f"{error.kind.title} {dict(error.params)}"),)


def _events(content: bytes) -> Iterable[Node]:
    if content.lstrip()[:1] == b"<":
        return list(xml.events(bounded_xml.parse(content)))
    return _of_json(bounded_json.read(content))


def _of_json(document: Any) -> Iterator[Node]:
    if not isinstance(document, dict):
        raise TypeError("a document is an object")
    yield from jsonld.events(document)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than the longest: enough to know that it is longer.
            return file.read(bounded_json.LONGEST_DOCUMENT + 1)
    except OSError as error:
        raise UsageFailure("file_unreadable", f"{path}: {error.strerror}", "check the path") from error
