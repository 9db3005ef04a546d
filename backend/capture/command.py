"""`suyuan capture`: events out of files, signed on this machine, recorded by the service."""

import json
import time
from collections.abc import Iterable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Annotated

import typer

from backend.capture.desk import Desk
from backend.capture.reading import content_of, read_document
from backend.capture.sheets import capturing as sheets
from backend.capture.sheets.faults import CellError
from backend.capture.telling import Told
from backend.capture.verdicts import FileVerdict, Word
from backend.failures import Failure, UsageFailure
from backend.member.credentials import client_of, member_of

_SUFFIXES = (".json", ".jsonld", *sheets.SUFFIXES)
_WAIT_FOR_BOOKS_SECONDS = 20.0
_LOOK_EACH_SECONDS = 0.5

Keystore = Annotated[Path, typer.Option(help="A Web3 Secret Storage file with a key of your organisation.")]
PasswordFile = Annotated[Path, typer.Option(help="A file with the keystore's password.")]
Api = Annotated[str, typer.Option(help="Address of the service.")]
TokenFile = Annotated[Path, typer.Option(help="A file with an API token of your organisation.")]


def capture(
    *,
    paths: Annotated[list[Path], typer.Argument(help="EPCIS 2.0 JSON-LD, sheets, folders of them.")],
    keystore: Keystore,
    password_file: PasswordFile,
    api: Api,
    token_file: TokenFile,
    each: Annotated[bool, typer.Option("--each", help="Where an event is refused, record the others.")] = False,
    mapping: Annotated[Path | None, typer.Option(help="Which columns of a sheet mean what: a JSON file.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write what is wrong with a sheet here, as .xlsx.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for each file.")] = False,
) -> None:
    """Record what documents tell, one signature a document, and say what became of each event.

    What was captured before is a duplicate, so the same call may be repeated after anything. The key and the password
    never leave this machine. Ends with 1 if anything is refused.
    """
    files = list(_files(paths))
    at_sheets = sheets.sheet_desk(mapping, report, files)
    try:
        client = client_of(api, token_file)
        desk = Desk(client, member_of(client, keystore, password_file))
        captured: list[Told] = []
        refused = False
        for path in files:
            verdict, events = _capture(desk, at_sheets, path, proceed=each)
            captured += events
            refused |= verdict.word is Word.REFUSED
            if as_json:
                typer.echo(json.dumps(verdict.to_json(), ensure_ascii=False))
            else:
                for line in verdict.told():
                    typer.echo(line)
        wait_for_books(desk, captured)
    except (OSError, HTTPException, ValueError) as error:
        raise Failure(
            "service_unreachable", f"{api}: {error}", "try again: what was recorded is not recorded twice"
        ) from error
    if refused:
        raise typer.Exit(1)


def _capture(
    desk: Desk, at_sheets: sheets.SheetDesk, path: Path, *, proceed: bool
) -> tuple[FileVerdict, tuple[Told, ...]]:
    cells: tuple[CellError, ...] = ()
    if path.suffix.lower() in sheets.SUFFIXES:
        reading, cells = at_sheets.read(path, proceed=proceed)
    else:
        reading = read_document(content_of(path))
    if reading.code is not None:
        return FileVerdict(str(path), code=reading.code, findings=reading.findings, cells=cells), ()
    # A sheet whose every row is wrong has nothing left to sign.
    verdicts = tuple(desk.capture(reading.events, proceed=proceed)) if reading.events else ()
    return FileVerdict(str(path), verdicts, cells=cells), reading.events


def wait_for_books(desk: Desk, captured: Iterable[Told]) -> None:
    """Until what was captured can be asked for, or a while: it is recorded whether or not the books follow."""
    events = list(captured)
    deadline = time.monotonic() + _WAIT_FOR_BOOKS_SECONDS
    while events and not desk.are_in_books(events) and time.monotonic() < deadline:
        time.sleep(_LOOK_EACH_SECONDS)


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix.lower() in _SUFFIXES and each.is_file())
        elif path.is_file():
            yield path
        else:
            raise UsageFailure("file_missing", f"{path} is no file and no folder", "check the path")
