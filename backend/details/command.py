"""`suyuan details`: roots of fields, offline; a member's copies of its details, kept and brought back; the ring of
keys, where the service runs (backend/details_command.py).
"""

import json
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Annotated

import typer

from backend.details import files
from backend.details.exporting import export_to
from backend.details.importing import Word, import_files
from backend.failures import Failure, UsageFailure
from backend.member.credentials import client_of

app = typer.Typer()

_JSON = typer.Option("--json", help="Answer as JSON.")


@app.callback()
def _details() -> None:
    """Roots of confidential fields, copies of the fields, and the ring of keys they are sealed by."""


@app.command("root")
def root(
    *,
    path: Annotated[Path, typer.Argument(help='A file: {"schema": 1, "fields": {...}, "event_key": "0x..."}.')],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Print the root that the fields in a file commit to. Asks nobody."""
    found = files.read(path)
    shown = "0x" + found.root.hex()
    typer.echo(json.dumps({"schema": found.schema.id, "root": shown}) if as_json else shown)


@app.command("verify")
def verify(
    *,
    path: Annotated[Path, typer.Argument(help="A file with schema, fields and event key.")],
    expected: Annotated[str, typer.Option("--root", help="The root that was signed: 0x and 64 hex digits.")],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Say whether the fields in a file are what a root commits to; 1 if they are not. Asks nobody."""
    found = "0x" + files.read(path).root.hex()
    matches = found == expected.lower()
    typer.echo(json.dumps({"root": found, "matches": matches}) if as_json else ("matches" if matches else "differs"))
    if not matches:
        raise typer.Exit(1)


@app.command("export")
def export(
    *,
    folder: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")],
    api: Annotated[str, typer.Option(help="Address of the service.")],
    token_file: Annotated[Path, typer.Option(help="A file with an API token of your organisation.")],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Keep a copy of all details your organisation may read, a file a record, for `import` to bring back.

    What is in the folder already is left as it is: call it every night. The files are in the clear; so keep the folder
    as you keep your books.
    """
    client = client_of(api, token_file)
    try:
        exported = export_to(client, folder)
    except (OSError, HTTPException, ValueError) as error:
        raise Failure("service_unreachable", f"{api}: {error}", "try again: it goes on where it stopped") from error
    said = {"folder": str(folder), "records": exported.records, "new": exported.new}
    typer.echo(json.dumps(said) if as_json else f"{exported.records} records, {exported.new} of them new, in {folder}")


@app.command("import")
def import_(
    *,
    paths: Annotated[list[Path], typer.Argument(help="Files as `root` reads them, and folders of such .json files.")],
    api: Annotated[str, typer.Option(help="Address of the service.")],
    token_file: Annotated[Path, typer.Option(help="A file with an API token of your organisation.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for each file.")] = False,
) -> None:
    """Bring details back that the service lost or was never sent, and say of each file what became of it.

    HELD: it holds them now; ALREADY: it held them before; REFUSED: with a code. Any organisation that has the fields
    may do so, as often as it likes. Ends with 1 if anything is refused.
    """
    found = list(_files(paths))
    client = client_of(api, token_file)
    refused = False
    try:
        for verdict in import_files(client, found):
            typer.echo(json.dumps(verdict.to_json(), ensure_ascii=False) if as_json else verdict.told())
            refused |= verdict.word is Word.REFUSED
    except (OSError, HTTPException, ValueError) as error:
        raise Failure(
            "service_unreachable", f"{api}: {error}", "try again: what is held already is left as it is"
        ) from error
    if refused:
        raise typer.Exit(1)


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*.json") if each.is_file())
        elif path.is_file():
            yield path
        else:
            raise UsageFailure("file_missing", f"{path} is no file and no folder", "check the path")
