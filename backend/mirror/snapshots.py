"""`suyuan index snapshot`: the mirror as a file, and back."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from backend.failures import UsageFailure
from backend.mirror.ground import ground
from backend.mirror.telling import AsJson, answer
from backend.wire import from_hex
from indexer.progress import shown_on
from indexer.snapshot import export as export_mirror
from indexer.snapshot import restore as restore_mirror
from indexer.source import Charter

app = typer.Typer()


@app.callback()
def snapshot() -> None:
    """Write the mirror to a file; begin another one from it instead of from the chain's first block."""


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="What to write; replaced if it is there.")], *, as_json: AsJson = False
) -> None:
    """Write what is final in the mirror to a file. The indexer may run meanwhile."""
    with ground() as at, shown_on(sys.stderr) as display:
        try:
            header = export_mirror(at.engine, Charter.of(at.deployment), file, display)
        except OSError as error:
            raise UsageFailure(
                "snapshot_not_written", f"{file}: {error.strerror}", "check the path, and the room there"
            ) from error
    answer(asdict(header), as_json=as_json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `suyuan index snapshot export` wrote.")],
    *,
    expected: Annotated[
        str | None,
        typer.Option("--digest", help="Take it only if it has this digest, which somebody you believe told you."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a snapshot in the mirror's place, in one transaction; following goes on from its block.

    Its digest is computed from its rows, its block looked up at the node. Whether the rows are what the chain says,
    `suyuan index verify` alone can tell; or --digest, of the mirror of somebody who did.
    """
    try:
        digest = None if expected is None else from_hex(expected, 32)
    except ValueError as error:
        raise UsageFailure("digest_invalid", f"--digest {error}", "`suyuan index digest` prints one") from error
    with ground() as at, shown_on(sys.stderr) as display:
        charter = Charter.of(at.deployment)
        header = restore_mirror(at.engine, at.source, charter, file, expected=digest, shown_by=display)
    answer(asdict(header), as_json=as_json)
