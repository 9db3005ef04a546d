"""`suyuan documents`: try files against our readers, offline: no database, no chain, nothing is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from backend import clock
from backend.errors import ServiceError
from backend.failures import UsageFailure
from backend.limits import LONGEST_BODY
from backend.procurement.ubl.documents import read_any
from backend.quality.certificate import read_certificate
from backend.quality.findings import Cause, assess
from backend.quality.logger_file import COLDEST, HOTTEST, Limits, read_journey
from backend.quality.logger_table import Scale

app = typer.Typer()

ACCEPTED, REFUSED = "ACCEPTED", "REFUSED"

_SUFFIXES = (".json", ".xml", ".csv", ".tsv", ".txt")
# Byte order marks and space, in whichever encoding: what may stand before the first character that tells.
_BEFORE = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one file."""

    path: str
    kind: str
    verdict: str
    sha256: str
    code: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    """What would block a release, or what a person should look at."""
    summary: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """For people."""
        told = [self.verdict, self.kind, self.path, *([self.code] if self.code else [])]
        return " ".join(told + [f"[{finding['code']}]" for finding in self.findings])


@dataclass(frozen=True, slots=True)
class _Asked:
    lot: str | None
    today: date
    zone: str
    scale: Scale | None
    limits: Limits | None


@app.callback()
def documents() -> None:
    """Try documents against our readers, offline."""


@app.command("check")
def check(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders: all .json .xml .csv .tsv .txt in them.")],
    *,
    lot: Annotated[str | None, typer.Option(help="Lot number on the label, for certificates.")] = None,
    zone: Annotated[str, typer.Option(help="Zone of a logger's times that name no offset.")] = "Asia/Shanghai",
    scale: Annotated[Scale | None, typer.Option(help="Of logger files that do not say.")] = None,
    lowest: Annotated[int, typer.Option(help="Milli-degrees Celsius that goods bear.")] = COLDEST,
    highest: Annotated[int, typer.Option(help="Milli-degrees Celsius that goods bear.")] = HOTTEST,
    minutes: Annotated[int, typer.Option(min=0, help="For how long they may be outside.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
) -> int:
    """A verdict for each file: certificates (CoA v1.1.0), UBL orders and despatch advices, cold-chain logger files.

    Exits 0 if every file is accepted, 1 if one is refused. Findings refuse nothing: they are what a person decides on.
    """
    today = (datetime.fromtimestamp(clock.now(), UTC) + timedelta(hours=8)).date()
    limits = Limits(lowest, highest, minutes) if (lowest, highest) != (COLDEST, HOTTEST) else None
    asked = _Asked(lot, today, zone, scale, limits)
    verdicts = [_judge(path, asked) for path in _files(paths)]
    if as_json:
        typer.echo(json.dumps({"documents": [asdict(verdict) for verdict in verdicts]}, ensure_ascii=False))
    else:
        for verdict in verdicts:
            typer.echo(verdict.line())
    return 1 if any(verdict.verdict == REFUSED for verdict in verdicts) else 0


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix.lower() in _SUFFIXES and each.is_file())
        elif path.is_file():
            yield path
        else:
            raise UsageFailure("file_missing", f"{path} is no file and no folder", "check the path")


def _judge(path: Path, asked: _Asked) -> Verdict:
    try:
        with path.open("rb") as file:
            # One byte past what any reader takes: the refusal is theirs, the memory is ours.
            content = file.read(LONGEST_BODY + 1)
    except OSError as error:
        raise UsageFailure("file_unreadable", f"{path}: {error.strerror}", "check who may read it") from error
    kind = _kind_of(path, content)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        told = _read(kind, content, asked)
    except ServiceError as error:
        return Verdict(str(path), kind, REFUSED, sha256, code=error.code, params=dict(error.params))
    return Verdict(str(path), verdict=ACCEPTED, sha256=sha256, **told)


def _kind_of(path: Path, content: bytes) -> str:
    first = content[:64].lstrip(_BEFORE)[:1]
    if path.suffix.lower() == ".xml" or first == b"<":
        return "ubl"
    if path.suffix.lower() == ".json" or first in (b"{", b"["):
        return "certificate"
    return "logger_file"


def _read(kind: str, content: bytes, asked: _Asked) -> dict[str, Any]:
    if kind == "ubl":
        return _read_ubl(content)
    if kind == "certificate":
        return _read_certificate(content, asked)
    return _read_logger_file(content, asked)


def _read_ubl(content: bytes) -> dict[str, Any]:
    reading = read_any(content)
    return {
        "kind": reading.kind,
        "findings": [
            {"code": remark.code, "params": {"line": remark.at, "value": remark.value}} for remark in reading.remarks
        ],
        "summary": {"not_carried": list(reading.not_carried)},
    }


def _read_certificate(content: bytes, asked: _Asked) -> dict[str, Any]:
    certificate = read_certificate(content)
    findings = assess(certificate, lot_number=asked.lot, today=asked.today)
    return {
        "kind": "certificate",
        "findings": [{"code": finding.cause, "params": dict(finding.params)} for finding in findings],
        "summary": {"certificate": certificate.certificate.id, "lots": list(certificate.lots)},
    }


def _read_logger_file(content: bytes, asked: _Asked) -> dict[str, Any]:
    limits = asked.limits or Limits(COLDEST, HOTTEST, 0)
    journey = read_journey(content, limits, zone=asked.zone, scale=asked.scale)
    summary = asdict(journey)
    broken = {"code": Cause.COLD_CHAIN_BROKEN, "params": {"seconds_outside": journey.seconds_outside}}
    return {"kind": "logger_file", "findings": [broken] if journey.is_broken(limits) else [], "summary": summary}
