"""Solidity to artifacts, by py-solc-x over the npm package `solc`. `foundry.toml` is the one place of settings.

    python -m contracts.compiler            write contracts/artifacts
    python -m contracts.compiler --check    exit 1 if what lies there is not what the sources compile to

An artifact is `{abi, bytecode, deployedBytecode, immutableReferences, storageLayout}`; besides the contracts'
there are `typed_data.json` and `details.json`: EIP-712 types and schemas of details for other languages.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import solcx

from contracts import details, typed_data
from contracts.typed_data import LEDGERS

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = ROOT / "contracts" / "src"
ARTIFACTS: Final = ROOT / "contracts" / "artifacts"
_CODE_LIMIT: Final = 24_576  # EIP-170


def compile_ledgers() -> dict[str, str]:
    """Text of every artifact file by file name. Raises ``solcx.exceptions.SolcError`` on an error in a source."""
    compiled = compile_contracts({name: f"contracts/src/{name}.sol" for name in LEDGERS})
    files = {f"{name}.json": _artifact(output) for name, output in compiled.items()}
    definitions = {"typed_data.json": typed_data.definitions(), "details.json": details.definitions()}
    return {name: _text(content) for name, content in {**files, **definitions}.items()}


def compile_contracts(paths: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What solc says of some contracts, by name; ``paths`` gives the file of each, from the repository's root.

    Raises ``solcx.exceptions.SolcError`` on an error in a source.
    """
    with (ROOT / "foundry.toml").open("rb") as file:
        profile: dict[str, Any] = tomllib.load(file)["profile"]["default"]
    sources = {path.relative_to(ROOT).as_posix() for path in SOURCES.rglob("*.sol")} | set(paths.values())
    request = {
        "language": "Solidity",
        "sources": {path: {"content": (ROOT / path).read_text(encoding="utf-8")} for path in sorted(sources)},
        "settings": {
            "remappings": profile["remappings"],
            "optimizer": {"enabled": profile["optimizer"], "runs": profile["optimizer_runs"]},
            "viaIR": profile["via_ir"],
            "evmVersion": profile["evm_version"],
            "metadata": {"bytecodeHash": profile["bytecode_hash"], "appendCBOR": profile["cbor_metadata"]},
            "outputSelection": {
                path: {
                    name: [
                        "abi",
                        "evm.bytecode.object",
                        "evm.deployedBytecode.object",
                        "evm.deployedBytecode.immutableReferences",
                        "storageLayout",
                    ]
                }
                for name, path in paths.items()
            },
        },
    }
    if not (ROOT / "node_modules" / "solc").is_dir():
        raise SystemExit("compiler_missing: node_modules is not installed - run `make setup`")
    output = solcx.compile_standard(request, solc_binary=ROOT / "contracts" / "solc")
    return {name: output["contracts"][path][name] for name, path in paths.items()}


def _artifact(compiled: dict[str, Any]) -> dict[str, Any]:
    runtime = compiled["evm"]["deployedBytecode"]
    layout = compiled["storageLayout"]["storage"]
    return {
        "abi": compiled["abi"],
        "bytecode": "0x" + compiled["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + runtime["object"],
        # Compiler-made numbers differ from run to run of a changed source: keep the places alone.
        "immutableReferences": sorted(
            (place for places in runtime["immutableReferences"].values() for place in places),
            key=lambda place: int(place["start"]),
        ),
        "storageLayout": [{"label": slot["label"], "slot": slot["slot"]} for slot in layout],
    }


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, sort_keys=False) + "\n"


def _sizes(files: dict[str, str]) -> str:
    rows = []
    for name in LEDGERS:
        size = len(json.loads(files[f"{name}.json"])["deployedBytecode"]) // 2 - 1
        rows.append(f"  {name:14} {size:6,} B of {_CODE_LIMIT:,}")
        if size > _CODE_LIMIT:
            raise SystemExit(f"contract_too_large: {name} has {size} bytes - split it (EIP-170 allows {_CODE_LIMIT})")
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    """Writes or checks the artifacts; prints the contracts' sizes."""
    files = compile_ledgers()
    print(_sizes(files))
    lying = {path.name: path.read_text(encoding="utf-8") for path in ARTIFACTS.glob("*.json")}
    if arguments == ["--check"]:
        stale = sorted(name for name in files.keys() | lying.keys() if files.get(name) != lying.get(name))
        for name in stale:
            print(f"artifact_stale: contracts/artifacts/{name} - run `python -m contracts.compiler` and commit it")
        return 1 if stale else 0
    ARTIFACTS.mkdir(exist_ok=True)
    for name in lying.keys() - files.keys():
        (ARTIFACTS / name).unlink()
    for name, text in files.items():
        (ARTIFACTS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
