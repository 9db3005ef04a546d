"""A trace of a thousand lots out of a million edges: through the API, beside one recursive statement.

The peer walks the same integer edges in the same database and returns numbers. Ours answers a member by HTTP: who asks,
what it may see, what each holding and event is, as JSON.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Final, TypeVar

import httpx
import psycopg
from psycopg import sql
from sqlalchemy import create_engine, make_url

from backend.identity.actor import ALL_RIGHTS
from backend.identity.commands import create_token
from backend.sandbox.stack import Stack
from indexer.schema import metadata
from tests.bench.figures import Figure

_EDGES: Final = 1_000_000
_EDGES_A_FAMILY: Final = 2_300
_LAST_LEVEL: Final = 11
_HOLDINGS: Final = 1_011  # of one trace
_TRACES: Final = 200
_WARM_UP: Final = 10
_ORGANISATION: Final = 900
_PEER: Final = "recursive CTE on the same edges, without API"
_MILLISECONDS: Final = 1e3

_Answer = TypeVar("_Answer")

_RECURSIVE: Final = """
WITH RECURSIVE found (number) AS (
    SELECT %s::bigint
  UNION
    SELECT lineage.source_number FROM found JOIN mirror.lineage ON lineage.target_number = found.number
)
SELECT number FROM found
"""


def figures(n: int | None) -> Iterator[Figure]:
    """Two figures: p50 and p95 of `_TRACES` traces, each of another holding of the last level."""
    families = max(1, round((n or _EDGES) / _EDGES_A_FAMILY))
    with Stack(parts=["api"], block_seconds=None) as stack:
        stack.stop("indexer")  # It would find rows that no chain has.
        with psycopg.connect(stack.database_url) as connection:
            _load(connection, families)
            asked = _last_holdings(connection)
            its = _timed(asked, lambda number, _: connection.execute(_RECURSIVE, [number]).fetchall(), _holdings_among)
        token = _token(stack.database_url)
        with httpx.Client(base_url=stack.api_url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
            ours = _timed(asked, lambda _, id_: _trace(client, id_), lambda answer: len(answer.json()["holdings"]))
    for name, percentile in (("p50", 50), ("p95", 95)):
        yield Figure(
            name=f"api.trace.{name}",
            unit=f"ms, {name}",
            command="make bench ONLY=api",
            ours=_percentile(ours, percentile),
            peer_name=_PEER,
            peer=_percentile(its, percentile),
            samples=tuple(ours),
            n=families * _EDGES_A_FAMILY,
        )


def _load(connection: psycopg.Connection, families: int) -> None:
    """Writes the rows, then the indexes: ten times as fast as the other way round."""
    script = (Path(__file__).parent / "lineage.sql").read_text(encoding="utf-8")
    given = {"families": families, "organisation": _ORGANISATION, "signer": os.urandom(20)}
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'mirror' AND indexname = ANY(%s)",
        [[index.name for table in metadata.sorted_tables for index in table.indexes]],
    ).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX mirror.{}").format(sql.Identifier(name)))
    # The statements share their parameters, which only a client-side cursor can fill in.
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(script.encode(), given)
    for _, definition in indexes:
        connection.execute(definition.encode())
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")


def _last_holdings(connection: psycopg.Connection) -> list[tuple[int, bytes]]:
    """(number, id) of holdings that nothing was made of, of as many families as there are."""
    rows = connection.execute(
        "SELECT number, id FROM mirror.holding WHERE ((number >> 32) - 1000000) %% 12 = %s ORDER BY number",
        [_LAST_LEVEL],
    ).fetchall()
    return [(row[0], row[1]) for row in random.Random(1).sample(rows, min(_TRACES, len(rows)))]


def _timed(
    asked: Sequence[tuple[int, bytes]], ask: Callable[[int, bytes], _Answer], holdings: Callable[[_Answer], int]
) -> list[float]:
    """Milliseconds of each question, after a few to warm up.

    Raises:
        RuntimeError: an answer is not the whole trace, so its time says nothing.
    """
    times = []
    for number, holding_id in (*asked[:_WARM_UP], *asked):
        before = perf_counter()
        answer = ask(number, holding_id)
        times.append((perf_counter() - before) * _MILLISECONDS)
        if holdings(answer) != _HOLDINGS:
            raise RuntimeError(f"a trace has {holdings(answer)} holdings instead of {_HOLDINGS}")
    return times[_WARM_UP:]


def _holdings_among(rows: Sequence[tuple[int]]) -> int:
    """How many numbers of the lineage are holdings': an event's has no position in it."""
    return sum(number & 0xFFF != 0 for (number,) in rows)


def _trace(client: httpx.Client, holding_id: bytes) -> httpx.Response:
    answer = client.get(f"/v1/holdings/0x{holding_id.hex()}/trace", params={"direction": "backward"})
    answer.raise_for_status()
    return answer


def _token(database_url: str) -> str:
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        _, token = create_token(connection, organisation=_ORGANISATION, rights=ALL_RIGHTS, label="bench", days=1)
    engine.dispose()
    return token


def _percentile(times: Sequence[float], percentile: int) -> float:
    return quantiles(times, n=100, method="inclusive")[percentile - 1]
