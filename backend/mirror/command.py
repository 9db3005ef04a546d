"""`suyuan index`: run the mirror, look at it, hold it against the chain, build it anew."""

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from threading import Event
from types import FrameType
from typing import Annotated, Any

import typer
from sqlalchemy import URL, Engine, create_engine, make_url

from backend.failures import Failure
from backend.logs import configure_logs
from backend.metrics import MetricsPort, expose, process_registry
from backend.settings import MirrorSettings, load
from contracts.deployer import Deployment
from indexer.digest import digest as digest_of
from indexer.errors import Retryable
from indexer.follow import Follower
from indexer.metrics import MirrorMetrics
from indexer.progress import BlocksToGo, shown_on
from indexer.rebuild import rebuild as rebuild_mirror
from indexer.rpc import Node
from indexer.source import Charter, Source
from indexer.status import Status, read_status
from indexer.store import Store
from indexer.verify import Difference
from indexer.verify import verify as verify_mirror
from indexer.watch import Watches

FINDING = 1

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@dataclass(frozen=True, slots=True)
class Ground:
    """What every command here stands on: a database, a node, and what the two have to do with each other."""

    url: URL
    engine: Engine
    node: Node
    source: Source
    finality_depth: int
    metrics_host: str


@contextmanager
def _ground() -> Iterator[Ground]:
    configure_logs()
    settings = load(MirrorSettings)
    url = make_url(settings.sqlalchemy_url)
    engine = create_engine(url)
    node = Node(settings.rpc_url)
    try:
        source = Source(node, Charter.of(Deployment.load(settings.deployment)))
        yield Ground(url, engine, node, source, settings.finality_depth, settings.metrics_host)
    finally:
        engine.dispose()


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
    with _ground() as ground, shown_on(sys.stderr) as display:
        registry = process_registry()
        watch = Watches(MirrorMetrics(registry), BlocksToGo("mirroring", display))
        expose(registry, ground.metrics_host, metrics_port)
        store = Store(ground.engine, ground.source.fingerprint)
        with Follower(ground.source, store, ground.finality_depth, watch=watch) as follower:
            follower.run(stop)


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Say how far the mirror is, and how far the chain. Ends with 1 if this release cannot go on with it."""
    with _ground() as ground:
        with ground.engine.connect() as connection:
            found = read_status(connection)
        if found is None:
            raise Failure("mirror_missing", "there is no mirror yet", "run `suyuan index run`")
        head = _head(ground.node)
    fits = found.fingerprint == ground.source.fingerprint
    _answer(_status_fields(found, head) | {"fingerprint_fits": fits}, as_json=as_json)
    if not fits:
        raise Failure("fingerprint_differs", "other code or another deployment built it", "run `suyuan index rebuild`")


@app.command()
def verify(
    *,
    at_most: Annotated[int, typer.Option(min=1, help="Stop after so many differences.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Replay the chain and compare it with the mirror, row by row. Ends with 1 and names the rows if they differ."""
    with _ground() as ground, shown_on(sys.stderr) as display:
        verdict = verify_mirror(
            ground.url, ground.engine, ground.source, ground.finality_depth, at_most, shown_by=display
        )
    word = "identical" if verdict.identical else "different"
    fields: dict[str, Any] = {"verify": word, "block": verdict.block, "rows": verdict.rows}
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
    """Build the mirror anew beside the one that serves, then put it in its place."""
    with _ground() as ground, shown_on(sys.stderr) as display:
        watch = BlocksToGo("rebuilding", display)
        built = rebuild_mirror(ground.engine, ground.source, ground.finality_depth, watch)
        head = _head(ground.node)
    _answer(_status_fields(built, head), as_json=as_json)


@app.command()
def digest(
    *,
    first: Annotated[int, typer.Option("--from", min=0, help="First block.")] = 0,
    last: Annotated[
        int | None, typer.Option("--to", min=0, help="Last block; the highest final one if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Digest what the mirror holds of some blocks, to compare with somebody else's mirror of the same chain."""
    with _ground() as ground, ground.engine.connect() as connection:
        snapshot = connection.execution_options(isolation_level="REPEATABLE READ")
        found = read_status(snapshot)
        if found is None:
            raise Failure("mirror_missing", "there is no mirror to digest", "run `suyuan index run`")
        answer = digest_of(snapshot, first, found.finalised if last is None else last)
    if as_json:
        _answer(asdict(answer), as_json=True)
    else:
        fields = {"from": answer.first, "to": answer.last, "final": answer.final, "digest": answer.digest}
        _answer(fields, as_json=False)


def _head(node: Node) -> int | None:
    """The node's highest block; None while it does not answer, which is no reason not to say the rest."""
    try:
        return node.head().number
    except Retryable:
        return None


def _status_fields(found: Status, head: int | None) -> dict[str, Any]:
    return {**asdict(found), "head": head, "lag": None if head is None else found.lag(head)}


def _sentence(difference: Difference) -> str:
    key = ", ".join(f"{name} {_plain(value)}" for name, value in difference.key.items())
    row = f"{difference.table} ({key})"
    if difference.mirror is None:
        return f"{row}: missing from the mirror"
    if difference.chain is None:
        return f"{row}: not on the chain"
    columns = (
        f"{name} is {_plain(value)} in the mirror and {_plain(difference.chain[name])} on the chain"
        for name, value in difference.mirror.items()
    )
    return f"{row}: {'; '.join(columns)}"


def _answer(fields: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_plain(fields)))
    else:
        width = max(map(len, fields))
        for name, value in fields.items():
            typer.echo(f"{name:<{width}}  {'-' if value is None else _plain(value)}")


def _plain(value: Any) -> Any:
    """`value` in JSON's own kinds; bytes as 0x hex."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
