"""`suyuan template`: the workbook for a clerk, or a mapping proposed for a sheet that exists already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.capture.sheets import layout
from backend.capture.sheets.example import Language
from backend.capture.sheets.header import most_likely
from backend.capture.sheets.reading import tables_of
from backend.capture.sheets.table import LONGEST_FILE
from backend.capture.sheets.template import template as workbook
from backend.capture.sheets.words import Column
from backend.errors import ServiceError
from backend.failures import Failure, UsageFailure


def template(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write; a file that is there is kept.")],
    lang: Annotated[Language, typer.Option(help="Of the workbook's words: zh or en.")] = "zh",
    namespace: Annotated[
        str | None, typer.Option(help="What your own numbers hang on: https://id.acme.example")
    ] = None,
    source: Annotated[Path | None, typer.Option("--from", help="A sheet of yours: propose a mapping for it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say what was done as JSON.")] = False,
) -> None:
    """Write a workbook to fill in (.xlsx), or with --from a mapping (.json) for a sheet with a layout of its own."""
    told: dict[str, list[str]] = {}
    try:
        named = {} if namespace is None else {"namespace": layout.of({"namespace": namespace}).namespace}
        if source is None:
            content = workbook(lang, named.get("namespace"))
        else:
            proposed, told = _propose(_content(source))
            content = (json.dumps(proposed | named, ensure_ascii=False, indent=2) + "\n").encode()
    except ServiceError as error:
        raise Failure(error.code, f"{error.kind.title} {dict(error.params)}", error.kind.next_step) from error
    try:
        with output.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise UsageFailure("file_exists", f"{output} is there already", "name a new file, or remove it") from error
    except OSError as error:
        raise UsageFailure("file_unwritable", f"{output}: {error.strerror}", "check the path") from error
    if as_json:
        typer.echo(json.dumps({"file": str(output), **told}, ensure_ascii=False))
    else:
        typer.echo(f"{output} is written.")
        for name, columns in told.items():
            typer.echo(f"  {name}: {', '.join(columns) or '-'}")


def _propose(content: bytes) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """A mapping for the sheet whose header names most of our columns, and what is left for a person to decide."""
    found = [(table, header) for table in tables_of(content) if (header := most_likely(table)) is not None]
    if not found:
        raise ServiceError("sheet_columns_unknown")
    table, header = max(found, key=lambda each: len(each[1].places))
    (row,) = [row for row in table.rows if row.number == header.row]
    mapping: dict[str, Any] = {"sheet": table.name} if table.name else {}
    mapping["header_row"] = header.row
    mapping["columns"] = {column.value: row.cell(place).text for column, place in sorted(header.places.items())}
    missing = [column.value for column in Column if column not in header.places]
    return mapping, {"not_found": missing, "not_read": list(header.others)}


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte past the longest: enough to know that it is longer.
            return file.read(LONGEST_FILE + 1)
    except OSError as error:
        raise UsageFailure("file_unreadable", f"{path}: {error.strerror}", "check the path") from error
