"""A stack and the command that runs one, as far as they need no process of ours."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from eth_account import Account

from backend.failures import UsageFailure
from backend.keyring import Keyring
from backend.sandbox.selection import NEEDS, selected
from backend.sandbox.stack import Stack

PARTS_OF_OTHERS = ("anvil", "postgres", "valkey")
SANDBOX = (sys.executable, "-m", "backend.cli", "sandbox", "--without", "contracts", "--without", "migrations")


def processes_in(folder: Path) -> list[int]:
    """Processes whose command line or open files name the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            names = [process.joinpath("cmdline").read_text(), *(str(link.readlink()) for link in process.glob("fd/*"))]
        except OSError:
            continue
        if any(str(folder) in name for name in names):
            found.append(int(process.name))
    return found


@pytest.mark.parametrize(
    ("parts", "without", "expected"),
    [
        (None, (), tuple(NEEDS)),
        ({"postgres"}, (), ("postgres",)),
        ({"migrations"}, (), ("postgres", "migrations")),
        ({"indexer"}, (), ("anvil", "postgres", "contracts", "indexer")),
        (None, ("contracts",), ("anvil", "postgres", "valkey", "migrations")),
        (None, ("valkey", "indexer"), ("anvil", "postgres", "contracts", "migrations")),
    ],
)
def test_a_part_brings_what_it_needs_and_takes_with_it_what_needs_it(
    parts: set[str] | None, without: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert expected == selected(parts, without)


def test_every_part_comes_after_what_it_needs() -> None:
    order = list(NEEDS)
    assert [] == [
        (name, need) for name, needs in NEEDS.items() for need in needs if order.index(need) > order.index(name)
    ]


def test_an_unknown_part_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageFailure, match=r"^unknown_part: there is no part 'mysql' - choose from anvil, postgres"):
        Stack(without=["mysql"])


def test_a_stack_runs_what_it_was_asked_for_and_leaves_nothing_behind() -> None:
    with Stack(parts=PARTS_OF_OTHERS, durable=False) as stack:
        folder = stack.folder
        with psycopg.connect(stack.database_url) as connection:
            assert (1,) == connection.execute("SELECT 1").fetchone()
        assert {"SUYUAN_MODE", "SUYUAN_SANDBOX", "SUYUAN_DATABASE_URL", "SUYUAN_BROKER_URL", "SUYUAN_RPC_URL"} == set(
            stack.environment
        )
        stack.kill("anvil")
        with pytest.raises(OSError, match="refused"):
            stack.anvil.ask("eth_chainId")
        stack.start("anvil")
        assert "0x7a69" == stack.anvil.ask("eth_chainId")
        with pytest.raises(UsageFailure, match=r"^part_not_here: this sandbox runs no api - it runs anvil, postgres"):
            stack.kill("api")
    assert not folder.exists()
    assert [] == processes_in(folder)


def test_what_had_started_is_stopped_when_something_else_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.sandbox.valkey.find_spec", lambda name: None)
    stack = Stack(parts=PARTS_OF_OTHERS, durable=False)
    with pytest.raises(Exception, match=r"^valkey_missing: "):
        stack.__enter__()
    assert not stack.folder.exists()
    assert [] == processes_in(stack.folder)


def test_a_kept_stack_goes_on_with_its_data(parts_folder: Path) -> None:
    keep = parts_folder / "kept"
    with Stack(parts={"postgres"}, keep=keep) as stack, psycopg.connect(stack.database_url) as connection:
        connection.execute("CREATE TABLE lots AS SELECT 7 AS id")
    assert [] == processes_in(keep)
    with Stack(parts={"postgres"}, keep=keep) as stack, psycopg.connect(stack.database_url) as connection:
        assert (7,) == connection.execute("SELECT id FROM lots").fetchone()


def test_on_a_server_of_somebody_else_a_stack_makes_a_database_and_takes_it_away_again(postgres: str) -> None:
    with Stack(parts={"postgres"}, database_server_url=postgres) as stack:
        name = stack.database_url.rpartition("/")[2]
        assert not postgres.endswith(name)
        with psycopg.connect(stack.database_url) as connection:
            connection.execute("CREATE TABLE lots ()")
    with psycopg.connect(postgres) as connection:
        assert (0,) == connection.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone()


def test_keys_stay_the_same_once_made_and_are_for_their_owner_alone(tmp_path: Path) -> None:
    keys = Keyring(tmp_path / "keys")
    given = bytes(31) + b"\x07"
    keys.ensure("relayer", given)
    keys.ensure("relayer")
    keys.ensure("operator")
    assert given == keys.key("relayer")
    assert str(Account.from_key(given).address) == keys.address("relayer")
    assert keys.key("operator") == Keyring(tmp_path / "keys").key("operator") != given
    assert [0o600] * 3 == [path.stat().st_mode & 0o777 for path in sorted((tmp_path / "keys").iterdir())]


@contextmanager
def sandbox(*command: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*SANDBOX, "--", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process


def folder_said_by(process: subprocess.Popen[str]) -> Path:
    assert process.stdout is not None
    return Path(process.stdout.readline().strip())


def test_a_sandbox_runs_a_command_in_its_environment_and_ends_with_its_status() -> None:
    show = "import os, json; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('SUYUAN_')}))"
    with sandbox(sys.executable, "-c", f"{show}; raise SystemExit(7)") as process:
        out, err = process.communicate()
    assert (7, "") == (process.returncode, err)
    settings = json.loads(out)
    assert "demo" == settings["SUYUAN_MODE"]
    assert not Path(settings["SUYUAN_SANDBOX"]).exists()
    assert [] == processes_in(Path(settings["SUYUAN_SANDBOX"]))


def test_a_command_that_a_signal_ended_gives_a_shells_status() -> None:
    with sandbox("sh", "-c", "kill -KILL $$") as process:
        process.communicate()
    assert 128 + signal.SIGKILL == process.returncode


def test_a_command_that_is_not_there_is_a_wrong_call() -> None:
    with sandbox("no-such-program") as process:
        _, err = process.communicate()
    assert 2 == process.returncode
    assert err.startswith("command_not_started: no-such-program: ")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGKILL, -9)])
def test_an_ended_sandbox_leaves_no_process_and_no_folder(number: signal.Signals, status: int) -> None:
    with sandbox("sh", "-c", 'echo "$SUYUAN_SANDBOX"; exec >&- 2>&-; exec sleep 5') as process:
        folder = folder_said_by(process)
        assert len(processes_in(folder)) >= len(PARTS_OF_OTHERS)
        os.kill(process.pid, number)
    assert status == process.returncode
    deadline = time.monotonic() + 20
    while (folder.exists() or processes_in(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    assert [] == processes_in(folder)


def test_ctrl_c_is_left_to_the_command() -> None:
    with sandbox("sh", "-c", 'trap "exit 9" INT; echo "$SUYUAN_SANDBOX"; while :; do sleep 0.05; done') as process:
        folder = folder_said_by(process)
        # A terminal sends it to both; here one after the other.
        os.kill(process.pid, signal.SIGINT)
        (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[-1:]
        os.kill(int(child), signal.SIGINT)
        process.communicate()
    assert 9 == process.returncode
    assert not folder.exists()
