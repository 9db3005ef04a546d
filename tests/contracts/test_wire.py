"""Batches on their way to the ledgers: selectors, the packed form of lot events, trails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_utils.abi import collapse_if_tuple

from contracts.artifact import artifact
from contracts.signatures import TypedDataError, keccak
from contracts.typed_data import ACTIONS, Batch
from contracts.wire import (
    SignedBatch,
    Trail,
    calldata,
    pack_event_facts,
    pack_item_facts,
    parse_calldata,
    selector,
    unpack_lot_event,
)

ITEM = {
    "role": 0x01,
    "origin": 0x02,
    "holding": {"maker": 0x030303, "handle": b"\x07" * 32, "creator": 0x040404, "serial": 0x05050505},
    "seq": 0x060606,
}
EVENT = {
    "kind": 0x01,
    "action": 0x02,
    "items": [ITEM, ITEM],
    "occurredAt": 0x0404040404040404,
    "schema": 0x03030303,
    "root": b"\x08" * 32,
}
CORRECTION = {
    "correction": {"ledger": "0x" + "11" * 20, "subject": bytes(32), "corrects": bytes(32)},
    "seq": 0,
    "lapsesAt": 0,
    "occurredAt": 0,
    "schema": 0,
    "root": bytes(32),
}


def _signed(action: str, *actions: dict[str, Any], trails: tuple[Trail, ...] = ()) -> SignedBatch:
    return SignedBatch(Batch(action, actions, nonce=1, deadline=2), "0x" + "22" * 20, bytes(65), trails)


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_calls_the_function_its_ledger_has(name: str) -> None:
    action = ACTIONS[name]
    (function,) = [entry for entry in artifact(action.ledger).abi if entry.get("name") == action.function]
    types = ",".join(collapse_if_tuple(argument) for argument in function["inputs"])
    assert keccak(f"{action.function}({types})".encode())[:4] == selector(name)


def test_the_facts_of_a_lot_event_stand_least_significant_first() -> None:
    assert 0x0002_0404040404040404_03030303_02_01 == pack_event_facts(EVENT)
    assert 0x060606_05050505_040404_030303_02_01 == pack_item_facts(ITEM)


def test_a_lot_event_is_read_back_from_its_words_whatever_the_log_adds_above_them() -> None:
    breaches_and_index = 0xFFFF_FFFF << 128
    facts = pack_event_facts(EVENT) | breaches_and_index
    items = [(b"\x07" * 32, pack_item_facts(ITEM))] * 2
    assert EVENT == unpack_lot_event(facts, b"\x08" * 32, items)


def test_each_event_of_a_batch_gets_its_own_items_back() -> None:
    others = [{**EVENT, "items": items} for items in ([], [ITEM], [ITEM, ITEM, ITEM], [])]
    signed = _signed("RecordLotEvent", *others)
    assert others == list(parse_calldata(calldata(signed)).batch.actions)


def test_a_correction_brings_one_trail_an_action() -> None:
    trail = Trail(b"\x01" * 24, ((b"\x02" * 32, "0x" + "33" * 20), (b"\x04" * 32, "0x" + "55" * 20)))
    signed = _signed("CorrectDetails", CORRECTION, trails=(trail,))
    assert signed == parse_calldata(calldata(signed))
    for trails in ((), (trail, trail)):
        with pytest.raises(TypedDataError, match="trails_mismatch"):
            calldata(replace(signed, trails=trails))


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00\x00", b"\xde\xad\xbe\xef" + bytes(64)])
def test_a_call_that_records_no_batch_is_not_read_as_one(data: bytes) -> None:
    with pytest.raises(KeyError):
        parse_calldata(data)
