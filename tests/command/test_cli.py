"""The command `suyuan`: its list, its errors, its exit statuses."""

import json
import subprocess
import sys

import pytest
import typer

from backend import cli
from backend.cli import FINDING, OK, ROOMS, USAGE, Room, run
from backend.failures import Failure, UsageFailure

HEAVY = ("web3", "celery", "fastapi", "sqlalchemy", "eth_account")


def finding() -> None:
    raise Failure("row_differs", "mirror.lots 7 differs", "run `suyuan index rebuild`")


def wrong_setting() -> None:
    raise UsageFailure("setting_missing", "SUYUAN_RPC_URL not set", "set it")


def halting() -> None:
    class Halt(Exception):
        """As the indexer raises it, which may not import ours."""

        code, message, next_step = "unknown_event", "topic 0x00", "update the contracts"

    raise Halt


def exits_with_five() -> None:
    raise typer.Exit(5)


def says_json(as_json: bool = typer.Option(False, "--json")) -> None:
    typer.echo(as_json)
    finding()


@pytest.fixture(autouse=True)
def rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    here = (
        Room(function.__name__, f"{__name__}:{function.__name__}", "A command of this test.")
        for function in (finding, wrong_setting, halting, exits_with_five, says_json)
    )
    monkeypatch.setattr(cli, "ROOMS", (*ROOMS, *here))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.word)
def test_every_room_is_there_and_explains_itself(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    assert OK == run([room.word, "--help"])
    assert f"Usage: suyuan {room.word}" in capsys.readouterr().out


def test_help_lists_every_room_and_loads_none() -> None:
    script = f"""
import sys
from backend.cli import run
run(["--help"])
print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "[]\n" == outcome.stderr
    assert [] == [room.word for room in ROOMS if f"  {room.word} " not in outcome.stdout]


@pytest.mark.parametrize(
    ("command", "status", "line"),
    [
        ("finding", FINDING, "row_differs: mirror.lots 7 differs - run `suyuan index rebuild`"),
        ("wrong_setting", USAGE, "setting_missing: SUYUAN_RPC_URL not set - set it"),
        ("halting", FINDING, "unknown_event: topic 0x00 - update the contracts"),
        ("nonesuch", USAGE, "wrong_call: No such command 'nonesuch' - see `suyuan --help`"),
        ("exits_with_five", 5, None),
    ],
)
def test_what_went_wrong_is_one_line_on_standard_error(
    command: str, status: int, line: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status == run([command])
    said = capsys.readouterr()
    assert ("", "" if line is None else f"{line}\n") == (said.out, said.err)


def test_a_mistyped_option_names_the_help_of_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert USAGE == run(["finding", "--fast"])
    assert "wrong_call: No such option: --fast - see `suyuan finding --help`\n" == capsys.readouterr().err


def test_with_json_an_error_is_an_object_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert FINDING == run(["says_json", "--json"])
    said = capsys.readouterr()
    assert "True\n" == said.out
    assert {
        "code": "row_differs",
        "message": "mirror.lots 7 differs",
        "next_step": "run `suyuan index rebuild`",
    } == json.loads(said.err)


def test_a_json_flag_of_a_command_after_two_dashes_is_not_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert USAGE == run(["nonesuch", "--", "--json"])
    assert capsys.readouterr().err.startswith("wrong_call: ")


def test_a_defect_is_not_dressed_up_as_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(room: Room) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Room, "load", defect)
    with pytest.raises(ZeroDivisionError):
        run(["finding"])
