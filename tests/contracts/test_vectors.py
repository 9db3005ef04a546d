"""Python makes of the shared vectors what Solidity and TypeScript make of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from contracts import details, vectors
from contracts.action_json import parse, to_json
from contracts.details import Leaf, Opening, Schema, Tag
from contracts.signatures import TypedDataError, recover, sign
from contracts.typed_data import (
    ACTIONS,
    Batch,
    Domain,
    consignment_id,
    correction_id,
    fold,
    holding_id,
    lot_id,
    milestone_id,
    order_id,
    organisation_id,
    platform_id,
    receipt_id,
    sheet_id,
    signer_id,
    struct_hash,
)
from contracts.wire import SignedBatch, Trail, calldata, parse_calldata

VECTORS: dict[str, Any] = json.loads(vectors.FILE.read_text(encoding="utf-8"))

every_batch = pytest.mark.parametrize("vector", VECTORS["batches"], ids=lambda vector: vector["action"])
every_details = pytest.mark.parametrize("vector", VECTORS["details"], ids=lambda vector: ", ".join(vector["fields"]))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _signed(vector: dict[str, Any]) -> SignedBatch:
    actions = tuple(parse(vector["action"], value) for value in vector["actions"])
    batch = Batch(vector["action"], actions, int(vector["nonce"]), int(vector["deadline"]), vector["mode"])
    trails = tuple(
        Trail(
            _bytes(trail["headBefore"]), tuple((_bytes(step["actionHash"]), step["signer"]) for step in trail["steps"])
        )
        for trail in vector["trails"]
    )
    return SignedBatch(batch, vector["signer"], _bytes(vector["signature"]), trails)


def _domain(vector: dict[str, Any]) -> Domain:
    return Domain(int(vector["chainId"]), vector["verifyingContract"])


def test_the_file_is_what_the_definitions_give() -> None:
    assert 0 == vectors.main(["--check"])


@pytest.mark.parametrize("content", [None, "{}\n"])
def test_a_stale_file_is_named_and_a_fresh_one_is_written(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vectors, "FILE", tmp_path / "vectors.json")
    if content is not None:
        vectors.FILE.write_text(content, encoding="utf-8")
    assert 1 == vectors.main(["--check"])
    assert "vectors_stale: contracts/test/vectors.json" in capsys.readouterr().out
    assert 0 == vectors.main([])
    assert 0 == vectors.main(["--check"])


def test_there_is_a_batch_of_every_action() -> None:
    assert list(ACTIONS) == [vector["action"] for vector in VECTORS["batches"]]


@every_batch
def test_a_batch_has_the_digest_and_the_action_hashes_of_the_vectors(vector: dict[str, Any]) -> None:
    batch = _signed(vector).batch
    assert vector["digest"] == to_json(batch.digest(_domain(vector)))
    assert vector["actionHashes"] == to_json(batch.action_hashes())


@every_batch
def test_a_batch_is_signed_as_eth_account_signs_it(vector: dict[str, Any]) -> None:
    digest = _bytes(vector["digest"])
    assert vector["signature"] == to_json(sign(digest, _bytes(vector["key"])))
    assert vector["signer"] == recover(digest, _bytes(vector["signature"]))


@every_batch
def test_a_batch_travels_as_the_calldata_of_the_vectors(vector: dict[str, Any]) -> None:
    signed = _signed(vector)
    assert vector["calldata"] == to_json(calldata(signed))
    assert vector["calldata"] == to_json(calldata(parse_calldata(_bytes(vector["calldata"]))))


@pytest.mark.parametrize("vector", VECTORS["refusedSignatures"], ids=lambda vector: vector["why"])
def test_a_malleable_or_broken_signature_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(TypedDataError) as refused:
        recover(_bytes(vector["digest"]), _bytes(vector["signature"]))
    assert "signature_invalid" == refused.value.code


def test_the_high_s_twin_is_one_that_eth_account_takes() -> None:
    """Otherwise the test above would prove nothing about high s."""
    vector = VECTORS["refusedSignatures"][0]
    signer = Account._recover_hash(_bytes(vector["digest"]), signature=_bytes(vector["signature"]))
    assert VECTORS["batches"][0]["signer"] == signer


_IDS: dict[str, Callable[[Any], bytes]] = {
    "OrganisationKey": lambda key: organisation_id(key["organisation"]),
    "SignerKey": lambda key: signer_id(key["organisation"], key["key"]),
    "PlatformKey": lambda _key: platform_id(),
    "LotKey": lambda key: lot_id(key["maker"], key["handle"]),
    "HoldingKey": holding_id,
    "CorrectionKey": lambda key: correction_id(key["ledger"], key["subject"], key["corrects"]),
    "OrderKey": order_id,
    "MilestoneKey": milestone_id,
    "ConsignmentKey": consignment_id,
    "ReceiptKey": lambda key: receipt_id(key["receipt"]),
    "SheetKey": lambda key: sheet_id(key["organisation"], key["day"]),
}


def test_every_kind_of_id_has_a_function() -> None:
    assert list(_IDS) == list(VECTORS["ids"])


@pytest.mark.parametrize("kind", _IDS)
def test_ids_are_those_of_the_vectors(kind: str) -> None:
    for vector in VECTORS["ids"][kind]:
        assert vector["id"] == to_json(_IDS[kind](parse(kind, vector["key"])))


def test_founders_hash_as_in_the_vectors() -> None:
    for vector in VECTORS["founders"]:
        assert vector["id"] == to_json(struct_hash("Founder", parse("Founder", vector["key"])))


def test_heads_fold_as_in_the_vectors() -> None:
    for vector in VECTORS["folds"]:
        after = fold(_bytes(vector["head"]), _bytes(vector["actionHash"]), vector["signer"])
        assert vector["after"] == to_json(after)


def test_composed_and_decomposed_identifiers_have_one_handle_for_one_salt() -> None:
    assert details.handle("é", bytes(32)) == details.handle("e\u0301", bytes(32))


@every_details
def test_details_have_the_root_of_the_vectors(vector: dict[str, Any]) -> None:
    schema = _schema(vector)
    tree = _leaves(vector)
    assert [leaf["hash"] for leaf in vector["leaves"]] == [to_json(details.leaf_hash(schema, leaf)) for leaf in tree]
    assert vector["root"] == to_json(details.root(schema, tree))


@every_details
def test_details_are_opened_by_the_siblings_of_the_vectors(vector: dict[str, Any]) -> None:
    tree = _leaves(vector)
    for shown in vector["openings"]:
        leaves = tuple(tree[index] for index in shown["indexes"])
        opening = Opening(leaves, tuple(_bytes(sibling) for sibling in shown["siblings"]))
        assert details.verify(_schema(vector), _bytes(vector["root"]), opening)


def _schema(vector: dict[str, Any]) -> Schema:
    content = vector["schema"]
    fields = {field["path"]: Tag[field["type"].upper()] for field in content["fields"]}
    return Schema(content["id"], content["name"], content["size"], fields)


def _leaves(vector: dict[str, Any]) -> list[Leaf]:
    return [
        Leaf(leaf["index"], Tag(leaf["tag"]), _bytes(leaf["value"]), _bytes(leaf["salt"])) for leaf in vector["leaves"]
    ]
