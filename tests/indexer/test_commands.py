"""`suyuan index` as a person or a script meets it: what it prints, and how it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update

from backend.cli import run
from indexer import schema
from tests.indexer.conftest import Mirror
from tests.indexer.history import History


def answer(capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capfd.readouterr().out)
    return found


@pytest.mark.usefixtures("settings")
def test_status_says_how_far_mirror_and_chain_are(
    history: History, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    mirror.catch_up()
    height = history.height
    history.make()
    assert 0 == run(["index", "status", "--json"])
    found = answer(capfd)
    assert (height, height + 1, 1, True) == tuple(found[name] for name in ("block", "head", "lag", "fingerprint_fits"))


@pytest.mark.usefixtures("settings")
def test_status_without_a_mirror_is_a_finding_with_a_next_step(capfd: pytest.CaptureFixture[str]) -> None:
    assert 1 == run(["index", "status"])
    assert "run `suyuan index run`" in capfd.readouterr().err


@pytest.mark.usefixtures("settings")
def test_verify_ends_with_one_and_names_table_row_and_column(
    history: History, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    history.make()
    mirror.catch_up()
    assert 0 == run(["index", "verify", "--json"])
    assert "identical" == answer(capfd)["verify"]
    with mirror.engine.begin() as connection:
        connection.execute(update(schema.holding).values(creator=666))
    assert 1 == run(["index", "verify"])
    said = capfd.readouterr().out
    assert "holding (number " in said
    assert "creator is 666 in the mirror and 7 on the chain" in said


@pytest.mark.usefixtures("settings")
def test_a_digest_outlives_a_rebuild(history: History, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    history.split(history.make())
    mirror.catch_up()
    question = ["index", "digest", "--from", "0", "--to", str(history.height), "--json"]
    assert 0 == run(question)
    before = answer(capfd)
    assert 0 == run(["index", "rebuild", "--json"])
    assert history.height == answer(capfd)["block"]
    assert 0 == run(question)
    assert before == answer(capfd)
