"""`suyuan index`: run the mirror, look at it, hold it against the chain, build it anew."""

import signal
import sys
from dataclasses import asdict
from threading import Event
from types import FrameType
from typing import Annotated, Any

import typer

from backend.db import Process
from backend.failures import Failure
from backend.metrics import MetricsPort, exposed, process_registry
from backend.mirror import comparing, snapshots
from backend.mirror.ground import ground
from backend.mirror.telling import FINDING, AsJson, answer, plain, row_named
from indexer.errors import Retryable
from indexer.follow import Follower
from indexer.metrics import MirrorMetrics
from indexer.progress import BlocksToGo, shown_on
from indexer.rebuild import rebuild as rebuild_mirror
from indexer.rpc import Node
from indexer.status import Status
from indexer.store import Store
from indexer.verify import Difference
from indexer.verify import verify as verify_mirror
from indexer.watch import Watches

app = typer.Typer()


@app.callback()
def index() -> None:
    """Run and check the mirror: the SQL tables that are a pure function of the chain."""


@app.command()
def run(
    *,
    metrics_port: MetricsPort = None,
    as_json: AsJson = False,  # noqa: ARG001 (read from the command line by backend.cli)
) -> None:
    """Follow the chain until told to stop. Killing it at any moment does no harm; running two does none either."""
    stop = Event()

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 (the signature of a signal handler)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    registry = process_registry()
    with (
        ground(Process.INDEXER) as at,
        exposed(registry, at.metrics_host, metrics_port),
        shown_on(sys.stderr) as display,
    ):
        watch = Watches(MirrorMetrics(registry), BlocksToGo("mirroring", display))
        store = Store(at.engine, at.source.fingerprint)
        with Follower(at.source, store, at.finality_depth, watch=watch) as follower:
            follower.run(stop)


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Say how far the mirror is, and how far the chain. Ends with 1 if this release cannot go on with it."""
    with ground() as at, at.mirror() as (_, found):
        head = _head(at.node)
        fits = found.fingerprint == at.source.fingerprint
    answer(_status_fields(found, head) | {"fingerprint_fits": fits}, as_json=as_json)
    if not fits:
        raise Failure("fingerprint_differs", "other code or another deployment built it", "run `suyuan index rebuild`")


@app.command()
def verify(
    *,
    at_most: Annotated[int, typer.Option(min=1, help="Stop after so many differences.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Replay the chain and compare it with the mirror, row by row. Ends with 1 and names the rows if they differ."""
    with ground() as at, shown_on(sys.stderr) as display:
        verdict = verify_mirror(at.url, at.engine, at.source, at.finality_depth, at_most, shown_by=display)
    word = "identical" if verdict.identical else "different"
    fields: dict[str, Any] = {"verify": word, "block": verdict.block, "rows": verdict.rows}
    if as_json:
        answer(fields | {"differences": [asdict(each) for each in verdict.differences]}, as_json=True)
    else:
        answer(fields, as_json=False)
        for difference in verdict.differences:
            typer.echo(_sentence(difference))
    if not verdict.identical:
        raise typer.Exit(FINDING)


@app.command()
def rebuild(*, as_json: AsJson = False) -> None:
    """Build the mirror anew beside the one that serves, then put it in its place."""
    with ground() as at, shown_on(sys.stderr) as display:
        built = rebuild_mirror(at.engine, at.source, at.finality_depth, BlocksToGo("rebuilding", display))
        head = _head(at.node)
    answer(_status_fields(built, head), as_json=as_json)


app.command()(comparing.digest)
app.command()(comparing.compare)
app.add_typer(snapshots.app, name="snapshot")


def _head(node: Node) -> int | None:
    """The node's highest block; None while it does not answer, which is no reason not to say the rest."""
    try:
        return node.head().number
    except Retryable:
        return None


def _status_fields(found: Status, head: int | None) -> dict[str, Any]:
    return {**asdict(found), "head": head, "lag": None if head is None else found.lag(head)}


def _sentence(difference: Difference) -> str:
    row = row_named(difference.table, difference.key)
    if difference.mirror is None:
        return f"{row}: missing from the mirror"
    if difference.chain is None:
        return f"{row}: not on the chain"
    columns = (
        f"{name} is {plain(value)} in the mirror and {plain(difference.chain[name])} on the chain"
        for name, value in difference.mirror.items()
    )
    return f"{row}: {'; '.join(columns)}"
