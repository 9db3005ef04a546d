"""Each process of the compose file, started on this machine by the image's own entry point.

No container engine is at hand where tests run. What stands in for one does what the compose file says and no more: it
runs each service's command line, in the order of `depends_on`, with the service's environment and nothing of ours; only
host names, ports and the mount point are other ones.
"""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, cast
from urllib.request import urlopen

import pytest
import yaml

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
    if SERVICES[name]["image"].startswith("suyuan")
]
LONG_RUNNING = [name for name in OURS if SERVICES[name].get("restart") == "unless-stopped"]

# One of each process's own.
FIGURES = {
    "indexer": "suyuan_mirror_block",
    "worker": "suyuan_sweep_timestamp_seconds",
    "api": 'suyuan_outbox_submissions{state="accepted"}',
}

CHAIN_PORT, API_PORT = free_port(), free_port()


def entry_point(image: str) -> list[str]:
    dockerfile = DEPLOY / f"{image.removeprefix('suyuan-')}.Dockerfile"
    (line,) = re.findall(r"^ENTRYPOINT (.*)$", dockerfile.read_text("utf-8"), flags=re.MULTILINE)
    program, *arguments = json.loads(line)
    # What an image has on its PATH stands beside our interpreter.
    return [program if "/" in program else str(Path(sys.executable).with_name(program)), *arguments]


class Engine:
    """What stands in for a container engine."""

    def __init__(self, root: Path, translation: dict[str, str], reaper: Reaper) -> None:
        self._root = root
        self._translation = translation
        self._reaper = reaper

    def command(self, name: str) -> list[str]:
        service = SERVICES[name]
        return [self._here(word) for word in (*entry_point(service["image"]), *service["command"])]

    def environment(self, name: str) -> dict[str, str]:
        settings = SERVICES[name].get("environment", {})
        return {"PATH": "/usr/bin:/bin"} | {variable: self._here(value) for variable, value in settings.items()}

    def run(self, name: str) -> None:
        subprocess.run(self.command(name), env=self.environment(name), cwd=self._root, check=True)

    def start(self, name: str, *more: str, **settings: str) -> Process:
        return Process(
            name,
            [*self.command(name), *more],
            log=self._root / f"{name}.log",
            environment=self.environment(name) | settings,
            reaper=self._reaper,
        )

    def said_by(self, name: str) -> str:
        """The log of a process."""
        return (self._root / f"{name}.log").read_text(encoding="utf-8")

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
    """Database and broker run; what `suyuan secrets` finds there already are their passwords."""
    database = Postgres(root / "postgres-data", reaper, durable=False)
    secrets = root / "secrets"
    for folder in (secrets, root / "deployment", root / "chain-data"):
        folder.mkdir(mode=0o700)
    try:
        database.start()
        credentials = re.compile(r"//\w*:(?P<password>[^@]+)@(?P<address>.*)$")
        translation = {
            "/run/suyuan": str(root),
            "/var/lib/chain": str(root / "chain-data"),
            "/opt/chain": str(DEPLOY.parent),
            "chain:8545": f"127.0.0.1:{CHAIN_PORT}",
            "0.0.0.0": "127.0.0.1",
            # Each container has the port for itself; here any will do.
            "--metrics-port=9464": "--metrics-port=0",
        }
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


def scraped(log: str) -> str:
    """What a process tells Prometheus, on the port its log names."""
    (served,) = (json.loads(line) for line in log.splitlines() if '"metrics_served"' in line)
    with urlopen(f"http://127.0.0.1:{served['port']}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_every_process_starts_gets_ready_and_stops_when_told(engine: Engine, broker: Valkey) -> None:
    ready = {
        "chain": lambda: listens(CHAIN_PORT),
        "worker": broker.has_worker,
        # Asks chain, database, broker and mirror in its turn; the indexer has nobody else to answer to.
        "api": lambda: answers_ok(f"http://127.0.0.1:{API_PORT}/health/ready"),
    }
    running: list[Process] = []
    try:
        for name in OURS:
            if name not in LONG_RUNNING:
                engine.run(name)
                continue
            running.append(
                engine.start(name, "--port", str(CHAIN_PORT))
                if name == "chain"
                else engine.start(name, SUYUAN_API_PORT=str(API_PORT))
            )
            running[-1].wait_until(ready.get(name, lambda: True))
        assert {"chain", "indexer", "worker", "api"} == {process.name for process in running if process.is_running}
        for name, figure in FIGURES.items():
            assert f"\n{figure} " in scraped(engine.said_by(name)), name
    finally:
        for process in reversed(running):
            process.stop()
    # An orderly end on SIGTERM, as a container engine asks for, and not the kill that comes after it.
    assert {} == {
        process.name: process.exit_status for process in running if process.exit_status not in {0, -signal.SIGTERM}
    }
