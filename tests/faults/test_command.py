"""`suyuan faults`: what it prints, and how it ends."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
import structlog

from backend.cli import run
from backend.faults import command
from backend.faults.ground import Ground
from backend.faults.laws import LawBroken
from backend.faults.life import Fault
from backend.faults.rules import Act, Chapter
from backend.faults.walk import Tally
from backend.sandbox.service import SUYUAN


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """The command silences its process; this one has other tests to run."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_walk_says_what_it_did_and_that_nothing_was_lost() -> None:
    command_line = [*SUYUAN, "faults", "--seed", "7", "--steps", "300", "--json"]
    outcome = subprocess.run(command_line, capture_output=True, check=False)
    assert (0, b"") == (outcome.returncode, outcome.stderr)
    answer = json.loads(outcome.stdout)
    assert {"seed": 7, "lost": 0, "doubled": 0, "verify": "identical", "broken": None}.items() <= answer.items()
    assert answer["steps"] >= 300


@pytest.mark.parametrize(
    ("law", "figures"),
    [
        ("lost", {"lost": 1, "doubled": 0, "verify": "identical"}),
        ("doubled", {"lost": 0, "doubled": 1, "verify": "identical"}),
        ("different", {"lost": 0, "doubled": 0, "verify": "different"}),
    ],
)
def test_a_broken_law_is_said_with_the_chapter_it_broke_in(law: str, figures: dict[str, int | str]) -> None:
    chapter = Chapter(3, 1, [Act("relay", (Fault("death", 4),))])
    answer = command.outcome(Tally(broken=LawBroken(law, "a record"), broken_in=chapter))
    assert {**figures, "broken": f"{law}: a record"}.items() <= answer.items()
    assert chapter == Chapter.from_json(json.loads(json.dumps(answer["chapter"])))


def test_a_broken_law_ends_with_one_and_the_way_to_see_it_again(
    ground: Ground, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_ground", lambda: nullcontext(ground))
    monkeypatch.setattr(command, "walk", lambda *_, **__: Tally(broken=LawBroken("lost", "a record")))
    assert 1 == run(["faults"])
    said = capsys.readouterr()
    assert "law_broken: lost: a record" in said.err
    assert "suyuan faults --replay FILE" in said.err


@pytest.mark.parametrize(
    "content", ["", "[]", '{"seed": 1, "finality_depth": 1, "acts": [["sing"]]}'], ids=["nothing", "a list", "no rule"]
)
def test_a_file_that_holds_no_chapter_is_a_wrong_call(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "chapter.json").write_text(content)
    assert 2 == run(["faults", "--replay", str(tmp_path / "chapter.json")])
    assert "chapter_unreadable" in capsys.readouterr().err
