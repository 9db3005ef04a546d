"""The node, asked in raw JSON-RPC. The only module of the indexer that knows web3.

Answers come back as our own values with every field present, or not at all: what is missing or malformed is
`Retryable` here and nobody's surprise later.
"""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import orjson
import requests
from web3 import HTTPProvider
from web3.types import RPCEndpoint, RPCResponse

from indexer.chain import Header
from indexer.decode import Log
from indexer.errors import Retryable

# Besu and geth refuse batches beyond about a thousand; below a hundred the round trip dominates.
HEADERS_PER_REQUEST = 250
TIMEOUT_SECONDS = 30.0
# eth_getBlockByNumber: transactions by hash instead of in full.
_HASHES_ONLY = False

_T = TypeVar("_T")


class _Provider(HTTPProvider):
    """web3's transport with its session per thread, and a JSON parser four times as fast."""

    @staticmethod
    def decode_rpc_response(raw_response: bytes) -> RPCResponse:
        response: RPCResponse = orjson.loads(raw_response)
        return response


class Node:
    """One JSON-RPC endpoint. Safe to use from several threads.

    Every method raises Retryable when the node does not answer, answers with an error, or answers with half of it.
    """

    def __init__(self, url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url = url
        # No silent retries inside: the follower waits, says so, and starts from the cursor.
        self._provider = _Provider(url, request_kwargs={"timeout": timeout_seconds}, exception_retry_configuration=None)

    def chain_id(self) -> int:
        return _parsed(_quantity, self._call("eth_chainId"), "eth_chainId")

    def head(self) -> Header:
        """The header of the highest block."""
        return _parsed(_header, self._call("eth_getBlockByNumber", "latest", _HASHES_ONLY), "eth_getBlockByNumber")

    def headers(self, first: int, last: int) -> tuple[Header, ...]:
        """The headers of blocks `first` to `last`, both included."""
        headers: list[Header] = []
        for start in range(first, last + 1, HEADERS_PER_REQUEST):
            numbers = range(start, min(start + HEADERS_PER_REQUEST, last + 1))
            answers = self._batch([("eth_getBlockByNumber", (hex(number), _HASHES_ONLY)) for number in numbers])
            headers += [_parsed(_header, answer, "eth_getBlockByNumber") for answer in answers]
        if [header.number for header in headers] != list(range(first, last + 1)):
            raise self._lie(f"asked for blocks {first} to {last} it gave other ones")
        return tuple(headers)

    def logs(self, first: int, last: int, addresses: Collection[bytes]) -> list[Log]:
        """The logs of `addresses` in blocks `first` to `last`, in the node's order."""
        wanted = {"fromBlock": hex(first), "toBlock": hex(last), "address": [f"0x{each.hex()}" for each in addresses]}
        return _parsed(_logs, self._call("eth_getLogs", wanted), "eth_getLogs")

    def receipt_logs(self, block_hash: bytes) -> list[Log]:
        """All logs of one block, whoever's, as its receipts have them: a second opinion on `logs`."""
        method = "eth_getBlockReceipts"
        receipts = self._call(method, f"0x{block_hash.hex()}")
        return _parsed(lambda answer: [log for receipt in answer for log in _logs(receipt["logs"])], receipts, method)

    def code(self, address: bytes) -> bytes:
        """The code at an address now."""
        return _parsed(_bytes, self._call("eth_getCode", f"0x{address.hex()}", "latest"), "eth_getCode")

    def _call(self, method: str, *params: object) -> Any:
        return self._result(self._ask(lambda: self._provider.make_request(RPCEndpoint(method), list(params))), method)

    def _batch(self, calls: Sequence[tuple[str, tuple[object, ...]]]) -> list[Any]:
        answers = self._ask(
            lambda: self._provider.make_batch_request([(RPCEndpoint(method), list(params)) for method, params in calls])
        )
        if not isinstance(answers, list) or len(answers) != len(calls):
            raise self._lie(f"{len(calls)} questions in one request, and not as many answers: {str(answers)[:200]}")
        return [self._result(answer, calls[0][0]) for answer in answers]

    def _ask(self, ask: Callable[[], _T]) -> _T:
        try:
            return ask()
        except (requests.RequestException, OSError, ValueError, KeyError, TypeError) as error:
            raise Retryable(
                "node_unavailable",
                f"{self._url} did not answer: {type(error).__name__}: {str(error)[:200]}",
                "the step is tried again; check that the node runs and that SUYUAN_RPC_URL is its address",
            ) from error

    def _result(self, answer: Any, method: str) -> Any:
        if not isinstance(answer, dict) or answer.get("result") is None:
            reason = answer.get("error", "an empty answer") if isinstance(answer, dict) else answer
            raise Retryable(
                "node_refused",
                f"{method} at {self._url}: {str(reason)[:300]}",
                "the step is tried again with a smaller window; if this lasts, see the node's log",
            )
        return answer["result"]

    def _lie(self, message: str) -> Retryable:
        return Retryable("node_contradicts", f"{self._url}: {message}", "tried again; if this lasts, use another node")


def _parsed(parse: Callable[[Any], _T], answer: Any, method: str) -> _T:
    try:
        return parse(answer)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise Retryable(
            "node_answered_half",
            f"{method} gave {str(answer)[:200]}: {type(error).__name__} {error}",
            "the step is tried again; if this lasts, use another node",
        ) from error


def _quantity(value: str) -> int:
    return int(value, 16)


def _bytes(value: str) -> bytes:
    return unhexlify(value[2:])


def _header(value: dict[str, str]) -> Header:
    return Header(
        number=int(value["number"], 16),
        hash=_bytes(value["hash"]),
        parent_hash=_bytes(value["parentHash"]),
        recorded_at=int(value["timestamp"], 16),
        bloom=int(value["logsBloom"], 16),
    )


def _logs(values: list[dict[str, Any]]) -> list[Log]:
    logs = []
    for value in values:
        if value.get("removed"):
            raise ValueError("a log marked as removed")
        topics = value["topics"]
        logs.append(
            Log(
                block=int(value["blockNumber"], 16),
                block_hash=_repeated(value["blockHash"]),
                index=int(value["logIndex"], 16),
                transaction=_repeated(value["transactionHash"]),
                address=_repeated(value["address"]),
                topic=_repeated(topics[0]) if topics else b"",
                topics=b"".join([_bytes(topic) for topic in topics[1:]]),
                data=_bytes(value["data"]),
            )
        )
    return logs


# Blocks, transactions, contracts and kinds of event are the same from log to log.
_repeated = lru_cache(maxsize=4096)(_bytes)
