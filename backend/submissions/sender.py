"""The sender: signs transactions with the relayer's account and asks the node what became of them.

The only module of the service that uses web3. The account pays for the transaction and has no rights in any contract:
what it sends was signed by somebody else, and anybody else could send it too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

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

_T = TypeVar("_T")


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
        return self._read("eth_chainId", [], _number)

    def head(self) -> int:
        """The number of the newest block."""
        return self._read("eth_blockNumber", [], _number)

    def base_fee(self) -> int:
        """Wei per gas that the newest block asks for; 0 on a chain without fees."""
        return self._read(
            "eth_getBlockByNumber", ["latest", False], lambda found: _number(found.get("baseFeePerGas", "0x0"))
        )

    def genesis_hash(self) -> bytes | None:
        """The hash of block 0, 32 bytes."""
        return self.block_hash(0)

    def block_hash(self, block: int) -> bytes | None:
        """The hash of a block, 32 bytes; None while the node does not have it."""
        return self._read(
            "eth_getBlockByNumber", [hex(block), False], lambda found: None if found is None else _bytes(found["hash"])
        )

    def transaction_count(self, block: int | None = None) -> int:
        """How many transactions of the account are in the chain up to `block`, by default the newest."""
        tag = "latest" if block is None else hex(block)
        return self._read("eth_getTransactionCount", [self._account.address, tag], _number)

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """What became of a transaction; None while it is in no block."""
        return self._read("eth_getTransactionReceipt", ["0x" + transaction_hash.hex()], _receipt)

    def estimate(self, *, to: bytes, calldata: bytes, gas_cap: int) -> int | Revert:
        """The gas a call would take on the newest block, or its revert."""
        call = self._call(to, calldata) | {"gas": hex(gas_cap)}
        answer = self._reverting("eth_estimateGas", [call])
        return answer if isinstance(answer, Revert) else _understood("eth_estimateGas", _number, answer)

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
        return self._read("eth_getLogs", [criteria], len) > 0

    def code(self, contract: bytes) -> bytes:
        """The contract's code as the chain has it; empty where there is none."""
        return self._read("eth_getCode", ["0x" + contract.hex(), "latest"], _bytes)

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

    def _read(self, method: str, params: list[Any], parse: Callable[[Any], _T]) -> _T:
        answer = self._ask(method, params)
        if "error" in answer:
            raise ChainRefusal(f"{method}: {answer['error'].get('message', answer['error'])}")
        return _understood(method, parse, answer["result"])

    def _ask(self, method: str, params: list[Any]) -> Mapping[str, Any]:
        """One JSON-RPC exchange. Tests that kill the relayer between two of them hang on this method."""
        try:
            answer: Mapping[str, Any] = self._provider.make_request(method, params)
        except (RequestException, OSError, ValueError) as error:
            _LOG.warning("chain_unavailable", method=method, error=type(error).__name__)
            raise ChainUnavailable(f"{method}: {error}") from error
        if "result" not in answer and not isinstance(answer.get("error"), Mapping):
            raise ChainUnavailable(f"{method}: neither a result nor an error of JSON-RPC: {str(answer)[:200]}")
        return answer


def _understood(method: str, parse: Callable[[Any], _T], result: Any) -> _T:
    """What a result says; half of it says nothing.

    Raises:
        ChainUnavailable: a field is missing, or is not what it should be.
    """
    try:
        return parse(result)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        _LOG.warning("chain_answered_half", method=method, error=type(error).__name__)
        raise ChainUnavailable(f"{method} gave {str(result)[:200]}") from error


def _number(value: str) -> int:
    return int(value, 16)


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value[2:])


def _receipt(found: Mapping[str, str] | None) -> Receipt | None:
    if found is None:
        return None
    return Receipt(
        succeeded=_number(found["status"]) == 1,
        block_number=_number(found["blockNumber"]),
        block_hash=_bytes(found["blockHash"]),
        gas_used=_number(found["gasUsed"]),
    )


def _revert_data(data: object) -> bytes:
    """The encoded error of a revert: most nodes give hex, some wrap it in an object."""
    if isinstance(data, dict):
        data = data.get("data")
    if isinstance(data, str) and data.startswith("0x"):
        return bytes.fromhex(data[2:])
    return b""
