"""Puts the ledgers on a chain, once. The deployer's only module that talks to a node.

Addresses follow from the deployer's account and its nonces, so a second run finds what a first one (finished or
killed) left and deploys only the rest. The record holds for each ledger its address, the hash of its code, its
constructor's arguments (immutables are part of the code hash) and its block.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.types import TxData, TxParams

from contracts.artifact import artifact
from contracts.signatures import checksum, keccak
from contracts.typed_data import ACTIONS

OPERATOR: Final = 1
AUTHORITY: Final = 2
_ROLE_OPERATOR: Final = 1 << 0
_ROLE_AUTHORITY: Final = 1 << 1
_MINING_SECONDS: Final = 60
_POLL_SECONDS: Final = 0.05


class DeploymentError(Exception):
    """The chain is not the one the record speaks of, or deploying failed. ``code`` is stable."""

    def __init__(self, code: str, message: str, next_step: str) -> None:
        super().__init__(f"{code}: {message} - {next_step}")
        self.code = code
        self.message = message
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class Founders:
    """The two organisations a deployment starts with: addresses of their first keys, and the delays in seconds.

    ``operator_root`` and ``authority_root`` commit to their names (details roots, 32 bytes).
    """

    operator: str
    authority: str
    operator_root: bytes = bytes(32)
    authority_root: bytes = bytes(32)
    grant_delay: int = 0
    recovery_delay: int = 7 * 24 * 3600
    mode_delay: int = 24 * 3600


@dataclass(frozen=True, slots=True)
class Contract:
    """One deployed ledger. ``code_hash`` is keccak256 of the code on chain; arguments are JSON."""

    address: str
    code_hash: str
    constructor_arguments: Sequence[Any]
    block: int
    transaction: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the ledgers of one chain are."""

    chain_id: int
    genesis_hash: str
    contracts: Mapping[str, Contract]

    @classmethod
    def load(cls, path: Path) -> Deployment:
        """Reads a record. Raises :class:`DeploymentError` if there is none or it cannot be read."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            contracts = {name: Contract(**row) for name, row in content["contracts"].items()}
            return cls(content["chain_id"], content["genesis_hash"], contracts)
        except FileNotFoundError:
            raise DeploymentError(
                "deployment_missing", f"no record at {path}", "run `suyuan chain deploy` or set SUYUAN_DEPLOYMENT"
            ) from None
        except (ValueError, KeyError, TypeError) as error:
            raise DeploymentError(
                "deployment_unreadable", f"{path}: {error}", "restore it, or run `suyuan chain deploy` again"
            ) from error

    def save(self, path: Path) -> None:
        """Writes the record whole or not at all."""
        beside = path.with_suffix(".writing")
        beside.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        beside.replace(path)

    @property
    def first_block(self) -> int:
        """The earliest block that can hold an event of ours."""
        return min(contract.block for contract in self.contracts.values())


def deploy(rpc_url: str, deployer_key: bytes, founders: Founders) -> Deployment:
    """Deploys what is not there yet and returns the whole record.

    The account must be used for nothing else: its nonces 0, 1, ... are the ledgers, in order.
    Raises :class:`DeploymentError`.
    """
    chain = Web3(HTTPProvider(rpc_url))
    account = Account.from_key(deployer_key)
    addresses: dict[str, str] = {}
    contracts: dict[str, Contract] = {}
    for nonce, (name, arguments) in enumerate(_constructors(founders, addresses)):
        addresses[name] = created_address(account.address, nonce)
        contracts[name] = _deploy_one(chain, account, nonce, name, arguments())
    genesis = chain.eth.get_block(0)["hash"]
    return Deployment(chain.eth.chain_id, Web3.to_hex(genesis), contracts)


def created_address(creator: str, nonce: int) -> str:
    """The address of the contract an account creates with a nonce below 128: keccak(rlp([creator, nonce]))."""
    encoded_nonce = b"\x80" if nonce == 0 else bytes([nonce])
    return checksum(keccak(b"\xd6\x94" + bytes.fromhex(creator[2:]) + encoded_nonce)[12:])


def _constructors(founders: Founders, addresses: Mapping[str, str]) -> list[tuple[str, Any]]:
    """Ledgers in order of deployment, each with a function giving its constructor's arguments."""
    operator = (OPERATOR, _ROLE_OPERATOR, founders.operator, founders.operator_root)
    authority = (AUTHORITY, _ROLE_AUTHORITY, founders.authority, founders.authority_root)

    def of(*names: str) -> list[str]:
        return [addresses[name] for name in names]

    return [
        ("Participants", lambda: [operator, authority, founders.grant_delay, founders.recovery_delay]),
        ("Succession", lambda: [*of("Participants"), founders.mode_delay]),
        ("Recalls", lambda: of("Participants", "Succession")),
        ("Procurement", lambda: of("Participants", "Succession")),
        ("Traceability", lambda: of("Participants", "Succession", "Recalls", "Procurement")),
        ("Claims", lambda: of("Participants", "Succession", "Traceability")),
        ("Sheets", lambda: of("Participants", "Succession")),
        ("Corrections", lambda: of("Participants", "Succession")),
    ]


def _deploy_one(chain: Web3, account: Any, nonce: int, name: str, arguments: Sequence[Any]) -> Contract:
    address = Web3.to_checksum_address(created_address(account.address, nonce))
    compiled = artifact(name)
    contract = chain.eth.contract(abi=compiled.abi, bytecode=compiled.bytecode)
    creation: TxParams = contract.constructor(*arguments).build_transaction(
        {"from": account.address, "nonce": nonce, "gas": 12_000_000, "gasPrice": chain.eth.gas_price}
    )
    # A transaction of a killed run may still wait to be mined: sending it again would be refused.
    if chain.eth.get_transaction_count(account.address, "pending") == nonce:
        chain.eth.send_raw_transaction(account.sign_transaction(creation).raw_transaction)
    code = _await_code(chain, account.address, nonce, name)
    if compiled.without_immutables(code) != compiled.deployed_bytecode:
        raise DeploymentError(
            "code_mismatch",
            f"{name} at {address} is not what our sources compile to",
            "use a fresh deployer account, or check out the release that deployed it",
        )
    block = _creation_block(chain, address)
    transaction = _creation(chain, block, account.address, nonce)
    if Web3.to_hex(transaction["input"]) != creation["data"]:
        raise DeploymentError(
            "arguments_differ",
            f"{name} at {address} was deployed with other founders or delays than these",
            "give those it was deployed with, or use a fresh deployer account",
        )
    return Contract(address, Web3.to_hex(keccak(code)), _jsonable(arguments), block, Web3.to_hex(transaction["hash"]))


def _await_code(chain: Web3, deployer: str, nonce: int, name: str) -> bytes:
    """The code of the contract an account creates with a nonce, once it is there."""
    address = Web3.to_checksum_address(created_address(deployer, nonce))
    patience = time.monotonic() + _MINING_SECONDS
    while True:
        # Asked before the code: a nonce that is spent and has left no code will never leave any.
        spent = chain.eth.get_transaction_count(Web3.to_checksum_address(deployer)) > nonce
        if code := bytes(chain.eth.get_code(address)):
            return code
        if spent:
            raise DeploymentError(
                "nonce_spent",
                f"the deployer's transaction {nonce} did not create {name}",
                "use a fresh deployer account, for this alone",
            )
        if time.monotonic() > patience:
            raise DeploymentError(
                "not_mined",
                f"the creation of {name} was not mined within {_MINING_SECONDS} s",
                "see whether the chain makes blocks and the deployer can pay, then deploy again",
            )
        time.sleep(_POLL_SECONDS)


def _creation(chain: Web3, block: int, deployer: str, nonce: int) -> TxData:
    """The transaction of a block by which the deployer created a contract."""
    transactions = chain.eth.get_block(block, full_transactions=True)["transactions"]
    for transaction in transactions:
        assert not isinstance(transaction, bytes)  # we asked for them in full
        if transaction["from"] == deployer and transaction["nonce"] == nonce:
            return transaction
    raise DeploymentError(
        "creation_missing",
        f"block {block} has no transaction {nonce} of {deployer}",
        "ask another node: this one contradicts itself",
    )


def _creation_block(chain: Web3, address: str) -> int:
    """The first block in which the address has code, by bisection: works where a node keeps no old receipts."""
    low, high = 0, int(chain.eth.block_number)
    while low < high:
        middle = (low + high) // 2
        if chain.eth.get_code(Web3.to_checksum_address(address), middle):
            high = middle
        else:
            low = middle + 1
    return low


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    return value


def ledger_of(action: str) -> str:
    """Name of the ledger that takes an action."""
    return ACTIONS[action].ledger
