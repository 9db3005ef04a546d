"""Gas a signed record takes: one item, one subject, everything about it checked on chain."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from backend.sandbox.anvil import Anvil
from backend.sandbox.process import Reaper
from tests.bench.attestations import FOLDER, PEER, Attester
from tests.bench.figures import Figure
from tests.bench.supplier import Supplier

_SIZES: Final = (1, 10, 50, 100)
_SIGNATURES: Final = 50
_UNIT: Final = "gas a record"
_COMMAND: Final = "make bench ONLY=gas"
_NO_UID: Final = bytes(32)


def figures(n: int | None) -> Iterator[Figure]:
    """Creating and advancing by batch size, then `_SIGNATURES` signatures of one item each.

    Gas is the same at every run, so one sample is all there is.
    """
    if not FOLDER.is_dir():
        skipped = "the peer is not installed; `make bench` installs it"
        yield Figure(name="gas", unit=_UNIT, command=_COMMAND, skipped=skipped)
        return
    with tempfile.TemporaryDirectory(prefix="suyuan-bench-") as folder:
        reaper = Reaper()
        anvil = Anvil(Path(folder) / "anvil", reaper)
        anvil.start()
        try:
            yield from _measure(anvil, _SIZES if n is None else (n,))
        finally:
            anvil.stop()
            reaper.close()


def _measure(anvil: Anvil, sizes: tuple[int, ...]) -> Iterator[Figure]:
    supplier = Supplier(anvil)
    attester = Attester(anvil)
    # The first signature of either opens a slot for nonces; those after it do not.
    supplier.make([os.urandom(32)])
    attester.attest([_NO_UID])
    for size in sizes:
        handles = [os.urandom(32) for _ in range(size)]
        created, advanced = supplier.make(handles), supplier.observe(handles, seq=1)
        peer_created, uids = attester.attest([_NO_UID] * size)
        peer_advanced, _ = attester.attest(uids)
        yield _figure(f"gas.create.n{size}", size, created, peer_created)
        yield _figure(f"gas.advance.n{size}", size, advanced, peer_advanced)
    ours = sum(supplier.make([os.urandom(32)]) for _ in range(_SIGNATURES))
    # At its best: all its signatures in one transaction.
    peer, _ = attester.attest([_NO_UID] * _SIGNATURES)
    yield _figure(f"gas.create.{_SIGNATURES}x1", _SIGNATURES, ours, peer)


def _figure(name: str, size: int, ours: int, peer: int) -> Figure:
    return Figure(
        name=name,
        unit=_UNIT,
        command=_COMMAND,
        ours=ours / size,
        peer_name=PEER,
        peer=peer / size,
        samples=(ours / size,),
        n=size,
    )
