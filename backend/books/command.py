"""`suyuan books`: look at the books, hold them against mirror and details, build them anew."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer
from sqlalchemy import Engine, func, select

from backend.books.models import ENTRY
from backend.books.store import rebuild as rebuild_books
from backend.books.verify import Difference, reached
from backend.books.verify import verify as verify_books
from backend.db import open_engine
from backend.details.models import State
from backend.details.ring import open_ring
from backend.details.sealing import Ring
from backend.settings import Settings, load
from indexer.status import read_status

FINDING = 1

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.callback()
def books() -> None:
    """The tables that join what is on chain with its details, in the clear; derived, never backed up."""


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Say how far the books are, and how many of their entries have details. Ends with 1 if there are none."""
    with _ground() as (engine, _), engine.connect() as connection:
        through = reached(connection)
        mirrored = read_status(connection)
        assert mirrored is not None, "`reached` looked for the mirror"
        rows = connection.execute(select(ENTRY.c.state, func.count().label("entries")).group_by(ENTRY.c.state))
        counted = {row.state: row.entries for row in rows}
    fields = {"number": through, "finalised": mirrored.finalised}
    _answer(fields | {state.value: counted.get(state.value, 0) for state in State}, as_json=as_json)


@app.command()
def verify(
    *,
    at_most: Annotated[int, typer.Option(min=1, help="Stop after so many differences.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Derive every entry again and compare it, row by row. Ends with 1 and names the rows if they differ."""
    with _ground() as (engine, ring):
        verdict = verify_books(engine, ring, at_most)
    word = "identical" if verdict.identical else "different"
    fields: dict[str, Any] = {"verify": word, "entries": verdict.entries, "behind": verdict.behind}
    if as_json:
        _answer(fields | {"differences": [asdict(each) for each in verdict.differences]}, as_json=True)
    else:
        _answer(fields, as_json=False)
        for difference in verdict.differences:
            typer.echo(_sentence(difference))
    if not verdict.identical:
        raise typer.Exit(FINDING)


@app.command()
def rebuild(*, as_json: AsJson = False) -> None:
    """Build the books anew beside those that serve, then put them in their place."""
    with _ground() as (engine, ring):
        rebuild_books(engine, ring)
    status(as_json=as_json)


@contextmanager
def _ground() -> Iterator[tuple[Engine, Ring]]:
    settings = load(Settings)
    ring = open_ring(settings.details_ring, settings.details_password().get_secret_value())
    engine = open_engine(settings.database_url.get_secret_value(), pool=1)
    try:
        yield engine, ring
    finally:
        engine.dispose()


def _sentence(difference: Difference) -> str:
    key = ", ".join(f"{name} {value}" for name, value in difference.key.items())
    return f"{difference.table} ({key}): {difference.problem} {', '.join(difference.columns)}".rstrip()


def _answer(fields: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(fields))
    else:
        width = max(map(len, fields))
        for name, value in fields.items():
            typer.echo(f"{name:<{width}}  {value}")
