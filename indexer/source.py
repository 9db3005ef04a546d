"""The chain the mirror follows: which contracts on it, since which block, and the rows a run of its blocks makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.deployer import Deployment
from contracts.signatures import keccak
from indexer.chain import Header, Link, check_unbroken
from indexer.copying import Load, load
from indexer.decode import Decoder
from indexer.errors import Halt, Retryable
from indexer.fingerprint import fingerprint
from indexer.project import project
from indexer.rpc import Node
from indexer.schema import KINDS
from indexer.window import Window, fetch


@dataclass(frozen=True, slots=True)
class Charter:
    """What the deployment record says: the chain, and each contract's name and code by its address.

    `first_block` is the block of the earliest of them; nothing before it concerns us.
    """

    chain_id: int
    genesis_hash: bytes
    contracts: Mapping[bytes, str]
    code_hashes: Mapping[bytes, bytes]
    first_block: int

    @classmethod
    def of(cls, deployment: Deployment) -> Charter:
        addresses = {name: _bytes(each.address) for name, each in deployment.contracts.items()}
        return cls(
            chain_id=deployment.chain_id,
            genesis_hash=_bytes(deployment.genesis_hash),
            contracts={address: name for name, address in addresses.items()},
            code_hashes={addresses[name]: _bytes(each.code_hash) for name, each in deployment.contracts.items()},
            first_block=deployment.first_block,
        )


class Source:
    """A node, read through a charter."""

    def __init__(self, node: Node, charter: Charter) -> None:
        self._node = node
        self._charter = charter
        self._addresses = frozenset(charter.contracts)
        self._decoder = Decoder(charter.contracts, KINDS)
        self.fingerprint = fingerprint(charter.chain_id, charter.genesis_hash, charter.contracts)

    def check_identity(self) -> None:
        """
        Raises:
            Halt: the node serves another chain, or other code stands at our addresses.
            Retryable: the node has not got that far yet.
        """
        charter = self._charter
        chain_id = self._node.chain_id()
        if chain_id != charter.chain_id:
            raise _another_chain(f"its chain id is {chain_id}, the deployment's is {charter.chain_id}")
        (genesis,) = self._node.headers(0, 0)
        if genesis.hash != charter.genesis_hash:
            raise _another_chain(f"its block 0 is 0x{genesis.hash.hex()}, ours 0x{charter.genesis_hash.hex()}")
        for address, expected in charter.code_hashes.items():
            code = self._node.code(address)
            if not code:
                raise Retryable(
                    "contract_not_there",
                    f"the node has no code at 0x{address.hex()} ({charter.contracts[address]})",
                    "the step is tried again; a node that still synchronises needs time",
                )
            if keccak(code) != expected:
                raise Halt(
                    "code_differs",
                    f"other code than the deployed stands at 0x{address.hex()} ({charter.contracts[address]})",
                    "check SUYUAN_DEPLOYMENT and SUYUAN_RPC_URL: they name different chains",
                )

    def start(self) -> Link:
        """The block below the first that can concern us, as the block above it has it: nothing is mirrored yet that
        would contradict a wrong one.

        Raises:
            Retryable: the node's headers do not follow each other.
        """
        below = max(0, self._charter.first_block - 1)
        headers = self._node.headers(below, below + 1)
        check_unbroken(headers)
        return headers[0]

    def head(self) -> Header:
        return self._node.head()

    def headers(self, first: int, last: int) -> tuple[Header, ...]:
        return self._node.headers(first, last)

    def fetch(self, first: int, last: int) -> Window:
        """Blocks `first` to `last` with our logs, cross-checked."""
        return fetch(self._node, first, last, self._addresses)

    def load(self, window: Window) -> Load:
        """The journal rows of a window, ready to be copied. Raises Halt on a log that is not understood."""
        return load(project(map(self._decoder.decode, window.logs), window.headers))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _another_chain(message: str) -> Halt:
    return Halt("another_chain", f"the node serves another chain: {message}", "point SUYUAN_RPC_URL at the right one")
