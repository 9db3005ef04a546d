"""Each process of the compose file, started on this machine by the image's own entry point.

No container engine is at hand where tests run. What stands in for one does what the compose file says and no more: it
runs each service's command line, in the order of `depends_on`, with the service's environment and nothing of ours; only
host names, ports and the mount point are other ones.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from backend.sandbox.anvil import Anvil
from backend.sandbox.ports import free_port
from backend.sandbox.postgres import Postgres
from backend.sandbox.process import Process, Reaper
from backend.sandbox.service import answers_ok
from backend.sandbox.valkey import Valkey

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SERVICES = cast(dict[str, Any], yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8")))["services"]
OURS = [
    name
    for name in TopologicalSorter({name: [*it.get("depends_on", {})] for name, it in SERVICES.items()}).static_order()
    if SERVICES[name]["image"] == "suyuan"
]
LONG_RUNNING = [name for name in OURS if SERVICES[name].get("restart") == "unless-stopped"]


def entry_point() -> list[str]:
    (line,) = re.findall(r"^ENTRYPOINT (.*)$", (DEPLOY / "suyuan.Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    program, *arguments = json.loads(line)
    return [str(Path(sys.executable).with_name(program)), *arguments]


class Engine:
    """What stands in for a container engine."""

    def __init__(self, root: Path, translation: dict[str, str], reaper: Reaper) -> None:
        self._root = root
        self._translation = translation
        self._reaper = reaper

    def command(self, name: str) -> list[str]:
        return [*entry_point(), *map(self._here, SERVICES[name]["command"])]

    def environment(self, name: str) -> dict[str, str]:
        settings = SERVICES[name].get("environment", {})
        return {"PATH": "/usr/bin:/bin"} | {variable: self._here(value) for variable, value in settings.items()}

    def run(self, name: str) -> None:
        subprocess.run(self.command(name), env=self.environment(name), cwd=self._root, check=True)

    def start(self, name: str, **settings: str) -> Process:
        return Process(
            name,
            self.command(name),
            log=self._root / f"{name}.log",
            environment=self.environment(name) | settings,
            reaper=self._reaper,
        )

    def _here(self, text: str) -> str:
        for there, here in self._translation.items():
            text = text.replace(there, here)
        return text


@pytest.fixture(scope="module")
def root(parts_folder: Path) -> Iterator[Path]:
    root = parts_folder / "installation"
    root.mkdir()
    yield root
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def broker(root: Path, reaper: Reaper) -> Iterator[Valkey]:
    broker = Valkey(root / "valkey-data", reaper)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def engine(root: Path, reaper: Reaper, broker: Valkey) -> Iterator[Engine]:
    """Chain, database and broker run; what `suyuan secrets` finds there already are their passwords."""
    chain = Anvil(root / "chain-data", reaper)
    database = Postgres(root / "postgres-data", reaper, durable=False)
    secrets = root / "secrets"
    secrets.mkdir(mode=0o700)
    (root / "deployment").mkdir(mode=0o700)
    try:
        chain.start()
        database.start()
        credentials = re.compile(r"//\w*:(?P<password>[^@]+)@(?P<address>.*)$")
        translation = {"/run/suyuan": str(root), "http://chain:8545": chain.url, "0.0.0.0": "127.0.0.1"}
        for name, here, there in (
            ("database_password", database.url, "postgres:5432/suyuan"),
            ("broker_password", broker.url, "valkey:6379/0"),
        ):
            found = credentials.search(here)
            assert found
            (secrets / name).write_text(found["password"])
            translation[there] = found["address"]
        yield Engine(root, translation, reaper)
    finally:
        database.stop()
        chain.stop()


def test_every_process_starts_gets_ready_and_stops_when_told(engine: Engine, broker: Valkey) -> None:
    port = str(free_port())
    ready = {
        "worker": broker.has_worker,
        "api": lambda: answers_ok(f"http://127.0.0.1:{port}/health/ready"),
    }
    running = []
    try:
        for name in OURS:
            if name in LONG_RUNNING:
                running.append(engine.start(name, **({"SUYUAN_API_PORT": port} if name == "api" else {})))
            else:
                engine.run(name)
        for process in running:
            process.wait_until(ready.get(process.name, lambda: True))
        assert {"indexer", "worker", "api"} == {process.name for process in running if process.is_running}
    finally:
        for process in reversed(running):
            process.stop()
    # As a container engine does: an orderly end on SIGTERM, not a kill.
    assert {} == {process.name: process.exit_status for process in running if process.exit_status != 0}
