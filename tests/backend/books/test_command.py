"""`suyuan books`: how far they are, whether they are right, and anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from backend.cli import FINDING, OK, run
from contracts.signatures import keccak
from tests.backend.books.scene import kept, tell
from tests.backend.park import Park

PASSWORD = "the tests' own"


@pytest.fixture
def ground(park: Park, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Park:
    """The settings of a park whose ring lies in a folder."""
    keystore = Account.encrypt(keccak(b"ring of the tests"), PASSWORD, kdf="pbkdf2", iterations=2)
    (tmp_path / "1.json").write_text(json.dumps(keystore))
    (tmp_path / "password").write_text(PASSWORD)
    for name, value in {
        "MODE": "demo",
        "DATABASE_URL": park.database_url,
        "RPC_URL": park.chain.anvil.url,
        "DEPLOYMENT": tmp_path / "deployment.json",
        "BROKER_URL": park.service.broker_url,
        "RELAYER_KEYSTORE": tmp_path / "relayer.json",
        "RELAYER_PASSWORD_FILE": tmp_path / "password",
        "DETAILS_RING": tmp_path,
    }.items():
        monkeypatch.setenv(f"SUYUAN_{name}", str(value))
    return park


def books(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    status = run(["books", *arguments, "--json"])
    said = capsys.readouterr()
    return status, json.loads(said.out or said.err)


def test_the_books_say_how_far_they_are_and_are_built_anew(ground: Park, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = books(capsys, "status")
    assert (FINDING, "books_missing") == (status, said["code"])
    tell(ground, "supplier")
    status, built = books(capsys, "rebuild")
    assert (OK, 1, 0) == (status, built["held"], built["shredded"])
    assert (OK, built) == books(capsys, "status")
    status, verdict = books(capsys, "verify")
    assert (OK, "identical", 0) == (status, verdict["verify"], verdict["behind"])
    assert verdict["entries"] == built["held"] + built["missing"]


def test_a_row_that_differs_is_named_and_not_shown(ground: Park, capsys: pytest.CaptureFixture[str]) -> None:
    tell(ground, "supplier")
    kept(ground)
    with ground.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE books.epcis_event SET action = 'DELETE'")
        number = connection.exec_driver_sql("SELECT number FROM books.epcis_event").scalar_one()
    status, verdict = books(capsys, "verify")
    difference = {"table": "epcis_event", "key": {"number": number}, "problem": "differs", "columns": ["action"]}
    assert (FINDING, "different", [difference]) == (status, verdict["verify"], verdict["differences"])
    assert FINDING == run(["books", "verify"])
    assert f"epcis_event (number {number}): differs action" in capsys.readouterr().out
