"""What every command of the mirror stands on: a database, a node, and what the two have to do with each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import URL, Connection, Engine, create_engine, make_url

from backend.failures import Failure
from backend.logs import configure_logs
from backend.settings import MirrorSettings, load
from contracts.deployer import Deployment
from indexer.collector import collect_rarely
from indexer.rpc import Node
from indexer.source import Charter, Source
from indexer.status import Status, read_status


@dataclass(frozen=True, slots=True)
class Ground:
    """Of one command."""

    url: URL
    engine: Engine
    node: Node
    deployment: Deployment
    source: Source
    finality_depth: int
    metrics_host: str

    @contextmanager
    def mirror(self) -> Iterator[tuple[Connection, Status]]:
        """The mirror as it is at one moment.

        Raises:
            Failure: `mirror_missing`.
        """
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            found = read_status(connection)
            if found is None:
                raise Failure("mirror_missing", "there is no mirror yet", "run `suyuan index run`")
            yield connection, found


@contextmanager
def ground(process: str = "suyuan index") -> Iterator[Ground]:
    """By the settings. Nothing is asked of database or node yet.

    Args:
        process: what the database calls its connections.
    """
    configure_logs()
    collect_rarely()
    settings = load(MirrorSettings)
    url = make_url(settings.sqlalchemy_url)
    engine = create_engine(url, connect_args={"application_name": process})
    deployment = Deployment.load(settings.deployment)
    node = Node(settings.rpc_url)
    source = Source(node, Charter.of(deployment))
    try:
        yield Ground(url, engine, node, deployment, source, settings.finality_depth, settings.metrics_host)
    finally:
        engine.dispose()
