"""Where our contracts are: the deployment record, as bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from contracts.deployer import Deployment
from contracts.signatures import address_bytes


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The contracts of a deployment, by name and by address."""

    chain_id: int
    genesis_hash: bytes
    addresses: Mapping[str, bytes]
    code_hashes: Mapping[str, str]
    first_block: int

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """Read from the record that deploying leaves."""
        return cls(
            chain_id=deployment.chain_id,
            genesis_hash=bytes.fromhex(deployment.genesis_hash[2:]),
            addresses={name: address_bytes(contract.address) for name, contract in deployment.contracts.items()},
            code_hashes={name: contract.code_hash for name, contract in deployment.contracts.items()},
            first_block=deployment.first_block,
        )

    def name_at(self, address: bytes) -> str | None:
        """The name of the contract at an address; None if it is none of ours."""
        return next((name for name, ours in self.addresses.items() if ours == address), None)
