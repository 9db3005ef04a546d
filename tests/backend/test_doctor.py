"""`suyuan doctor` on a real installation, each part of it really broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert, text, update

from backend.books.store import Books
from backend.cli import run
from backend.db import Process
from backend.details.models import DETAILS, DETAILS_READER
from backend.keyring import Keyring
from backend.sandbox.anvil import Anvil
from backend.sandbox.valkey import Valkey
from backend.submissions.models import SUBMISSION
from indexer.schema import cursor, recent_block
from tests.backend.park import Park
from tests.backend.test_bad_input import a_good_batch


class Ward:
    """An installation under examination."""

    def __init__(self, park: Park, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
        self.park = park
        self.folder = folder
        self.set = monkeypatch.setenv
        self.unset = monkeypatch.delenv
        self._capfd = capfd

    def examine(self, *options: str) -> tuple[int, dict[str, Any]]:
        """Exit status, and the findings by check."""
        self._capfd.readouterr()
        status = run(["doctor", "--json", *options])
        said = json.loads(self._capfd.readouterr().out)
        assert said["healthy"] == (status == 0)
        return status, {finding["check"]: finding for finding in said["findings"]}

    def troubles(self) -> dict[str, str]:
        """The codes of what is in trouble, by check; each says why it matters and what to do."""
        status, findings = self.examine()
        found = {name: each for name, each in findings.items() if each["state"] == "trouble"}
        assert all(each["why"] and each["next_step"] for each in found.values())
        assert status == (2 if "settings" in found else 1 if found else 0)
        return {name: each["code"] for name, each in found.items()}

    def execute(self, statement: Any) -> None:
        with self.park.engine.begin() as connection:
            connection.execute(statement)

    @contextmanager
    def running(self, *processes: Process) -> Iterator[None]:
        """Connections under the names of our processes, as those have them."""
        with ExitStack() as connections:
            for process in processes:
                connections.enter_context(psycopg.connect(self.park.database_url, application_name=process))
            yield


@pytest.fixture
def ward(
    park: Park, valkey: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Ward]:
    """All is well, until a test breaks it."""
    park.chain.deployment.save(tmp_path / "deployment.json")
    keys, ring = Keyring(tmp_path / "keys"), Keyring(tmp_path / "ring")
    keys.ensure("relayer", park.chain.relayer_key)
    ring.ensure("1")
    Books(park.engine, park.service.ring).create()
    monkeypatch.setattr("backend.doctor.command.configure_logs", lambda: None)
    for name, value in {
        "MODE": "demo",
        "DATABASE_URL": park.database_url,
        "RPC_URL": park.chain.anvil.url,
        "DEPLOYMENT": str(tmp_path / "deployment.json"),
        "BROKER_URL": valkey.url,
        "RELAYER_KEYSTORE": str(keys.path("relayer")),
        "RELAYER_PASSWORD_FILE": str(keys.password_file),
        "DETAILS_RING": str(tmp_path / "ring"),
        "FINALITY_DEPTH": "0",
    }.items():
        monkeypatch.setenv(f"SUYUAN_{name}", value)
    ward = Ward(park, tmp_path, monkeypatch, capfd)
    with ward.running(*Process):
        yield ward


def test_what_is_well_is_said_to_be_in_words_too(ward: Ward, capfd: pytest.CaptureFixture[str]) -> None:
    status, findings = ward.examine()
    assert (0, {"fine"}) == (status, {finding["state"] for finding in findings.values()}), findings
    assert 0 == run(["doctor"])
    said = capfd.readouterr().out
    assert len(findings) == len(said.splitlines())
    for each in ("answers, newest block", "PostgreSQL", "index run, serve, work are there"):
        assert each in said


def test_keys_and_files_that_are_not_as_they_should_be(ward: Ward) -> None:
    password, keystore = ward.folder / "keys" / "password", ward.folder / "keys" / "relayer.json"
    password.chmod(0o644)
    (ward.folder / "ring" / "1.json").chmod(0o640)
    assert {"relayer": "key_file_open", "ring": "key_file_open"} == ward.troubles()
    password.chmod(0o600)
    password.write_text("wrong")
    (ward.folder / "ring" / "1.json").unlink()
    assert {"relayer": "keystore_locked", "ring": "ring_empty"} == ward.troubles()
    keystore.unlink()
    (ward.folder / "deployment.json").write_text("{}")
    found = ward.troubles()
    assert ("key_file_missing", "deployment_unreadable") == (found["relayer"], found["ledgers"])


def test_details_sealed_by_a_version_that_the_ring_lacks(ward: Ward) -> None:
    root = bytes(32)
    ward.execute(insert(DETAILS).values(root=root, schema=1, sealed=b"sealed", kept_at=0))
    reader = {"root": root, "organisation": 3, "wrapped_key": b"", "ring_version": 7, "granted_at": 0}
    ward.execute(insert(DETAILS_READER).values(reader))
    assert {"ring": "ring_incomplete"} == ward.troubles()


def test_what_does_not_answer_is_told_once_and_the_rest_is_still_looked_at(ward: Ward) -> None:
    ward.set("SUYUAN_RPC_URL", "http://hush@127.0.0.1:1/hush")
    ward.set("SUYUAN_BROKER_URL", "redis://:hush@127.0.0.1:1/0")
    status, findings = ward.examine()
    assert 1 == status
    troubled = {name for name, finding in findings.items() if finding["state"] == "trouble"}
    unknown = {name for name, finding in findings.items() if finding["state"] == "unknown"}
    assert ({"node", "broker"}, {"ledgers", "chain clock", "gas", "mirror"}) == (troubled, unknown)
    assert "hush" not in json.dumps(findings)
    ward.set("SUYUAN_DATABASE_URL", "postgresql://suyuan:hush@127.0.0.1:1/none")
    _, findings = ward.examine()
    assert "database_unreachable" == findings["database"]["code"]
    assert "unknown" == findings["outbox"]["state"]
    assert "hush" not in json.dumps(findings)


def test_missing_settings_are_a_wrong_set_up_and_named_once(ward: Ward) -> None:
    ward.unset("SUYUAN_BROKER_URL")
    ward.unset("SUYUAN_DETAILS_RING")
    assert {"settings": "setting_missing"} == ward.troubles()
    _, findings = ward.examine()
    assert "SUYUAN_BROKER_URL, SUYUAN_DETAILS_RING not set" == findings["settings"]["what"]
    assert ("unknown", "unknown", "fine") == tuple(findings[name]["state"] for name in ("broker", "ring", "mirror"))


def test_a_broker_that_does_not_take_our_password(ward: Ward, valkey: Valkey) -> None:
    ward.set("SUYUAN_BROKER_URL", valkey.url.replace("://:", "://:x"))
    assert {"broker": "broker_unreachable"} == ward.troubles()


def test_another_chain_behind_the_address(ward: Ward, anvil: Anvil) -> None:
    ward.set("SUYUAN_RPC_URL", anvil.url)
    found = ward.troubles()
    assert ("another_chain", True) == (found["ledgers"], found["mirror"] in {"node_behind", "final_block_changed"})


def test_tables_that_are_not_there(ward: Ward) -> None:
    ward.execute(text("DROP SCHEMA mirror CASCADE"))
    ward.execute(text("UPDATE service.alembic_version SET version_num = '0001'"))
    ward.execute(text("DROP TABLE service.submission CASCADE"))
    assert {
        "mirror": "mirror_missing",
        "books": "books_missing",
        "migrations": "not_migrated",
        "outbox": "database_refused",
    } == ward.troubles()


def test_tables_of_somebody_else(ward: Ward) -> None:
    ward.execute(update(recent_block).values(hash=bytes(32)))
    assert {"mirror": "final_block_changed"} == ward.troubles()
    ward.execute(update(cursor).values(fingerprint=b"other"))
    ward.execute(text("UPDATE service.alembic_version SET version_num = '9999'"))
    ward.execute(text("UPDATE books.cursor SET fingerprint = 'other'"))
    assert {
        "mirror": "fingerprint_differs",
        "migrations": "migrated_by_another_release",
        "books": "books_of_another_release",
    } == ward.troubles()


def test_work_that_waits_and_clocks_that_differ(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 202 == ward.park.submit("supplier", a_good_batch(ward.park)).status_code
    assert {} == ward.troubles()
    ward.execute(update(SUBMISSION).values(changed_at=SUBMISSION.c.changed_at - 3_600))
    assert {"outbox": "outbox_waits"} == ward.troubles()
    _, findings = ward.examine()
    assert "suyuan work" in findings["outbox"]["next_step"]
    monkeypatch.setattr("backend.doctor.chain.clock.now", lambda: 0)
    assert "clock_behind_chain" == ward.troubles()["chain clock"]
    monkeypatch.setattr("backend.doctor.chain.clock.now", lambda: 1 << 40)
    _, findings = ward.examine()
    assert ("chain_stands_still", "warning") == (findings["chain clock"]["code"], findings["chain clock"]["state"])
    assert ("clocks_differ", "warning") == (findings["database"]["code"], findings["database"]["state"])


def test_a_chain_that_asks_a_price_and_a_disk_without_room(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.doctor.machine._LEAST_FREE_BYTES", 1 << 62)
    try:
        ask_for_gas(ward.park.chain.anvil, "0x7")
        assert {"gas": "gas_has_a_price", "disk": "disk_full"} == ward.troubles()
    finally:
        # Going back to a snapshot does not take this back, and the chain is for other tests too.
        ask_for_gas(ward.park.chain.anvil, "0x0")


def ask_for_gas(chain: Anvil, wei: str) -> None:
    chain.ask("anvil_setNextBlockBaseFeePerGas", wei)
    chain.ask("evm_mine")


def test_processes_that_are_not_there(park: Park, ward: Ward) -> None:
    with park.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'suyuan work'"
            )
        )
    _, findings = ward.examine()
    assert "process_missing" == findings["processes"]["code"]
    assert "`suyuan work`" in findings["processes"]["what"]
