"""`suyuan evidence page`: what a file proves, and the way to it, on paper."""

import json
from pathlib import Path
from typing import Annotated

import typer

from backend.evidence.command import Api, As, AsJson, TokenFile, write_file
from backend.evidence.exporting import Asked
from backend.evidence.givers import giver
from backend.evidence.page import page as drawn
from backend.failures import Failure, UsageFailure
from verifier import trust as trust_files
from verifier.canonical import SIZE_MAX
from verifier.check import check
from verifier.evidence import read
from verifier.refusal import Refusal, TrustError


def page(
    *,
    subject: Annotated[str, typer.Argument(metavar="ID|FILE", help="As for export; or a file that is there already.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The PDF to write; of an ID, the file goes beside it.")
    ],
    trust: Annotated[Path | None, typer.Option(help="With a FILE: the trust file to hold it against.")] = None,
    address: Annotated[
        str | None,
        typer.Option(help="Where the file will lie, for the QR code; without it the code has the hash alone."),
    ] = None,
    api: Api = None,
    token_file: TokenFile = None,
    organisation: As = None,
    as_json: AsJson = False,
) -> None:
    """Write a page to print: a QR code that names an evidence file, and the sentences of what it proves."""
    given = Path(subject)
    if given.is_file():
        if trust is None:
            raise UsageFailure("trust_missing", "a file is held against a trust file", "give --trust")
        content, known = _content(given), _content(trust)
    else:
        with giver(api, token_file, organisation) as source:
            content, known = source.evidence(Asked(subject)), json.dumps(source.trust()).encode()
        write_file(output.with_suffix(".json"), content)
    try:
        evidence, trusted = read(content), trust_files.read(known)
        verdict = check(evidence, trusted)
    except TrustError as error:
        raise UsageFailure(error.code, error.message, "give a trust file, as `--trust-out` writes it") from error
    except Refusal as refusal:
        raise Failure(refusal.code, refusal.message, "the file proves nothing; ask for another") from refusal
    write_file(output, drawn(content, evidence, verdict, trusted, address))
    told = {"file": str(output), "evidence": str(given if given.is_file() else output.with_suffix(".json"))}
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else f"{told['file']}, about {told['evidence']}")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(SIZE_MAX + 1)
    except OSError as error:
        raise UsageFailure("file_unreadable", f"{path}: {error.strerror}", "check the path") from error
