"""The sender: signs transactions with the relayer's account and asks the node what became of them.

The only module of the service that uses web3. The account pays for the transaction and has no rights in any contract:
what it sends was signed by somebody else, and anybody else could send it too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from eth_account.signers.local import LocalAccount
from requests.exceptions import RequestException
from web3 import HTTPProvider

_LOG = structlog.get_logger(__name__)

ANSWER_SECONDS = 20.0
"""A node that does not answer within this is treated as not there; the outbox waits."""

# JSON-RPC's code for "execution reverted", and what nodes use that do not know it.
_REVERT_CODES = frozenset({3, -32000, -32015})

# What nodes answer to a transaction they have already; none of it is a failure. geth, Besu and Anvil each have their
# own words for it.
_KNOWN_ALREADY = ("already known", "already imported", "known transaction", "nonce too low", "alreadyknown")


class ChainUnavailable(Exception):
    """The node did not answer, or not in the way JSON-RPC does. Nothing is known of what was asked; ask again."""


class ChainRefusal(Exception):
    """The node answered with an error that is not a revert: too little balance, a full pool, an unknown block."""


@dataclass(frozen=True, slots=True)
class Revert:
    """A call the contract reverted; `data` is the encoded custom error, empty where the node keeps it to itself."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction."""

    succeeded: bool
    block_number: int
    block_hash: bytes
    gas_used: int


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """The raw bytes of a transaction, ready to be sent any number of times."""

    hash: bytes
    raw: bytes


class Sender:
    """One account at one node. Safe to share between threads: it has no state but the connection."""

    def __init__(
        self,
        rpc_url: str,
        account: LocalAccount,
        chain_id: int,
        gas_price: int = 0,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Args:
        gas_price: wei per gas, the same for every transaction: with a rising price Anvil drops transactions
            of one account silently, and on a permissioned chain nobody outbids anybody.
        answer_seconds: how long the node may take for an answer.
        """
        self._provider = HTTPProvider(
            rpc_url, request_kwargs={"timeout": answer_seconds}, exception_retry_configuration=None
        )
        self._account = account
        self._chain_id = chain_id
        self._gas_price = gas_price

    @property
    def address(self) -> bytes:
        """The account's address, 20 bytes."""
        return bytes.fromhex(self._account.address[2:])

    def sign(self, *, to: bytes, calldata: bytes, account_nonce: int, gas_limit: int) -> SignedTransaction:
        """Sign a transaction offline."""
        signed = self._account.sign_transaction(
            {
                "chainId": self._chain_id,
                "nonce": account_nonce,
                "to": to,
                "data": calldata,
                "value": 0,
                "gas": gas_limit,
                "gasPrice": self._gas_price,
            }
        )
        return SignedTransaction(hash=bytes(signed.hash), raw=bytes(signed.raw_transaction))

    def send(self, raw: bytes) -> None:
        """Hand a transaction to the node; again does no harm.

        Raises:
            ChainUnavailable: it may or may not have arrived.
            ChainRefusal: the node will not have it now.
        """
        answer = self._ask("eth_sendRawTransaction", ["0x" + raw.hex()])
        if "error" in answer:
            message = str(answer["error"].get("message", ""))
            if not any(words in message.lower() for words in _KNOWN_ALREADY):
                raise ChainRefusal(message)

    def chain_id(self) -> int:
        """The chain the node is on."""
        return int(self._result("eth_chainId", []), 16)

    def head(self) -> int:
        """The number of the newest block."""
        return int(self._result("eth_blockNumber", []), 16)

    def genesis_hash(self) -> bytes:
        """The hash of block 0, 32 bytes."""
        return bytes.fromhex(self._result("eth_getBlockByNumber", ["0x0", False])["hash"][2:])

    def transaction_count(self, block: int | None = None) -> int:
        """How many transactions of the account are in the chain up to `block`, by default the newest."""
        tag = "latest" if block is None else hex(block)
        return int(self._result("eth_getTransactionCount", [self._account.address, tag]), 16)

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """What became of a transaction; None while it is in no block."""
        found = self._result("eth_getTransactionReceipt", ["0x" + transaction_hash.hex()])
        if found is None:
            return None
        return Receipt(
            succeeded=int(found["status"], 16) == 1,
            block_number=int(found["blockNumber"], 16),
            block_hash=bytes.fromhex(found["blockHash"][2:]),
            gas_used=int(found["gasUsed"], 16),
        )

    def estimate(self, *, to: bytes, calldata: bytes, gas_cap: int) -> int | Revert:
        """The gas a call would take on the newest block, or its revert."""
        call = self._call(to, calldata) | {"gas": hex(gas_cap)}
        answer = self._reverting("eth_estimateGas", [call])
        return answer if isinstance(answer, Revert) else int(answer, 16)

    def explain(self, *, to: bytes, calldata: bytes, block: int) -> Revert | None:
        """Why a call reverts on the state after `block`; None if it does not."""
        answer = self._reverting("eth_call", [self._call(to, calldata), hex(block)])
        return answer if isinstance(answer, Revert) else None

    def has_logged(self, *, contract: bytes, topics: Sequence[bytes], from_block: int) -> bool:
        """Whether the contract has a log with these first topics, from `from_block` to the newest block."""
        criteria = {
            "address": "0x" + contract.hex(),
            "topics": ["0x" + topic.hex() for topic in topics],
            "fromBlock": hex(from_block),
            "toBlock": "latest",
        }
        return bool(self._result("eth_getLogs", [criteria]))

    def code(self, contract: bytes) -> bytes:
        """The contract's code as the chain has it; empty where there is none."""
        return bytes.fromhex(self._result("eth_getCode", ["0x" + contract.hex(), "latest"])[2:])

    def _call(self, to: bytes, calldata: bytes) -> dict[str, str]:
        return {"from": self._account.address, "to": "0x" + to.hex(), "data": "0x" + calldata.hex()}

    def _reverting(self, method: str, params: list[Any]) -> Revert | str:
        answer = self._ask(method, params)
        if "error" not in answer:
            return str(answer["result"])
        error = answer["error"]
        if error.get("code") in _REVERT_CODES and "revert" in str(error.get("message", "")).lower():
            return Revert(_revert_data(error.get("data")))
        raise ChainRefusal(str(error.get("message", error)))

    def _result(self, method: str, params: list[Any]) -> Any:
        answer = self._ask(method, params)
        if "error" in answer:
            raise ChainRefusal(f"{method}: {answer['error'].get('message', answer['error'])}")
        return answer["result"]

    def _ask(self, method: str, params: list[Any]) -> Mapping[str, Any]:
        """One JSON-RPC exchange. Tests that kill the relayer between two of them hang on this method."""
        try:
            answer: Mapping[str, Any] = self._provider.make_request(method, params)
        except (RequestException, OSError, ValueError) as error:
            _LOG.warning("chain_unavailable", method=method, error=type(error).__name__)
            raise ChainUnavailable(f"{method}: {error}") from error
        if "result" not in answer and "error" not in answer:
            raise ChainUnavailable(f"{method}: neither a result nor an error")
        return answer


def _revert_data(data: object) -> bytes:
    """The encoded error of a revert: most nodes give hex, some wrap it in an object."""
    if isinstance(data, dict):
        data = data.get("data")
    if isinstance(data, str) and data.startswith("0x"):
        return bytes.fromhex(data[2:])
    return b""
