"""The two other languages, kept running: a contract on a chain, and one node process fed a line at a time."""

from __future__ import annotations

import fcntl
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
from contracts.typed_data import ACTIONS, Domain
from contracts.wire import SignedBatch, calldata

_SOURCES = {
    "Hashing": "contracts/test/Hashing.sol",
    "DealHashing": "contracts/test/DealHashing.sol",
    "HashingLedger": "contracts/test/support/HashingLedger.sol",
}
# Whose actions `DealHashing` knows; `Hashing` knows all others, and is of the largest size a contract may have.
_DEALS = frozenset({"Procurement", "Claims", "Sheets"})
_LEAVES = "(uint8,uint8,bytes,bytes32)[]"
_VERIFY = f"verifyDetails(bytes32,uint32,uint256,{_LEAVES},bytes32[])"


class Solidity:
    """`contracts/test/Hashing.sol` and its twin on a chain: they take any batch's calldata and say what they hashed."""

    def __init__(self, anvil: Anvil, kept: Path) -> None:
        """
        Args:
            kept: where what the sources compile to is kept for the other processes of this run: it takes 20 s.
        """
        self._anvil = anvil
        codes = _compiled_once(kept)
        self._hashing, self._deal_hashing = (self._deploy(codes[name]) for name in ("Hashing", "DealHashing"))

    def _deploy(self, code: str) -> str:
        accounts = self._anvil.ask("eth_accounts")
        assert isinstance(accounts, list)
        creation = {"from": accounts[0], "data": f"0x{code}", "gas": "0x2000000"}
        receipt = self._anvil.ask("eth_sendTransactionSync", creation)
        assert isinstance(receipt, dict)
        return str(receipt["contractAddress"])

    def domain(self, action: str) -> Domain:
        """Where batches of a kind are to be signed for."""
        return Domain(CHAIN_ID, self._deal_hashing if ACTIONS[action].ledger in _DEALS else self._hashing)

    def hashes(self, batch: SignedBatch) -> tuple[bytes, list[bytes]]:
        """A batch's digest and the hashes of its actions. Fails for a signature that is not the signer's."""
        ledger = self.domain(batch.batch.action).verifying_contract
        digest, hashes = decode(("bytes32", "bytes32[]"), self._call(ledger, calldata(batch)))
        return digest, list(hashes)

    def verifies(self, schema: Schema, root: bytes, leaves: tuple[Leaf, ...], siblings: tuple[bytes, ...]) -> bool:
        shown = [(leaf.index, int(leaf.tag), leaf.value, leaf.salt) for leaf in leaves]
        types = ("bytes32", "uint32", "uint256", _LEAVES, "bytes32[]")
        arguments = encode(types, (root, schema.id, schema.size, shown, siblings))
        return bool(decode(("bool",), self._call(self._hashing, keccak(_VERIFY.encode())[:4] + arguments))[0])

    def _call(self, ledger: str, data: bytes) -> bytes:
        call = {"to": ledger, "data": f"0x{data.hex()}"}
        return bytes.fromhex(str(self._anvil.ask("eth_call", call, "latest"))[2:])


def _compiled_once(kept: Path) -> dict[str, str]:
    """Creation code by contract; whoever comes first compiles, the others wait for it."""
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            compiled = compile_contracts(_SOURCES)
            codes = {name: output["evm"]["bytecode"]["object"] for name, output in compiled.items()}
            kept.write_text(json.dumps(codes), encoding="utf-8")
        found: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
        return found


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
