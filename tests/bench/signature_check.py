"""Checking one EIP-712 signature on the submit path: the digest of a batch of one item, and who signed it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Final

from eth_account import Account
from eth_account.messages import encode_typed_data

from contracts.signatures import recover, sign
from contracts.typed_data import Batch, Domain
from contracts.vectors import oracle_domain, oracle_types
from tests.bench.figures import Figure, take_turns

_ROUNDS: Final = 7
_SIGNATURES: Final = 500
_SIGNERS: Final = 20
_DOMAIN: Final = Domain(31_337, "0x" + "11" * 20)
_MICROSECONDS: Final = 1e6


def figures(n: int | None) -> Iterator[Figure]:
    """One figure; every signature checked is another one, of a few signers as in a park."""
    count = n or _SIGNATURES
    keys = [os.urandom(32) for _ in range(_SIGNERS)]
    batches = [_batch() for _ in range(count)]
    signatures = [sign(batch.digest(_DOMAIN), keys[index % _SIGNERS]) for index, batch in enumerate(batches)]
    domain, types = oracle_domain(_DOMAIN), oracle_types("RecordLotEventBatch")
    messages = [_message(batch) for batch in batches]

    def ours() -> list[str]:
        return [recover(batch.digest(_DOMAIN), each) for batch, each in zip(batches, signatures, strict=True)]

    def peer() -> list[str]:
        return [
            str(Account.recover_message(encode_typed_data(domain, types, message), signature=each))
            for message, each in zip(messages, signatures, strict=True)
        ]

    if ours() != peer():
        raise RuntimeError("eth-account recovers other signers: the two measure different things")
    own, its = take_turns(_ROUNDS, ours, peer)
    yield Figure(
        name="verify.eip712",
        unit="µs a signature",
        command="make bench ONLY=verify",
        ours=own.median / count * _MICROSECONDS,
        peer_name="eth-account, encode_typed_data + recover_message",
        peer=its.median / count * _MICROSECONDS,
        samples=tuple(run / count * _MICROSECONDS for run in own.runs),
        n=count,
        cpu_s=own.cpu,
    )


def _batch() -> Batch:
    holding = {"maker": 3, "handle": os.urandom(32), "creator": 3, "serial": 1}
    event = {
        "kind": 0,
        "action": 1,
        "items": [{"role": 0, "origin": 1, "holding": holding, "seq": 0}],
        "occurredAt": 1_700_000_000,
        "schema": 1,
        "root": os.urandom(32),
    }
    return Batch("RecordLotEvent", (event,), nonce=int.from_bytes(os.urandom(32), "big"), deadline=2**40)


def _message(batch: Batch) -> dict[str, Any]:
    return {"actions": list(batch.actions), "nonce": batch.nonce, "deadline": batch.deadline, "mode": batch.mode}
