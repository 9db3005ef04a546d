"""`suyuan details`: roots offline, the ring turned where the service runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.capture.jobs.commands import bring
from backend.capture.jobs.models import Behaviour
from backend.capture.jobs.queries import waiting_document
from backend.cli import FINDING, OK, USAGE, run
from backend.details import commands, fields
from backend.details.queries import opened
from backend.details.ring import add_version, open_ring
from backend.failures import UsageFailure
from backend.identity.actor import ALL_RIGHTS, Actor, Role
from tests.backend.capture.benches import document
from tests.backend.park import Park

GIVEN = fields.parse(1, {"bizStep": "shipping", "ilmd": {"n": 1.5}}, bytes(range(32)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "details.json"
    path.write_text(json.dumps(GIVEN.to_json()))
    return path


def test_the_root_of_a_file_is_printed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert OK == run(["details", "root", str(file), "--json"])
    assert {"schema": 1, "root": "0x" + GIVEN.root.hex()} == json.loads(capsys.readouterr().out)


def test_a_file_matches_its_root_and_no_other(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert OK == run(["details", "verify", str(file), "--root", "0x" + GIVEN.root.hex().upper()])
    assert FINDING == run(["details", "verify", str(file), "--root", "0x" + bytes(32).hex()])
    assert ["matches", "differs"] == capsys.readouterr().out.split()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "details_invalid"),
        ("[]", "details_invalid"),
        ('{"schema": 1, "fields": {}, "event_key": "0x00"}', "details_invalid"),
        ('{"schema": 1, "fields": {"bizStep": 7}, "event_key": "0x%s"}' % ("00" * 32), "details_invalid"),
    ],
)
def test_what_is_no_details_is_said_with_its_place(
    tmp_path: Path, content: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content)
    assert FINDING == run(["details", "root", str(path), "--json"])
    assert code == json.loads(capsys.readouterr().err)["code"]


def test_a_missing_file_is_a_wrong_call(tmp_path: Path) -> None:
    assert USAGE == run(["details", "root", str(tmp_path / "nowhere.json")])


def test_a_ring_has_as_many_versions_as_keystores(tmp_path: Path) -> None:
    with pytest.raises(UsageFailure, match="no keystore"):
        open_ring(tmp_path, "")
    assert [1, 2] == [add_version(tmp_path), add_version(tmp_path)]
    ring = open_ring(tmp_path, (tmp_path / "password").read_text())
    assert ({1, 2}, 2) == (set(ring.versions), ring.current)
    assert ring.versions[1] != ring.versions[2]


def test_the_ring_turns_in_two_steps_and_what_is_sealed_is_read_all_along(
    park: Park, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_version(tmp_path)
    for name, value in {
        "SUYUAN_DATABASE_URL": park.database_url,
        "SUYUAN_BROKER_URL": park.service.broker_url,
        "SUYUAN_RPC_URL": park.chain.anvil.url,
        "SUYUAN_DEPLOYMENT": str(tmp_path / "deployment.json"),
        "SUYUAN_RELAYER_KEYSTORE": str(tmp_path / "1.json"),
        "SUYUAN_RELAYER_PASSWORD_FILE": str(tmp_path / "password"),
        "SUYUAN_DETAILS_RING": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    password = (tmp_path / "password").read_text()
    with park.engine.begin() as connection:
        ring = open_ring(tmp_path, password)
        commands.keep(connection, ring, [(GIVEN, {3})])
        # A document that waits to be captured is sealed by the ring, too.
        content = json.dumps(document({"type": "ObjectEvent", "action": "OBSERVE", "epcList": ["urn:a:1"]})).encode()
        supplier = Actor(3, Role.SUPPLIER, ALL_RIGHTS)
        job = bring(connection, ring, supplier, content, behaviour=Behaviour.ROLLBACK, mark=None)
    told = []
    for _ in range(2):
        assert OK == run(["details", "rotate", "--json"])
        told.append(json.loads(capsys.readouterr().out))
        with park.engine.connect() as connection:
            assert {GIVEN.root} == set(opened(connection, open_ring(tmp_path, password), 3, [GIVEN.root]))
    assert [(2, 0, True), (2, 2, False)] == [tuple(each.values()) for each in told]
    (tmp_path / "1.json").unlink()
    with park.engine.connect() as connection:
        assert {GIVEN.root} == set(opened(connection, open_ring(tmp_path, password), 3, [GIVEN.root]))
        assert content == waiting_document(connection, open_ring(tmp_path, password), supplier, job)[1]
