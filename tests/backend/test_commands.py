"""`suyuan db` and `suyuan token`, as somebody at a terminal runs them."""

from __future__ import annotations

import json

import pytest

from backend.cli import run
from tests.backend.park import Park


@pytest.fixture
def at_the_park(park: Park, monkeypatch: pytest.MonkeyPatch) -> Park:
    monkeypatch.setenv("SUYUAN_DATABASE_URL", park.database_url)
    monkeypatch.setenv("SUYUAN_MODE", "demo")
    return park


def test_a_token_made_at_the_terminal_opens_the_api_until_it_is_revoked(
    at_the_park: Park, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == run(["token", "create", "--organisation", "3", "--rights", "stock,receive", "--json"])
    made = json.loads(capsys.readouterr().out)
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert 200 == at_the_park.client.get("/v1/keys", headers=headers).status_code
    assert 0 == run(["token", "revoke", str(made["number"]), "--json"])
    assert 401 == at_the_park.client.get("/v1/keys", headers=headers).status_code


def test_a_right_nobody_knows_is_a_wrong_call(at_the_park: Park, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == run(["token", "create", "--organisation", "3", "--rights", "everything"])
    assert "right_unknown" in capsys.readouterr().err


def test_a_token_that_is_not_there_cannot_be_revoked(at_the_park: Park, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == run(["token", "revoke", "4000"])
    assert "token_unknown" in capsys.readouterr().err


def test_migrating_says_so(at_the_park: Park, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run(["db", "migrate", "--json"])
    assert {"migrated": True} == json.loads(capsys.readouterr().out)
