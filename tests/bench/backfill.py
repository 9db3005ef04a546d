"""One backfill in a process of its own, so that its memory is its own: `python -m tests.bench.backfill`.

Reads, as a JSON list, the addresses of a node and of an empty database, the path of a deployment record, and the block
to go to (null: the head). Prints what it took, as JSON: starting Python and importing is left out, making the tables is
not.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import create_engine, make_url

from backend.logs import configure_logs
from contracts.deployer import Deployment
from indexer.collector import collect_rarely
from indexer.follow import Follower
from indexer.rpc import Node
from indexer.source import Charter, Source
from indexer.store import Store

FINALITY_DEPTH = 1


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds, seconds of processor time, and the most memory that was resident, in MB."""

    seconds: float
    cpu: float
    memory: float


def main() -> None:
    rpc_url, database_url, deployment, last = json.load(sys.stdin)
    configure_logs()
    collect_rarely()
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    source = Source(Node(rpc_url), Charter.of(Deployment.load(Path(deployment))))
    began, cpu = perf_counter(), process_time()
    store = Store(engine, source.fingerprint)
    with Follower(source, store, FINALITY_DEPTH) as follower:
        follower.prepare()
        if last is not None:
            follower.fill(last)
            store.index()
        else:
            while follower.step():
                pass
    # ru_maxrss is in KB on Linux.
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    sys.stdout.write(json.dumps(asdict(Taken(perf_counter() - began, process_time() - cpu, memory))))


if __name__ == "__main__":
    main()
