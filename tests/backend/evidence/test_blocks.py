"""Headers as nodes give them become the bytes that their hashes are of, whichever forks a chain is past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from backend.evidence.blocks import anchor_at, encoded
from contracts.signatures import keccak
from indexer.errors import Retryable
from indexer.proofs import ProvingNode
from tests.evidence.maker import Signer
from tests.evidence.seals import qbft_hash, qbft_header
from verifier import rlp
from verifier.trust import Seals

NUMBER = 21
PARIS = {
    **dict.fromkeys(("parentHash", "sha3Uncles", "stateRoot", "transactionsRoot", "receiptsRoot"), "0x" + "5c" * 32),
    "miner": "0x" + "11" * 20,
    "logsBloom": "0x" + "00" * 256,
    "difficulty": "0x1",
    "number": hex(NUMBER),
    "gasLimit": "0x1fffffffffffff",
    "gasUsed": "0x0",
    "timestamp": "0x69217f00",
    "extraData": "0x",
    "mixHash": "0x" + "63" * 32,
    "nonce": "0x0000000000000000",
}
LONDON = {"baseFeePerGas": "0x7"}
CANCUN = {
    "withdrawalsRoot": "0x" + "56" * 32,
    "blobGasUsed": "0x0",
    "excessBlobGas": "0x0",
    "parentBeaconBlockRoot": "0x" + "00" * 32,
}
VALIDATORS = tuple(Signer(0, keccak(b"validator %d" % place)) for place in range(4))


class Answering(ProvingNode):
    """A node that has one block: no chain that seals is on this machine."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__("http://127.0.0.1:1")
        self._answer = answer

    def header(self, number: int) -> Mapping[str, Any]:
        return self._answer


def hashed(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {**answer, "hash": "0x" + keccak(encoded(answer)).hex()}


@pytest.mark.parametrize(
    ("later", "fields"), [({}, 15), (LONDON, 16), (LONDON | {"withdrawalsRoot": None}, 16), (LONDON | CANCUN, 20)]
)
def test_a_header_has_the_fields_of_the_forks_its_chain_is_past(later: dict[str, Any], fields: int) -> None:
    answer = hashed(PARIS | later)
    anchor = anchor_at(Answering(answer), NUMBER)
    assert fields == len(rlp.decode(anchor.header))
    assert (NUMBER, answer["hash"], None) == (anchor.number, "0x" + anchor.hash.hex(), anchor.seals)


def test_a_header_that_validators_sealed_names_them_and_has_its_hash_without_the_seals() -> None:
    plain = encoded(PARIS | LONDON)
    sealed = rlp.decode(qbft_header(plain, VALIDATORS, VALIDATORS[:3], b"\x01"))
    assert isinstance(sealed, list)
    extra = sealed[12]
    assert isinstance(extra, bytes)
    answer = PARIS | LONDON | {"extraData": "0x" + extra.hex(), "hash": "0x" + qbft_hash(plain, VALIDATORS).hex()}
    anchor = anchor_at(Answering(answer), NUMBER)
    assert Seals("qbft", frozenset(each.address for each in VALIDATORS)) == anchor.seals
    assert qbft_hash(plain, VALIDATORS) == anchor.hash


@pytest.mark.parametrize(
    "changed", [{"stateRoot": "0x" + "00" * 32}, {"hash": "0x"}, {"number": "0x16"}, {"nonce": None}, {"gasUsed": "?"}]
)
def test_a_header_without_its_hash_is_not_believed(changed: dict[str, Any]) -> None:
    with pytest.raises(Retryable):
        anchor_at(Answering(hashed(PARIS | LONDON) | changed), NUMBER)
