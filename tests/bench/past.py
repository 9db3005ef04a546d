"""A long past for the mirror, written as fast as the chain takes it.

Fifty holdings at a time are made, seen, sent off and taken back, each act of all fifty under one signature: of four
events about a holding two are lot events, two are acts on a consignment, and all are of one supplier. Most of writing
a batch is its calldata; so that is encoded once for each kind of act, around marks that are exchanged from batch to
batch for what differs. Hashes and signatures are real, and the ledgers check them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from backend.sandbox.anvil import Anvil
from contracts.typed_data import Value
from contracts.wire import calldata
from tests.bench.supplier import OPERATOR, SUPPLIER, Supplier

BATCH: Final = 50
_ROUNDS_IN_BLOCK: Final = 5
_FAR: Final = (1 << 40) - 1
_Act = Callable[[bytes, bytes], Value]


class Writer:
    """Writes batches of one kind of act."""

    def __init__(self, supplier: Supplier, action: str, act: _Act) -> None:
        """
        Args:
            act: the act on the holding of a handle, with a root.
        """
        self._supplier = supplier
        self._action = action
        self._act = act
        marks = [(os.urandom(32), os.urandom(32)) for _ in range(BATCH)]
        nonce = os.urandom(32)
        signed = supplier.signed(SUPPLIER, action, [act(*mark) for mark in marks], int.from_bytes(nonce))
        self._calldata = calldata(signed)
        self._places = [[_places(self._calldata, each) for each in mark] for mark in marks]
        (self._signature,) = _places(self._calldata, signed.signature)
        (self._nonce,) = _places(self._calldata, nonce)

    def write(self, handles: Sequence[bytes]) -> None:
        """Sends the act on fifty holdings, in a transaction of its own."""
        filled = bytearray(self._calldata)
        values = [(handle, os.urandom(32)) for handle in handles]
        signed = self._supplier.signed(SUPPLIER, self._action, [self._act(*each) for each in values])
        _fill(filled, [self._nonce], signed.batch.nonce.to_bytes(32))
        _fill(filled, [self._signature], signed.signature)
        for places, value in zip(self._places, values, strict=True):
            for its_places, its_value in zip(places, value, strict=True):
                _fill(filled, its_places, its_value)
        self._supplier.post(self._action, bytes(filled))


def write_past(anvil: Anvil, supplier: Supplier, events: int) -> int:
    """Writes whole blocks until there are `events` events or more; how many there are.

    A block has five rounds of fifty holdings: the chain's work on a block grows with all that it has ever stored.
    """
    writers = [Writer(supplier, action, act) for action, act in _acts(supplier)]
    written = 0
    anvil.ask("evm_setAutomine", *(False,))
    while written < events:
        for _ in range(_ROUNDS_IN_BLOCK):
            handles = [os.urandom(32) for _ in range(BATCH)]
            for writer in writers:
                writer.write(handles)
            written += len(writers) * BATCH
        anvil.ask("evm_mine")
    anvil.ask("evm_setAutomine", *(True,))
    return written


def _acts(supplier: Supplier) -> list[tuple[str, _Act]]:
    def made(handle: bytes, root: bytes) -> Value:
        return {**supplier.lot_event(handle), "root": root}

    def seen(handle: bytes, root: bytes) -> Value:
        return {**supplier.lot_event(handle, 1), "root": root}

    def sent(handle: bytes, root: bytes) -> Value:
        return _on_its_way(supplier, handle, root, 2) | {"order": bytes(32), "line": 0, "lapsesAt": _FAR}

    def taken_back(handle: bytes, root: bytes) -> Value:
        return _on_its_way(supplier, handle, root, 3)

    return [
        ("RecordLotEvent", made),
        ("RecordLotEvent", seen),
        ("DispatchGoods", sent),
        ("EndDispatch", taken_back),
    ]


def _on_its_way(supplier: Supplier, handle: bytes, root: bytes, seq: int) -> dict[str, Any]:
    """The fields of both acts on a holding that travels to the operator, in a consignment of its own handle."""
    consignment = {"from": SUPPLIER, "to": OPERATOR, "handle": handle}
    return {"holding": supplier.holding(handle), "consignment": consignment, "seq": seq} | supplier.statement(root)


def _places(data: bytes, mark: bytes) -> list[int]:
    found = [match.start() for match in re.finditer(re.escape(mark), data)]
    assert found, "what differs from batch to batch stands in the calldata as it is"
    return found


def _fill(data: bytearray, places: Sequence[int], value: bytes) -> None:
    for at in places:
        data[at : at + len(value)] = value
