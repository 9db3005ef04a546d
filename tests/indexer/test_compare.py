"""Two parties who share no database find the row in which their mirrors part, by files of digests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from backend.cli import run
from indexer import schema
from indexer.compare import RowParting, first_differing_row
from indexer.digest import RowDigest
from tests.indexer.conftest import FINALITY_DEPTH, Mirror
from tests.indexer.history import History


class Parties:
    """One mirror that two parties have; what it said before somebody changed a row is what the other says."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capfd = capfd

    def file(self, *options: str) -> Path:
        """A file of digests."""
        self._capfd.readouterr()
        assert 0 == run(["index", "digest", *options, "--json"])
        path = self._folder / f"digests{'-'.join(options)}.json"
        path.write_text(self._capfd.readouterr().out)
        return path

    def compare(self, path: Path, status: int) -> dict[str, Any]:
        self._capfd.readouterr()
        assert status == run(["index", "compare", "--with", str(path), "--json"])
        said = self._capfd.readouterr()
        answer: dict[str, Any] = json.loads(said.out or said.err)
        return answer


@pytest.fixture
def parties(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Parties:
    return Parties(tmp_path, capfd)


@pytest.mark.usefixtures("settings")
def test_a_changed_row_is_found_by_asking_again_for_less(history: History, mirror: Mirror, parties: Parties) -> None:
    serials = [history.make() for _ in range(12)]
    history.anvil.ask("anvil_mine", hex(FINALITY_DEPTH))
    mirror.catch_up()
    block = history.created[serials[4]]
    wide = parties.file("--every", "8")
    narrow = parties.file("--from", str(block // 8 * 8), "--to", str(block // 8 * 8 + 7), "--every", "1")
    single = parties.file("--from", str(block), "--to", str(block), "--rows")
    assert "same" == parties.compare(wide, 0)["compare"]
    with mirror.engine.begin() as connection:
        number = connection.execute(
            select(schema.holding.c.number).where(schema.holding.c.serial == serials[4])
        ).scalar_one()
        connection.execute(update(schema.holding).where(schema.holding.c.number == number).values(creator=666))
        connection.execute(delete(schema.holding).where(schema.holding.c.serial == serials[7]))
    first = parties.compare(wide, 1)
    assert (block // 8 * 8, ["holding"], None) == (first["from"], first["tables"], first["row"])
    assert f"--from {first['from']} --to {first['to']} --every 1" in first["next_step"]
    second = parties.compare(narrow, 1)
    assert (block, block) == (second["from"], second["to"])
    assert f"--from {block} --to {block} --rows" in second["next_step"]
    third = parties.compare(single, 1)
    assert {"table": "holding", "key": {"number": number}, "how": "differs"} == third["row"]
    assert "suyuan index verify" in third["next_step"]


def test_a_row_that_one_side_alone_has_is_named_with_the_side() -> None:
    both, ours, theirs = (RowDigest("holding", {"number": number}, b"digest") for number in (1, 2, 3))
    assert RowParting("holding", {"number": 2}, "missing there") == first_differing_row([both, ours], [both, theirs])
    assert RowParting("holding", {"number": 3}, "missing here") == first_differing_row([both], [both, theirs])
    assert None is first_differing_row([both], [both])


@pytest.mark.usefixtures("settings")
def test_mirrors_that_cannot_be_compared_are_a_wrong_call(history: History, mirror: Mirror, parties: Parties) -> None:
    mirror.catch_up()
    told = json.loads(parties.file("--every", "100").read_text())
    path = parties.file("--every", "100")

    def code_with(**changed: Any) -> str:
        path.write_text(json.dumps(told | changed))
        return str(parties.compare(path, 2)["code"])

    assert "mirrors_of_two_chains" == code_with(chain_id=1)
    assert "mirrors_of_two_releases" == code_with(fingerprint="0x" + "11" * 32)
    assert "nothing_to_compare" == code_with(ranges=[])
    assert "digests_unreadable" == code_with(ranges=[{"first": -1}])
    assert "file_unreadable" == parties.compare(path.with_name("none.json"), 2)["code"]
    assert 2 == run(["index", "compare", "--with", "http://127.0.0.1:1"])
