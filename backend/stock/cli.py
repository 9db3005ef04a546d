"""`suyuan stock`: hold the journal of taps against itself and against the signed sheets."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from backend.db import open_engine
from backend.settings import DatabaseSettings, load
from backend.stock.verify import verify as verify_journal

FINDING = 1

app = typer.Typer()


@app.callback()
def stock() -> None:
    """What people tapped, and whether it still is what they tapped."""


@app.command()
def verify(
    *,
    organisation: Annotated[int, typer.Option(help="The organisation's number on the chain.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Replay the taps, and hold each signed sheet against its own. Ends with 1 and names the first tap that differs."""
    engine = open_engine(load(DatabaseSettings).database_url.get_secret_value(), pool=1)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            verdict = verify_journal(connection, organisation)
    finally:
        engine.dispose()
    word = "different" if verdict.findings else "identical"
    if as_json:
        typer.echo(json.dumps({"verify": word, **asdict(verdict)}))
    else:
        typer.echo(f"{word}: {verdict.taps} taps, {verdict.sheets} signed sheets")
        for finding in verdict.findings:
            typer.echo(f"{finding.code}: {finding.message}")
    if verdict.findings:
        raise typer.Exit(FINDING)
