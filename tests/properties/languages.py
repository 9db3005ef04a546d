"""The two other languages, kept running: a contract on a chain, and one node process fed a line at a time."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from eth_abi.abi import decode, encode

from backend.sandbox.anvil import CHAIN_ID, Anvil
from contracts.compiler import ROOT, compile_contracts
from contracts.details import Leaf, Schema
from contracts.signatures import keccak
from contracts.typed_data import Domain

_LEAVES = "(uint8,uint8,bytes,bytes32)[]"
_VERIFY = f"verifyDetails(bytes32,uint32,uint256,{_LEAVES},bytes32[])"


class Solidity:
    """`contracts/test/Hashing.sol` on a chain: it takes any batch's calldata and says what it hashed."""

    def __init__(self, anvil: Anvil) -> None:
        self._anvil = anvil
        code = compile_contracts({"Hashing": "contracts/test/Hashing.sol"})["Hashing"]["evm"]["bytecode"]["object"]
        accounts = anvil.ask("eth_accounts")
        assert isinstance(accounts, list)
        creation = {"from": accounts[0], "data": f"0x{code}", "gas": "0x2000000"}
        receipt = anvil.ask("eth_sendTransactionSync", creation)
        assert isinstance(receipt, dict)
        self.domain = Domain(CHAIN_ID, str(receipt["contractAddress"]))

    def hashes(self, calldata: bytes) -> tuple[bytes, list[bytes]]:
        """A batch's digest and the hashes of its actions. Fails for a signature that is not the signer's."""
        digest, hashes = decode(("bytes32", "bytes32[]"), self._call(calldata))
        return digest, list(hashes)

    def verifies(self, schema: Schema, root: bytes, leaves: tuple[Leaf, ...], siblings: tuple[bytes, ...]) -> bool:
        shown = [(leaf.index, int(leaf.tag), leaf.value, leaf.salt) for leaf in leaves]
        types = ("bytes32", "uint32", "uint256", _LEAVES, "bytes32[]")
        arguments = encode(types, (root, schema.id, schema.size, shown, siblings))
        return bool(decode(("bool",), self._call(keccak(_VERIFY.encode())[:4] + arguments))[0])

    def _call(self, data: bytes) -> bytes:
        call = {"to": self.domain.verifying_contract, "data": f"0x{data.hex()}"}
        return bytes.fromhex(str(self._anvil.ask("eth_call", call, "latest"))[2:])


class TypeScript:
    """`frontend/test/oracle.ts`, bundled and running."""

    def __init__(self, folder: Path) -> None:
        script = folder / "oracle.mjs"
        bundler = ROOT / "node_modules/esbuild/bin/esbuild"
        source = ROOT / "frontend/test/oracle.ts"
        options = ("--bundle", "--platform=node", "--format=esm", "--log-level=warning", f"--outfile={script}")
        subprocess.run([bundler, source, *options], check=True)
        self._process = subprocess.Popen(["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()  # It ends when its input does.

    def ask(self, about: str, **request: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"about": about, **request}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer
