"""`suyuan details`: roots of fields, offline; the ring of keys, where the service runs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.db import open_engine
from backend.details import commands, fields
from backend.details.fields import Details
from backend.details.ring import add_version, open_ring
from backend.errors import ServiceError
from backend.failures import Failure, UsageFailure
from backend.settings import Settings, load

app = typer.Typer()

_JSON = typer.Option("--json", help="Answer as JSON.")
_AT_ONCE = 500


@app.callback()
def _details() -> None:
    """Roots of confidential fields, and the ring of keys they are sealed by."""


@app.command("root")
def root(
    *,
    path: Annotated[Path, typer.Argument(help='A file: {"schema": 1, "fields": {...}, "event_key": "0x..."}.')],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Print the root that the fields in a file commit to. Asks nobody."""
    found = _read(path)
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
    found = "0x" + _read(path).root.hex()
    matches = found == expected.lower()
    typer.echo(json.dumps({"root": found, "matches": matches}) if as_json else ("matches" if matches else "differs"))
    if not matches:
        raise typer.Exit(1)


@app.command("rotate")
def rotate(*, as_json: Annotated[bool, _JSON] = False) -> None:
    """Turn the ring: make its next version, or, once the service reads that, wrap every record's key by it.

    Run it, restart API and worker, run it again. Safe to repeat and to kill. When the second run is through, the old
    version's keystore may be destroyed.
    """
    settings = load(Settings)
    password = settings.details_password().get_secret_value()
    ring = open_ring(settings.details_ring, password)
    engine = open_engine(settings.database_url.get_secret_value(), pool=1)
    with engine.connect() as connection:
        waiting = commands.wrapped_before(connection, ring.current)
    done = 0
    while done < waiting:
        with engine.begin() as connection:
            step = commands.rotate(connection, ring, most=_AT_ONCE)
        if step == 0:
            break
        done += step
    engine.dispose()
    version = ring.current if waiting else add_version(settings.details_ring)
    if as_json:
        typer.echo(json.dumps({"ring_version": version, "wrapped": done, "restart": not waiting}))
    elif waiting:
        typer.echo(f"{done} keys are wrapped by version {version} of the ring now.")
    else:
        typer.echo(f"Version {version} of the ring is made: restart API and worker, then run this again.")


def _read(path: Path) -> Details:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageFailure("file_unreadable", f"{path}: {error.strerror}", "check the path") from error
    except ValueError as error:
        raise Failure("details_invalid", f"{path}: {error}", "give JSON with schema, fields and event_key") from error
    return _parse(content, path)


def _parse(content: Any, path: Path) -> Details:
    if not isinstance(content, Mapping) or not {"schema", "fields", "event_key"} <= content.keys():
        raise Failure("details_invalid", f"{path} lacks schema, fields or event_key", "give all three")
    try:
        return fields.parse(content["schema"], content["fields"], bytes.fromhex(content["event_key"][2:]))
    except ServiceError as error:
        raise Failure(error.code, f"{path}: {dict(error.params)}", error.kind.next_step) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise Failure("details_invalid", f"{path}: {error}", "event_key is 0x and 64 hex digits") from error
