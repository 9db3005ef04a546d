"""Evidence of a trace of a thousand records, and of a holding of six: how large, how long to make and to check."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

from backend.db import open_engine
from backend.details.sealing import Ring
from backend.evidence.exporting import LATEST, Asked, Exporter
from backend.evidence.trust import own_trust
from backend.identity.actor import ALL_RIGHTS, Actor, Role
from backend.ledgers import Ledgers
from backend.logs import configure_logs
from backend.sandbox.anvil import Anvil
from backend.sandbox.database import create_database
from backend.sandbox.postgres import Postgres
from backend.sandbox.process import Reaper
from backend.tables_commands import migrate_database
from contracts.deployer import Deployment
from contracts.typed_data import holding_id
from indexer.follow import Follower
from indexer.proofs import ProvingNode
from indexer.source import Charter, Source
from indexer.store import Store
from tests.bench.figures import Figure, take_turns
from tests.bench.supplier import OPERATOR, SUPPLIER, Supplier
from verifier.check import check
from verifier.evidence import read

_HOLDINGS: Final = 480
_A_BATCH: Final = 40
_USED_AT_ONCE: Final = 10
_ROUNDS: Final = 3
_COMMAND: Final = "make bench ONLY=evidence"
_TRANSFORMATION: Final = 3
_INPUT, _OUTPUT, _MADE = 3, 4, 1


def figures(n: int | None) -> Iterator[Figure]:
    """Of `n` holdings made, seen and used up ten by ten, and what was made of those used up for one: two levels."""
    configure_logs()
    with tempfile.TemporaryDirectory(prefix="suyuan-bench-") as name, ExitStack() as exits:
        folder = Path(name)
        folder.chmod(0o711)
        reaper = Reaper()
        exits.callback(reaper.close)
        anvil, postgres = Anvil(folder / "anvil", reaper), Postgres(folder / "postgres", reaper, durable=False)
        for part in (anvil, postgres):
            part.start()
            exits.callback(part.stop)
        supplier = Supplier(anvil)
        lot, product = _past(supplier, n or _HOLDINGS)
        url = exits.enter_context(create_database(postgres.url))
        migrate_database(url)
        engine = open_engine(url, pool=2)
        exits.callback(engine.dispose)
        _mirror(anvil, supplier.deployment, engine)
        yield from _measured("holding", anvil, supplier.deployment, engine, Asked(lot, at=LATEST))
        yield from _measured("trace", anvil, supplier.deployment, engine, Asked(product, depth=2, at=LATEST))


def _past(supplier: Supplier, holdings: int) -> tuple[str, str]:
    """The ids of a holding with six records, and of one that was made of all the others."""
    handles = [os.urandom(32) for _ in range(holdings)]
    for start in range(0, holdings, _A_BATCH):
        supplier.make(handles[start : start + _A_BATCH])
        supplier.observe(handles[start : start + _A_BATCH], 1)
    parts = [_used(supplier, handles[start : start + _USED_AT_ONCE], 2) for start in range(0, holdings, _USED_AT_ONCE)]
    product = _used(supplier, parts, 1)
    lot = os.urandom(32)
    supplier.make([lot])
    for seq in range(1, 6):
        supplier.observe([lot], seq)
    return _id(supplier, lot), _id(supplier, product)


def _used(supplier: Supplier, handles: Sequence[bytes], seq: int) -> bytes:
    """Makes a holding of others, each of which has `seq` records; its handle."""
    made = os.urandom(32)
    items: list[dict[str, Any]] = [
        {"role": _INPUT, "origin": 0, "holding": supplier.holding(handle), "seq": seq} for handle in handles
    ]
    items.append({"role": _OUTPUT, "origin": _MADE, "holding": supplier.holding(made), "seq": 0})
    items.sort(key=lambda item: holding_id(item["holding"]))
    event = {"kind": _TRANSFORMATION, "action": 0, "items": items, **supplier.statement()}
    supplier.record(SUPPLIER, "RecordLotEvent", [event])
    return made


def _id(supplier: Supplier, handle: bytes) -> str:
    return "0x" + holding_id(supplier.holding(handle)).hex()


def _mirror(anvil: Anvil, deployment: Deployment, engine: Engine) -> None:
    source = Source(ProvingNode(anvil.url), Charter.of(deployment))
    with Follower(source, Store(engine, source.fingerprint), 0) as follower:
        follower.prepare()
        while follower.step():
            pass


def _measured(name: str, anvil: Anvil, deployment: Deployment, engine: Engine, asked: Asked) -> Iterator[Figure]:
    ledgers = Ledgers.of(deployment)
    operator = Actor(organisation=OPERATOR, roles=Role.OPERATOR, rights=ALL_RIGHTS)

    def made() -> bytes:
        with engine.connect() as connection:
            exporter = Exporter(connection, ledgers, ProvingNode(anvil.url), Ring({1: bytes(32)}))
            return exporter.export(operator, asked).content

    content = made()
    evidence, trust = read(content), own_trust(ledgers, None)
    making, checking = take_turns(_ROUNDS, made, lambda: check(read(content), trust))
    records = sum(len(subject.trail) for subject in evidence.subjects)
    yield Figure(f"evidence.{name}.size", "kB", _COMMAND, ours=round(len(content) / 1e3, 1), n=records)
    for word, timing in (("made", making), ("checked", checking)):
        yield Figure(
            f"evidence.{name}.{word}",
            "s",
            _COMMAND,
            ours=timing.median,
            samples=timing.runs,
            n=records,
            cpu_s=timing.cpu / _ROUNDS,
        )
