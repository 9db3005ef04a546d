"""Headers as QBFT and Clique seal them, by keys of ours: no chain that seals is on this machine."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.signatures import address_bytes, keccak, sign
from tests.evidence.maker import Signer
from verifier import rlp

_EXTRA = 12


def qbft_header(header: bytes, validators: Sequence[Signer], sealers: Sequence[Signer], round_: bytes = b"") -> bytes:
    """A header with extra data [vanity, validators, no vote, round, seals]."""
    named: list[rlp.Item] = [address_bytes(each.address) for each in validators]
    unsealed = with_extra(header, rlp.encode([bytes(32), named, [], round_, []]))
    seals = [_seal(keccak(unsealed), each) for each in sealers]
    return with_extra(header, rlp.encode([bytes(32), named, [], round_, seals]))


def qbft_hash(header: bytes, validators: Sequence[Signer]) -> bytes:
    """The block's hash: of the header in round 0 without seals."""
    named: list[rlp.Item] = [address_bytes(each.address) for each in validators]
    return keccak(with_extra(header, rlp.encode([bytes(32), named, [], b"", []])))


def clique_header(header: bytes, sealer: Signer) -> bytes:
    """A header whose extra data ends with its one seal."""
    return with_extra(header, bytes(32) + _seal(keccak(with_extra(header, bytes(32))), sealer))


def with_extra(header: bytes, extra: bytes) -> bytes:
    """The same header with other extra data."""
    fields = rlp.decode(header)
    assert isinstance(fields, list)
    return rlp.encode([*fields[:_EXTRA], extra, *fields[_EXTRA + 1 :]])


def _seal(digest: bytes, sealer: Signer) -> bytes:
    signature = sign(digest, sealer.key)
    return signature[:-1] + bytes([signature[-1] - 27])
