"""`suyuan details`: its own commands, and turning the ring, by which more than details is sealed."""

import json
from typing import Annotated

import typer

from backend.capture.jobs import sealing as capture_jobs
from backend.db import open_engine
from backend.details import commands as details
from backend.details.command import app
from backend.details.ring import add_version, open_ring
from backend.settings import Settings, load

_AT_ONCE = 500


@app.command("rotate")
def rotate(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Turn the ring: make its next version, or, once the service reads that, wrap every record's key by it.

    Run it, restart API and worker, run it again. Safe to repeat and to kill. When the second run is through, the old
    version's keystore may be destroyed.
    """
    settings = load(Settings)
    ring = open_ring(settings.details_ring, settings.details_password().get_secret_value())
    engine = open_engine(settings.database_url.get_secret_value(), pool=1)
    with engine.connect() as connection:
        waiting = sum(sealed.wrapped_before(connection, ring.current) for sealed in (details, capture_jobs))
    done = 0
    for wrap_again in (details.rotate, capture_jobs.rotate):
        step = _AT_ONCE
        while step:
            with engine.begin() as connection:
                step = wrap_again(connection, ring, most=_AT_ONCE)
            done += step
    engine.dispose()
    version = ring.current if waiting else add_version(settings.details_ring)
    if as_json:
        typer.echo(json.dumps({"ring_version": version, "wrapped": done, "restart": not waiting}))
    elif waiting:
        typer.echo(f"{done} keys are wrapped by version {version} of the ring now.")
    else:
        typer.echo(f"Version {version} of the ring is made: restart API and worker, then run this again.")
