"""A batch is one number: in eth-account, in Python, in Solidity and in TypeScript, whatever is in it."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.action_json import parse, to_json
from contracts.signatures import recover, sign
from contracts.typed_data import ACTIONS, Batch, Domain
from contracts.vectors import oracle, oracle_digest
from contracts.wire import SignedBatch, calldata, parse_calldata
from tests.properties.languages import Solidity, TypeScript
from tests.properties.values import addresses, batches, integers, trails

_KEY = bytes(31) + b"\x01"
_SIGNER = str(Account.from_key(_KEY).address)

every_action = pytest.mark.parametrize("action", ACTIONS)


def _signed(batch: Batch, domain: Domain, data: st.DataObject) -> SignedBatch:
    proof = ACTIONS[batch.action].proof
    return SignedBatch(
        batch,
        _SIGNER,
        sign(batch.digest(domain), _KEY),
        data.draw(trails(len(batch.actions))) if proof else (),
    )


def _body(batch: Batch) -> dict[str, Any]:
    return {"actions": list(batch.actions), "nonce": batch.nonce, "deadline": batch.deadline, "mode": batch.mode}


@every_action
@settings(max_examples=20)
@given(data=st.data())
def test_the_digest_is_eth_accounts(action: str, data: st.DataObject) -> None:
    batch = data.draw(batches(action))
    domain = Domain(data.draw(integers(64)), data.draw(addresses))
    assert oracle_digest(oracle(ACTIONS[action].batch, _body(batch), domain)) == batch.digest(domain)


@every_action
@settings(max_examples=20)
@given(data=st.data())
def test_calldata_reads_back_as_the_batch_it_was_made_of(action: str, data: st.DataObject) -> None:
    signed = _signed(data.draw(batches(action)), Domain(1, "0x" + "00" * 20), data)
    read = parse_calldata(calldata(signed))
    # The ABI decoder spells addresses in lower case.
    assert to_json(_body(signed.batch)) == to_json(_body(_as_we_spell(read.batch)))
    assert calldata(signed) == calldata(read)


@every_action
@settings(max_examples=20)
@given(data=st.data())
def test_an_action_survives_json(action: str, data: st.DataObject) -> None:
    for value in data.draw(batches(action)).actions:
        assert value == parse(action, to_json(value))


@every_action
@settings(max_examples=10)
@given(data=st.data())
def test_solidity_and_typescript_make_of_a_batch_what_python_makes_of_it(
    action: str, data: st.DataObject, solidity: Solidity, typescript: TypeScript
) -> None:
    domain = solidity.domain(action)
    batch = data.draw(batches(action))
    signed = _signed(batch, domain, data)
    expected = {
        "digest": to_json(batch.digest(domain)),
        "actionHashes": to_json(batch.action_hashes()),
        "signer": recover(batch.digest(domain), signed.signature),
        "calldata": to_json(calldata(signed)),
        "again": to_json(calldata(signed)),
    }
    assert expected == typescript.ask(
        "batch",
        action=action,
        **to_json(_body(batch)),
        chainId=domain.chain_id,
        verifyingContract=domain.verifying_contract,
        signer=signed.signer,
        signature=to_json(signed.signature),
        trails=[
            {
                "headBefore": to_json(trail.head_before),
                "steps": [{"actionHash": to_json(step), "signer": signer} for step, signer in trail.steps],
            }
            for trail in signed.trails
        ],
    )
    assert (batch.digest(domain), list(batch.action_hashes())) == solidity.hashes(signed)


def _as_we_spell(batch: Batch) -> Batch:
    actions = tuple(parse(batch.action, to_json(value)) for value in batch.actions)
    return Batch(batch.action, actions, batch.nonce, batch.deadline, batch.mode)
