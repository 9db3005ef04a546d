"""The lies a node can tell, each by name.

A lie looks at one exchange and gives another reply than the true one, or None where it does not fit: there are no logs
to put out of order in an answer without logs. What a lie leaves alone is true. Those of several requests remember in
`Memory` what they have to stick to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.faults.exchange import HANG_UP, SILENCE, Exchange, Reply
from contracts.signatures import keccak

BLOCK, HEIGHT, LOGS, RECEIPTS = "eth_getBlockByNumber", "eth_blockNumber", "eth_getLogs", "eth_getBlockReceipts"
SEND, RECEIPT, COUNT = "eth_sendRawTransaction", "eth_getTransactionReceipt", "eth_getTransactionCount"
CHAIN_ID, CODE, CALL, ESTIMATE = "eth_chainId", "eth_getCode", "eth_call", "eth_estimateGas"

_BLOCKS_BACK = 2

LogKey = tuple[str, str]
"""Transaction hash and log index."""


@dataclass(slots=True)
class Memory:
    """What a liar has told one process and has to stick to."""

    withheld: LogKey | None = None
    receipts: dict[str, Mapping[str, Any]] = field(default_factory=dict)


Lie = Callable[[Exchange, Memory], Reply | None]


# --- the transport ---


def silence(exchange: Exchange, _memory: Memory) -> Reply | None:
    """The question arrives and nothing comes back."""
    exchange.pass_on()
    return SILENCE


def hang_up(_exchange: Exchange, _memory: Memory) -> Reply | None:
    """The question never arrives; the connection is closed."""
    return HANG_UP


def answer_lost(exchange: Exchange, _memory: Memory) -> Reply | None:
    """The question arrives; the connection is closed before the answer."""
    exchange.pass_on()
    return HANG_UP


def too_many_requests(_exchange: Exchange, _memory: Memory) -> Reply | None:
    """HTTP 429."""
    return Reply(b"slow down", status=429)


def error_in_words(_exchange: Exchange, _memory: Memory) -> Reply | None:
    """An error that is none of JSON-RPC, as the proxies in front of some nodes give it."""
    return Reply(b'{"error": "upstream is busy"}')


def half_answer(exchange: Exchange, _memory: Memory) -> Reply | None:
    """The connection is closed in the middle of the answer."""
    body = exchange.honest().body or b""
    return Reply(body, cut_at=len(body) // 2)


# --- half of it: what was asked for is not there ---


def field_missing(exchange: Exchange, _memory: Memory) -> Reply | None:
    """A block, log or receipt without one of its fields."""
    for index in exchange.indexes(BLOCK, RECEIPT, LOGS, RECEIPTS):
        result = exchange.result(index)
        if isinstance(result, dict):
            return exchange.instead(index, _without(result, "hash", "blockHash"))
        if isinstance(result, list) and result:
            return exchange.instead(index, [*result[:-1], _without(result[-1], "blockHash", "logs")])
    return None


def batch_short(exchange: Exchange, _memory: Memory) -> Reply | None:
    """Fewer answers than questions in one request."""
    return exchange.reply(exchange.answers[:-1]) if exchange.is_batch and len(exchange.calls) > 1 else None


def empty_result(exchange: Exchange, _memory: Memory) -> Reply | None:
    """null for a block, as a node gives it that has not got that far."""
    return next((exchange.instead(index, None) for index in exchange.indexes(BLOCK, RECEIPTS)), None)


def pruned(exchange: Exchange, _memory: Memory) -> Reply | None:
    """History is gone, says the node."""
    asked = exchange.indexes(BLOCK, LOGS, RECEIPTS, CALL, COUNT)
    return exchange.error(-32000, "missing trie node: history has been pruned") if asked else None


# --- logs ---


def logs_withheld(exchange: Exchange, _memory: Memory) -> Reply | None:
    """The bloom says there are logs; the answer has none."""
    return next((exchange.instead(index, []) for index in exchange.indexes(LOGS) if exchange.result(index)), None)


def one_log_withheld_twice(exchange: Exchange, memory: Memory) -> Reply | None:
    """One log is left out, and out of the receipts as well when they are asked for."""
    for index in exchange.indexes(LOGS):
        logs = exchange.result(index)
        if logs:
            memory.withheld = _key(logs[-1])
            return exchange.instead(index, logs[:-1])
    return None


def logs_out_of_order(exchange: Exchange, _memory: Memory) -> Reply | None:
    """The last log comes first."""
    return _with_logs(exchange, 2, lambda logs: [logs[-1], *logs[:-1]])


def log_twice(exchange: Exchange, _memory: Memory) -> Reply | None:
    """A log comes twice."""
    return _with_logs(exchange, 1, lambda logs: [*logs, logs[-1]])


def log_of_another_block(exchange: Exchange, _memory: Memory) -> Reply | None:
    """A log names another block hash than the header."""
    return _with_logs(exchange, 1, lambda logs: [*logs[:-1], {**logs[-1], "blockHash": _other(logs[-1]["blockHash"])}])


# --- the chain ---


def wrong_block_hash(exchange: Exchange, _memory: Memory) -> Reply | None:
    """A header comes with another hash."""
    for index in reversed(exchange.indexes(BLOCK)):
        block = exchange.result(index)
        if block:
            return exchange.instead(index, {**block, "hash": _other(block["hash"])})
    return None


def head_goes_back(exchange: Exchange, _memory: Memory) -> Reply | None:
    """The newest block, and what the account had sent by then, are those of some blocks ago."""
    for index, call in enumerate(exchange.calls):
        newest = exchange.ask(HEIGHT)
        earlier = hex(max(0, int(newest, 16) - _BLOCKS_BACK))
        match (call["method"], call["params"]):
            case ("eth_blockNumber", _):
                return exchange.instead(index, earlier)
            case ("eth_getBlockByNumber", ["latest", *_]):
                return exchange.instead(index, exchange.ask(BLOCK, earlier, *(False,)))
            case ("eth_getTransactionCount", [account, "latest"]):
                return exchange.instead(index, exchange.ask(COUNT, account, earlier))
    return None


def another_chain(exchange: Exchange, _memory: Memory) -> Reply | None:
    """Another chain id."""
    return next((exchange.instead(index, "0x5") for index in exchange.indexes(CHAIN_ID)), None)


def code_missing(exchange: Exchange, _memory: Memory) -> Reply | None:
    """No code where a ledger stands."""
    return next((exchange.instead(index, "0x") for index in exchange.indexes(CODE)), None)


# --- transactions ---


def transaction_dropped(exchange: Exchange, _memory: Memory) -> Reply | None:
    """The node says it has taken a transaction, and has not."""
    for index in exchange.indexes(SEND):
        raw = bytes.fromhex(exchange.calls[index]["params"][0][2:])
        taken = {"jsonrpc": "2.0", "id": exchange.calls[index]["id"], "result": "0x" + keccak(raw).hex()}
        return exchange.reply([taken])
    return None


def pool_full(exchange: Exchange, _memory: Memory) -> Reply | None:
    """The node takes no transaction now."""
    return exchange.error(-32000, "txpool is full") if exchange.indexes(SEND) else None


def receipt_late(exchange: Exchange, _memory: Memory) -> Reply | None:
    """No receipt yet of a transaction that is in a block."""
    return next((exchange.instead(index, None) for index in exchange.indexes(RECEIPT) if exchange.result(index)), None)


def receipt_of_the_past(exchange: Exchange, memory: Memory) -> Reply | None:
    """The receipt a transaction had before a reorganisation took its block."""
    for index in exchange.indexes(RECEIPT):
        told = memory.receipts.get(exchange.calls[index]["params"][0])
        if told is not None and told != exchange.result(index):
            return exchange.instead(index, told)
    return None


def receipt_invented(exchange: Exchange, _memory: Memory) -> Reply | None:
    """A transaction that is in no block, dropped or replaced, is said to be in the newest one."""
    for index in exchange.indexes(RECEIPT):
        if exchange.result(index) is None:
            head = exchange.ask(BLOCK, "latest", *(False,))
            block = {"blockNumber": head["number"], "blockHash": head["hash"]}
            return exchange.instead(index, {**block, "status": "0x1", "gasUsed": "0x5208"})
    return None


def receipt_of_failure(exchange: Exchange, _memory: Memory) -> Reply | None:
    """A transaction that succeeded is said to have reverted."""
    for index in exchange.indexes(RECEIPT):
        receipt = exchange.result(index)
        if receipt:
            return exchange.instead(index, {**receipt, "status": "0x0"})
    return None


LIES: Mapping[str, Lie] = {
    lie.__name__: lie
    for lie in (
        *(silence, hang_up, answer_lost, too_many_requests, error_in_words, half_answer),
        *(field_missing, batch_short, empty_result, pruned),
        *(logs_withheld, one_log_withheld_twice, logs_out_of_order, log_twice, log_of_another_block),
        *(wrong_block_hash, head_goes_back, another_chain, code_missing),
        *(transaction_dropped, pool_full, receipt_late, receipt_of_the_past, receipt_invented, receipt_of_failure),
    )
}


def stick_to(exchange: Exchange, memory: Memory) -> Reply:
    """The true reply, but for what was withheld before and would come out now."""
    withheld, memory.withheld = memory.withheld, None
    for index in exchange.indexes(RECEIPT):
        if exchange.result(index):
            memory.receipts[exchange.calls[index]["params"][0]] = exchange.result(index)
    for index in exchange.indexes(RECEIPTS):
        if withheld is not None and exchange.result(index):
            kept = [
                {**receipt, "logs": [log for log in receipt["logs"] if _key(log) != withheld]}
                for receipt in exchange.result(index)
            ]
            return exchange.instead(index, kept)
    return exchange.honest()


def _with_logs(
    exchange: Exchange, at_least: int, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> Reply | None:
    for index in exchange.indexes(LOGS):
        logs = exchange.result(index)
        if logs and len(logs) >= at_least:
            return exchange.instead(index, change(logs))
    return None


def _without(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: each for name, each in value.items() if name not in names}


def _other(block_hash: str) -> str:
    """A hash that differs in its last digit."""
    return block_hash[:-1] + ("1" if block_hash[-1] == "0" else "0")


def _key(log: Mapping[str, Any]) -> LogKey:
    return str(log["transactionHash"]), str(log["logIndex"])
