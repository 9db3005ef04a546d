"""The compiler and its front: what the artifacts are made by, and how a stale one is found."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import solcx

from contracts import compiler
from contracts.artifact import artifact
from contracts.compiler import ARTIFACTS, ROOT
from contracts.typed_data import LEDGERS

_FRONT = ROOT / "contracts" / "solc"


def _solc(*arguments: str, request: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([_FRONT, *arguments], input=request, capture_output=True, text=True, check=False)


def _compile(source: str) -> dict[str, Any]:
    request = {"language": "Solidity", "sources": {"A.sol": {"content": source}}, "settings": {}}
    answer: dict[str, Any] = json.loads(_solc("--standard-json", request=json.dumps(request)).stdout)
    return answer


def test_the_front_says_which_compiler_it_is() -> None:
    locked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]["solc"]
    assert f"Version: {locked}+" in _solc("--version").stdout


def test_the_front_refuses_what_it_does_not_do() -> None:
    refused = _solc("--bin", "A.sol")
    assert (2, "") == (refused.returncode, refused.stdout)
    assert "--standard-json" in refused.stderr


@pytest.mark.parametrize(
    "path", ["foundry.toml", "node_modules/../foundry.toml", "/etc/hostname"], ids=["ours", "up", "outside"]
)
def test_the_front_reads_libraries_and_nothing_else(path: str) -> None:
    (error,) = [error for error in _compile(f'import "{path}";')["errors"] if error["severity"] == "error"]
    assert "not ours to read" in error["formattedMessage"]


def test_the_front_finds_a_library_in_node_modules() -> None:
    path = "node_modules/@openzeppelin/contracts/utils/cryptography/ECDSA.sol"
    answer = _compile(f'// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\nimport "{path}";')
    assert path in answer["sources"]
    assert [] == [error for error in answer.get("errors", []) if error["severity"] == "error"]


def test_a_source_with_a_mistake_fails_loudly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("foundry.toml", "contracts/solc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "Broken.sol").write_text("contract Broken { uint x = true; }", encoding="utf-8")
    monkeypatch.setattr(compiler, "ROOT", tmp_path)
    monkeypatch.setattr(compiler, "SOURCES", tmp_path / "contracts" / "src")
    with pytest.raises(solcx.exceptions.SolcError, match="not implicitly convertible"):
        compiler.compile_contracts({"Broken": "Broken.sol"})


def test_without_node_modules_the_next_step_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "foundry.toml", tmp_path)
    monkeypatch.setattr(compiler, "ROOT", tmp_path)
    monkeypatch.setattr(compiler, "SOURCES", tmp_path)
    with pytest.raises(SystemExit, match=r"compiler_missing: .* run `make setup`"):
        compiler.compile_contracts({})


def test_a_ledger_compiles_to_the_artifact_that_is_checked_in() -> None:
    """One of them; `make check` compiles all."""
    compiled = compiler.compile_contracts({"Recalls": "contracts/src/Recalls.sol"})["Recalls"]
    assert artifact("Recalls").bytecode.hex() == compiled["evm"]["bytecode"]["object"]
    assert list(artifact("Recalls").abi) == compiled["abi"]


@pytest.fixture
def checked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the artifacts; what lies there now counts as what the sources compile to."""
    fresh = {path.name: path.read_text(encoding="utf-8") for path in ARTIFACTS.glob("*.json")}
    shutil.copytree(ARTIFACTS, tmp_path / "artifacts")
    monkeypatch.setattr(compiler, "ARTIFACTS", tmp_path / "artifacts")
    monkeypatch.setattr(compiler, "compile_ledgers", lambda: fresh)
    return tmp_path / "artifacts"


def test_fresh_artifacts_pass_and_every_size_is_shown(checked_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == compiler.main(["--check"])
    shown = capsys.readouterr().out
    assert all(f"{name} " in shown for name in LEDGERS)
    assert "artifact_stale" not in shown


def test_changed_missing_and_left_over_artifacts_are_named_and_written_anew(
    checked_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checked_in / "Recalls.json").write_text("{}", encoding="utf-8")
    (checked_in / "Corrections.json").unlink()
    (checked_in / "Forgotten.json").write_text("{}", encoding="utf-8")
    assert 1 == compiler.main(["--check"])
    stale = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("artifact_stale")]
    assert [f"contracts/artifacts/{name}.json" for name in ("Corrections", "Forgotten", "Recalls")] == stale
    assert 0 == compiler.main([])
    assert 0 == compiler.main(["--check"])


def test_code_that_no_chain_would_take_is_no_artifact(checked_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    largest = json.dumps({"deployedBytecode": "0x" + "00" * 24_577})
    fresh = {path.name: path.read_text(encoding="utf-8") for path in checked_in.glob("*.json")}
    monkeypatch.setattr(compiler, "compile_ledgers", lambda: {**fresh, "Recalls.json": largest})
    with pytest.raises(SystemExit, match="contract_too_large: Recalls has 24577 bytes"):
        compiler.main(["--check"])
