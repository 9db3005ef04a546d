"""What the compiler made of each ledger, as it lies in `contracts/artifacts`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).resolve().parent / "artifacts"


@dataclass(frozen=True)
class Artifact:
    """One compiled ledger. ``abi`` is the JSON ABI; codes are bytes."""

    name: str
    abi: Sequence[Mapping[str, Any]]
    bytecode: bytes
    deployed_bytecode: bytes
    immutable_references: Sequence[Mapping[str, int]]

    def without_immutables(self, code: bytes) -> bytes:
        """Deployed code with its immutables blanked, to compare with ``deployed_bytecode``."""
        blank = bytearray(code)
        for place in self.immutable_references:
            start, length = place["start"], place["length"]
            blank[start : start + length] = bytes(length)
        return bytes(blank)


@cache
def artifact(name: str) -> Artifact:
    """The artifact of a ledger. Raises ``FileNotFoundError`` for one we do not have."""
    content = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Artifact(
        name=name,
        abi=content["abi"],
        bytecode=bytes.fromhex(content["bytecode"][2:]),
        deployed_bytecode=bytes.fromhex(content["deployedBytecode"][2:]),
        immutable_references=content["immutableReferences"],
    )
