"""Members hold their own mirror against the service's, and those without one learn nothing by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Engine, delete, select, update

from backend.cli import run
from backend.db import open_engine
from backend.failures import Failure
from backend.member.client import Client
from backend.mirror import queries
from backend.mirror.peers import ServicePeer
from backend.sandbox.database import create_database
from indexer import schema
from indexer.digest import rows_of
from tests.backend.park import Park, follower_of


@pytest.fixture
def own_mirror(park: Park, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A member's mirror of the park's chain, in a database of its own; and the settings of that member."""
    park.make("supplier")
    with create_database(postgres) as url:
        with follower_of(park.chain, url) as follower:
            while follower.step():
                pass
        park.chain.deployment.save(tmp_path / "deployment.json")
        (tmp_path / "token").write_text(park.token("rival"))
        monkeypatch.setenv("SUYUAN_MODE", "demo")
        monkeypatch.setenv("SUYUAN_DATABASE_URL", url)
        monkeypatch.setenv("SUYUAN_RPC_URL", park.chain.anvil.url)
        monkeypatch.setenv("SUYUAN_DEPLOYMENT", str(tmp_path / "deployment.json"))
        engine = open_engine(url, pool=2)
        yield engine
        engine.dispose()


def test_a_member_finds_the_row_in_which_its_mirror_and_the_services_part(
    park: Park, own_mirror: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def compare(status: int) -> dict[str, Any]:
        capfd.readouterr()
        with_service = ["--with", park.server.url, "--token-file", str(tmp_path / "token"), "--json"]
        assert status == run(["index", "compare", *with_service])
        answer: dict[str, Any] = json.loads(capfd.readouterr().out)
        return answer

    # So little a request that the comparison has to ask often, and in ranges ever narrower.
    monkeypatch.setattr(queries, "_MOST_EVENTS", 8)
    same = compare(0)
    assert "same" == same["compare"]
    with own_mirror.begin() as connection:
        number = connection.scalar(select(schema.holding.c.number))
        connection.execute(update(schema.holding).values(creator=666))
    assert number is not None
    block = number >> 32
    row = {"table": "holding", "key": {"number": number}, "how": "differs or missing there"}
    different = compare(1)
    assert (block, block, row) == (different["from"], different["to"], different["row"])
    with own_mirror.begin() as connection:
        connection.execute(delete(schema.holding))
    assert {"table": None, "key": {}, "how": "missing here"} == compare(1)["row"]


def test_what_answers_there_and_is_no_service_is_said_to_be_none(
    park: Park, own_mirror: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for url, code in (
        (park.chain.anvil.url, "service_unreachable"),
        ("http://127.0.0.1:1", "service_unreachable"),
    ):
        assert 1 == run(["index", "compare", "--with", url, "--token-file", str(tmp_path / "token"), "--json"])
        assert code == json.loads(capfd.readouterr().err.splitlines()[-1])["code"]


class Stranger:
    """Answers every question with the same."""

    def __init__(self, **content: Any) -> None:
        self._content = content

    def get(self, *_: Any, **__: Any) -> dict[str, Any]:
        return self._content


def test_a_service_that_answers_what_was_not_asked_is_found_out() -> None:
    a_hash = "0x" + "11" * 32
    about = {"chain_id": 1, "genesis_hash": a_hash, "fingerprint": a_hash, "finalised": 9}
    beyond = [{"first": 0, "last": 5, "final": True, "digest": a_hash}]
    for stranger in (Stranger(), Stranger(**about, ranges=beyond)):
        with pytest.raises(Failure, match="peer_contradicts"):
            ServicePeer(cast(Client, stranger))


def test_what_is_asked_for_is_final_and_not_too_wide(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    head = park.get("rival", "/v1/mirror/digests").json()
    assert (None, 0) == (head["next"], head["ranges"][0]["first"])
    beyond = park.get("rival", "/v1/mirror/digests", to=head["finalised"] + 1)
    assert ("blocks_not_final", head["finalised"]) == (beyond.json()["code"], beyond.json()["params"]["finalised"])
    monkeypatch.setattr(queries, "_MOST_RANGES", 2)
    first = park.get("rival", "/v1/mirror/digests", every=1).json()
    assert (2, 2) == (len(first["ranges"]), first["next"])
    monkeypatch.setattr(queries, "_MOST_EVENTS", 1)
    assert "range_too_wide" == park.get("rival", "/v1/mirror/digests", every=head["finalised"]).json()["code"]


def test_a_member_without_a_mirror_learns_neither_counts_nor_kinds(park: Park) -> None:
    park.make("supplier")
    told = park.get("rival", "/v1/mirror/digests", every=1).json()
    assert {"[]"} == {json.dumps(each["tables"]) for each in told["ranges"]}
    assert None is told["rows"]
    with park.engine.connect() as connection:
        block = connection.scalar(select(schema.holding.c.number)) or 0
        rows = [f"0x{row.digest.hex()}" for row in rows_of(connection, block >> 32, block >> 32)]
    for known, expected in (
        ([], {"unknown": None, "more": True}),
        (["0x" + "11" * 32], {"unknown": 0, "more": True}),
        (rows, {"unknown": None, "more": False}),
        ([*rows, rows[0]], {"unknown": len(rows), "more": False}),
    ):
        answer = park.ask("rival", "POST", "/v1/mirror/rows", {"block": block >> 32, "digests": known})
        assert expected == answer.json()
