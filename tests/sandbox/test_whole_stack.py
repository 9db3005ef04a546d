"""The whole stack: its settings, its processes, its secrets."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from backend.sandbox.service import answers_ok
from backend.sandbox.stack import Stack
from backend.settings import Settings, load, surrounding_variables

OURS = ("indexer", "worker", "api")


def suyuan(stack: Stack, *arguments: str) -> dict[str, object]:
    """What a command answers inside the stack."""
    outcome = subprocess.run(
        [sys.executable, "-m", "backend.cli", *arguments, "--json"],
        env={**surrounding_variables(), **stack.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(outcome.stdout)
    assert isinstance(answer, dict)
    return answer


def test_its_environment_is_complete(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    settings = load(Settings)
    assert stack.rpc_url == settings.rpc_url
    assert settings.relayer_password().get_secret_value()


def test_the_mirror_is_the_chains(stack: Stack) -> None:
    assert "identical" == suyuan(stack, "index", "verify")["verify"]


@pytest.mark.parametrize("end", [Stack.kill, Stack.stop])
@pytest.mark.parametrize("name", OURS)
def test_a_process_that_was_killed_or_stopped_comes_back(
    stack: Stack, name: str, end: Callable[[Stack, str], None]
) -> None:
    end(stack, name)
    stack.start(name)
    assert answers_ok(f"{stack.api_url}/health/ready")


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_ours_outlive_the_loss_of_a_part_they_stand_on(stack: Stack, name: str) -> None:
    stack.kill(name)
    stack.start(name)
    assert [] == [ours for ours in OURS if not stack.is_running(ours)]


def test_no_secret_stands_on_a_command_line(stack: Stack) -> None:
    secrets = [urlsplit(url).password for url in (stack.database_url, stack.broker_url)]
    secrets += [stack.keys.key(name).hex() for name in ("deployer", "relayer", "operator", "authority")]
    secrets += [stack.keys.password_file.read_text()]
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert [] == [line for line in lines for secret in secrets if secret and secret.encode() in line]


def test_a_kept_stack_goes_on_with_its_chain_and_its_mirror(parts_folder: Path) -> None:
    keep = parts_folder / "kept-whole"
    records, blocks = [], []
    for _ in range(2):
        with Stack(keep=keep, durable=False) as stack:
            records.append(stack.deployment_path.read_text())
            blocks.append(suyuan(stack, "index", "status")["block"])
            assert "identical" == suyuan(stack, "index", "verify")["verify"]
    assert records[0] == records[1]
    assert int(str(blocks[0])) < int(str(blocks[1]))
