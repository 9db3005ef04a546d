"""The one definition of every action: EIP-712 as the standard has it, and the same actions in the ledgers' ABI."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.artifact import artifact
from contracts.signatures import TypedDataError, keccak
from contracts.typed_data import (
    ACTIONS,
    STRUCTS,
    Batch,
    Domain,
    action_hash,
    cancel_nonces_digest,
    definitions,
    encode_type,
    fold,
    platform_id,
    signer_id,
    struct_hash,
    typehash,
)
from contracts.vectors import FILE

HERE = Domain(31_337, "0x" + "11" * 20)
KEY = "0x" + "22" * 20


def end_mode_change(**fields: Any) -> dict[str, Any]:
    return {"seq": 1, "occurredAt": 2, "schema": 3, "root": bytes(32), **fields}


def test_a_type_is_followed_by_all_it_refers_to_sorted_by_name() -> None:
    assert (
        "RecordLotEvent(uint8 kind,uint8 action,LotItem[] items,uint64 occurredAt,uint32 schema,bytes32 root)"
        "HoldingKey(uint24 maker,bytes32 handle,uint24 creator,uint32 serial)"
        "LotItem(uint8 role,uint8 origin,HoldingKey holding,uint24 seq)"
    ) == encode_type("RecordLotEvent")
    assert keccak(encode_type("LotItem").encode()) == typehash("LotItem")


def test_the_separator_is_that_of_eip_712() -> None:
    words = [
        keccak(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
        keccak(b"Suyuan"),
        keccak(b"1"),
        HERE.chain_id.to_bytes(32, "big"),
        bytes(12) + bytes.fromhex("11" * 20),
    ]
    assert keccak(b"".join(words)) == HERE.separator


@pytest.mark.parametrize("there", [Domain(1, HERE.verifying_contract), Domain(HERE.chain_id, KEY)])
def test_a_digest_counts_on_one_contract_of_one_chain(there: Domain) -> None:
    batch = Batch("EndModeChange", (end_mode_change(),), nonce=0, deadline=0)
    assert batch.digest(HERE) != batch.digest(there)


@pytest.mark.parametrize("change", [{"nonce": 1}, {"deadline": 1}, {"mode": 1}, {"actions": ()}])
def test_whatever_changes_in_a_batch_changes_its_digest(change: dict[str, Any]) -> None:
    batch: dict[str, Any] = {"actions": (end_mode_change(),), "nonce": 0, "deadline": 0, "mode": 0}
    digests = {Batch("EndModeChange", **fields).digest(HERE) for fields in (batch, {**batch, **change})}
    assert 2 == len(digests)


def test_the_order_of_a_mapping_does_not_matter() -> None:
    fields = end_mode_change()
    backwards = dict(reversed(fields.items()))
    assert action_hash("EndModeChange", fields) == action_hash("EndModeChange", backwards)


@pytest.mark.parametrize("name", ACTIONS)
def test_the_abi_takes_the_fields_that_are_signed(name: str) -> None:
    action = ACTIONS[name]
    (function,) = [entry for entry in artifact(action.ledger).abi if entry.get("name") == action.function]
    arguments = [argument["name"] for argument in function["inputs"]]
    if name == "RecordLotEvent":  # travels packed: tests/contracts/test_wire.py
        assert ["actions", "items", "authorisation"] == arguments
        return
    assert ["actions", *([action.proof] if action.proof else []), "authorisation"] == arguments
    assert _fields_of(name) == _components_of(function["inputs"][0])


@pytest.mark.parametrize("name", ACTIONS)
def test_the_event_carries_the_fields_that_are_signed(name: str) -> None:
    action = ACTIONS[name]
    (event,) = [entry for entry in artifact(action.ledger).abi if entry.get("name") == action.event]
    inputs = {entry["name"]: entry for entry in event["inputs"]}
    assert ["batch", "actionHash"] == [entry["name"] for entry in event["inputs"] if entry["indexed"]]
    if name != "RecordLotEvent":
        assert _fields_of(name) == _components_of(inputs["action"])


def _fields_of(struct: str) -> list[Any]:
    """Names and types, nested structs as lists."""
    return [(field.name, _fields_of(field.type) if field.type in STRUCTS else field.type) for field in STRUCTS[struct]]


def _components_of(entry: dict[str, Any]) -> list[Any]:
    return [
        (part["name"], _components_of(part) if "components" in part else part["type"]) for part in entry["components"]
    ]


def test_every_action_belongs_to_a_ledger_and_no_two_share_a_function_or_an_event() -> None:
    assert len(ACTIONS) == len({(action.ledger, action.function) for action in ACTIONS.values()})
    assert len(ACTIONS) == len({action.event for action in ACTIONS.values()})


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_says_when_it_happened_and_commits_to_its_details(name: str) -> None:
    assert ["occurredAt", "schema", "root"] == [field.name for field in STRUCTS[name][-3:]]


@pytest.mark.parametrize(
    ("code", "struct", "value"),
    [
        ("value_out_of_range", "EndModeChange", end_mode_change(seq=2**24)),
        ("value_out_of_range", "EndModeChange", end_mode_change(seq=-1)),
        ("value_wrong_length", "EndModeChange", end_mode_change(root=bytes(31))),
        ("address_invalid", "SignerKey", {"organisation": 1, "key": "0x11"}),
        ("address_invalid", "SignerKey", {"organisation": 1, "key": "22" * 21}),
        ("address_invalid", "SignerKey", {"organisation": 1, "key": "0x" + "zz" * 20}),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_code(code: str, struct: str, value: dict[str, Any]) -> None:
    with pytest.raises(TypedDataError) as refused:
        struct_hash(struct, value)
    assert code == refused.value.code


def test_a_missing_field_is_never_hashed_as_nothing() -> None:
    with pytest.raises(KeyError, match="seq"):
        struct_hash("EndModeChange", {"occurredAt": 2, "schema": 3, "root": bytes(32)})


def test_a_struct_that_is_no_action_has_no_action_hash() -> None:
    with pytest.raises(TypedDataError, match="action_unknown"):
        action_hash("PlatformKey", {})


def test_ids_of_different_kinds_never_meet() -> None:
    assert platform_id() == keccak(keccak(b"PlatformKey()"))
    assert signer_id(0, KEY) != struct_hash("LotKey", {"maker": 0, "handle": bytes(12) + bytes.fromhex("22" * 20)})


def test_a_head_depends_on_the_order_of_what_was_done() -> None:
    first, second = keccak(b"first"), keccak(b"second")
    forwards = fold(fold(bytes(24), first, KEY), second, KEY)
    backwards = fold(fold(bytes(24), second, KEY), first, KEY)
    assert 24 == len(forwards)
    assert forwards != backwards


def test_cancelling_nonces_is_signed_as_the_vectors_have_it() -> None:
    for vector in json.loads(FILE.read_text(encoding="utf-8"))["cancelledNonces"]:
        domain = Domain(int(vector["chainId"]), vector["verifyingContract"])
        digest = cancel_nonces_digest(
            domain, word=int(vector["word"]), mask=int(vector["mask"]), deadline=int(vector["deadline"])
        )
        assert vector["digest"] == "0x" + digest.hex()


def test_other_languages_are_given_every_struct_and_action() -> None:
    given = definitions()
    assert list(STRUCTS) == list(given["structs"])
    assert list(ACTIONS) == list(given["actions"])
    assert "trails" == given["actions"]["CorrectDetails"]["proof"]
    assert "proof" not in given["actions"]["EndCorrection"]
