"""A block stands by its witnesses, by the seals of its validators, or by both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from contracts.signatures import keccak, sign
from tests.evidence.maker import BLOCK, CHAIN, GENESIS, NOW, Draft, Signer, checkpoint_of, header_of, trust_of
from tests.evidence.seals import clique_header, qbft_hash, qbft_header, with_extra
from tests.evidence.stories import WITNESSES, signer
from verifier import rlp
from verifier import trust as trust_file
from verifier.anchor import Block, check_anchor, checkpoint_digest
from verifier.evidence import Checkpoint
from verifier.refusal import Refusal

VALIDATORS = tuple(signer(f"validator {i}", 0) for i in range(4))
STATE = keccak(b"state")
HEADER = header_of(STATE)


def anchored(header: bytes, checkpoint: Checkpoint | None = None, **trusted: Any) -> tuple[Block, tuple[str, ...]]:
    trust = trust_file.read(json.dumps({**trust_of([]), **trusted}).encode())
    return check_anchor(header, checkpoint, trust)


def refused(header: bytes, **trusted: Any) -> str:
    with pytest.raises(Refusal) as reason:
        anchored(header, **trusted)
    return reason.value.code


def sealed_by(kind: str, validators: Sequence[Signer] = VALIDATORS) -> dict[str, Any]:
    return {"seals": {"kind": kind, "validators": [each.address for each in validators]}}


@pytest.mark.parametrize("round_", [b"", b"\x02"])
def test_three_of_four_seals_carry_a_qbft_block_in_any_round(round_: bytes) -> None:
    header = qbft_header(HEADER, VALIDATORS, VALIDATORS[:3], round_)
    block, _ = anchored(header, **sealed_by("qbft"))
    assert Block(BLOCK, qbft_hash(HEADER, VALIDATORS), NOW + 60, STATE) == block


def test_two_of_four_seals_do_not_though_a_chain_of_floors_would_take_them() -> None:
    assert "seals_missing" == refused(qbft_header(HEADER, VALIDATORS, VALIDATORS[:2]), **sealed_by("qbft"))


def test_seals_of_strangers_or_the_same_twice_do_not_count() -> None:
    strangers = (*VALIDATORS[:2], signer("stranger", 0))
    twice = (*VALIDATORS[:2], VALIDATORS[0])
    for sealers in (strangers, twice):
        assert "seals_missing" == refused(qbft_header(HEADER, VALIDATORS, sealers), **sealed_by("qbft"))


def test_a_header_that_names_other_validators_is_refused() -> None:
    others = (*VALIDATORS[:3], signer("other", 0))
    assert "seals_missing" == refused(qbft_header(HEADER, others, VALIDATORS[:3]), **sealed_by("qbft"))


def test_a_seal_of_another_state_does_not_count() -> None:
    sealed = rlp.decode(qbft_header(HEADER, VALIDATORS, VALIDATORS))
    assert isinstance(sealed, list)
    sealed[3] = keccak(b"another state")
    assert "seals_missing" == refused(rlp.encode(sealed), **sealed_by("qbft"))


@pytest.mark.parametrize("extra", [b"", bytes(97), rlp.encode([]), rlp.encode([b"", b"", b"", b"", b""])])
def test_extra_data_of_another_kind_is_no_seal(extra: bytes) -> None:
    assert "seals_missing" == refused(with_extra(HEADER, extra), **sealed_by("qbft"))


def clique_trust() -> dict[str, Any]:
    return {**sealed_by("clique"), "witnesses": trust_of(WITNESSES)["witnesses"]}


def checkpoint(header: bytes) -> Checkpoint:
    content = checkpoint_of(header, WITNESSES)
    assert content is not None
    digest = checkpoint_digest(CHAIN, BLOCK, keccak(header), GENESIS, bytes(32))
    return Checkpoint(bytes(32), {each.address: sign(digest, each.key) for each in WITNESSES})


def test_a_clique_block_needs_its_sealer_and_witnesses() -> None:
    header = clique_header(HEADER, VALIDATORS[2])
    block, witnesses = anchored(header, checkpoint(header), **clique_trust())
    assert (BLOCK, {each.address for each in WITNESSES}) == (block.number, set(witnesses))


def test_a_clique_block_of_a_stranger_is_refused() -> None:
    header = clique_header(HEADER, signer("stranger", 0))
    with pytest.raises(Refusal) as reason:
        anchored(header, checkpoint(header), **clique_trust())
    assert "seals_missing" == reason.value.code


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xc0",
        rlp.encode([bytes(32)] * 14),
        rlp.encode([bytes(32)] * 15),
        rlp.encode([[], *[b"\x01"] * 20]),
        HEADER + b"\0",
        HEADER[:-1],
    ],
)
def test_what_is_no_header_is_refused(header: bytes) -> None:
    assert "header_malformed" == refused(header, **sealed_by("qbft"))


def test_more_witnesses_than_needed_may_sign_and_strangers_do_not_count() -> None:
    made = Draft({}, trust_of(WITNESSES))
    made.trust["witnesses"]["threshold"] = 1
    trust = trust_file.read(json.dumps(made.trust).encode())
    _, witnesses = check_anchor(HEADER, checkpoint(HEADER), trust)
    assert 2 == len(witnesses)
