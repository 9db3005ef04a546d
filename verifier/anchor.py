"""The block a file rests on: its header, and who vouches for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contracts.signatures import TypedDataError, checksum, keccak, recover
from verifier import rlp
from verifier.evidence import Checkpoint
from verifier.refusal import Refusal
from verifier.trust import Seals, Trust

_HEADER_FIELDS: Final = 15
_STATE_ROOT, _NUMBER, _TIME, _EXTRA = 3, 8, 11, 12
_VANITY: Final = 32
_SEAL: Final = 65
_ROUND, _SEALS = 3, 4

_DOMAIN_TYPE: Final = keccak(b"EIP712Domain(string name,string version,uint256 chainId)")
_DOMAIN_WORDS: Final = keccak(b"Suyuan checkpoint") + keccak(b"1")
_CHECKPOINT_TYPE: Final = keccak(b"Checkpoint(uint64 number,bytes32 hash,bytes32 genesis,bytes32 mirror)")


@dataclass(frozen=True, slots=True)
class Block:
    """A block as its header gives it. ``time`` is in Unix seconds."""

    number: int
    hash: bytes
    time: int
    state_root: bytes


def checkpoint_digest(chain_id: int, number: int, hash_: bytes, genesis: bytes, mirror: bytes) -> bytes:
    """The EIP-712 digest a witness signs; hashes of 32 bytes."""
    domain = keccak(_DOMAIN_TYPE + _DOMAIN_WORDS + chain_id.to_bytes(32, "big"))
    body = keccak(_CHECKPOINT_TYPE + number.to_bytes(32, "big") + hash_ + genesis + mirror)
    return keccak(b"\x19\x01" + domain + body)


def check_anchor(header: bytes, checkpoint: Checkpoint | None, trust: Trust) -> tuple[Block, tuple[str, ...]]:
    """The block, and the witnesses of the trust file who signed it. Raises :class:`Refusal`."""
    fields = _decoded(header)
    block = Block(
        number=_number(fields[_NUMBER], "number"),
        hash=_hash(header, fields, trust.seals),
        time=_number(fields[_TIME], "timestamp"),
        state_root=_word(fields[_STATE_ROOT]),
    )
    witnesses = _check_witnesses(block, checkpoint, trust)
    if trust.seals is not None:
        _check_seals(fields, trust.seals)
    if block.number < trust.not_before:
        raise Refusal("evidence_stale", "anchor.header", f"block {block.number} is older than block {trust.not_before}")
    return block, witnesses


def _decoded(header: bytes) -> list[bytes]:
    try:
        fields = rlp.decode(header)
    except ValueError as error:
        raise _malformed(str(error)) from None
    if not isinstance(fields, list) or len(fields) < _HEADER_FIELDS:
        raise _malformed(f"it has not {_HEADER_FIELDS} fields")
    flat = [field for field in fields if isinstance(field, bytes)]
    if len(flat) != len(fields):
        raise _malformed("a field is a list")
    return flat


def _number(field: bytes, name: str) -> int:
    if len(field) > 6 or field[:1] == b"\x00":
        raise _malformed(f"{name} is no number")
    return int.from_bytes(field, "big")


def _word(field: bytes) -> bytes:
    if len(field) != 32:
        raise _malformed("the state root has not 32 bytes")
    return field


def _check_witnesses(block: Block, checkpoint: Checkpoint | None, trust: Trust) -> tuple[str, ...]:
    signed: list[str] = []
    if checkpoint is not None:
        digest = checkpoint_digest(trust.chain_id, block.number, block.hash, trust.genesis, checkpoint.mirror)
        for witness, signature in checkpoint.signatures.items():
            if _signer(digest, signature) != witness:
                raise Refusal("checkpoint_forged", "anchor.checkpoint", f"{witness} did not sign this block")
            signed += [witness] if witness in trust.witnesses else []
    if len(signed) < trust.threshold:
        raise Refusal("checkpoint_missing", "anchor.checkpoint", f"{len(signed)} of {trust.threshold} witnesses signed")
    return tuple(signed)


def _signer(digest: bytes, signature: bytes) -> str | None:
    try:
        return recover(digest, signature)
    except TypedDataError:
        return None


# ----------------------------------------------------------------------------------------------------- seals


def _hash(header: bytes, fields: Sequence[bytes], seals: Seals | None) -> bytes:
    """QBFT leaves round and seals out of a block's hash."""
    if seals is None or seals.kind != "qbft":
        return keccak(header)
    vanity, validators, vote, _, _ = _extra(fields)
    return _hash_with(fields, rlp.encode([vanity, validators, vote, b"", []]))


def _check_seals(fields: Sequence[bytes], seals: Seals) -> None:
    sealed = _qbft(fields, seals) if seals.kind == "qbft" else _clique(fields)
    needed = -(-2 * len(seals.validators) // 3) if seals.kind == "qbft" else 1
    if len(sealed & seals.validators) < needed or sealed - seals.validators:
        raise _unsealed(f"{len(sealed & seals.validators)} of {needed} validators sealed it")


def _qbft(fields: Sequence[bytes], seals: Seals) -> frozenset[str]:
    """Who sealed a QBFT header: extra data is [vanity, validators, vote, round, seals]."""
    vanity, validators, vote, round_, signatures = _extra(fields)
    named = [checksum(each) for each in validators if isinstance(each, bytes) and len(each) == 20]
    if len(named) != len(validators) or frozenset(named) != seals.validators or len(set(named)) != len(named):
        raise _unsealed("the header names other validators")
    digest = _hash_with(fields, rlp.encode([vanity, validators, vote, round_, []]))
    sealed = [_sealer(digest, each) for each in signatures]
    if len(set(sealed)) != len(sealed):
        raise _unsealed("a validator sealed twice")
    return frozenset(sealed)


def _clique(fields: Sequence[bytes]) -> frozenset[str]:
    """Who sealed a Clique header: the last 65 bytes of its extra data."""
    extra = fields[_EXTRA]
    if len(extra) < _VANITY + _SEAL:
        raise _unsealed("extra data has no seal")
    return frozenset({_sealer(_hash_with(fields, extra[:-_SEAL]), extra[-_SEAL:])})


def _extra(fields: Sequence[bytes]) -> tuple[bytes, list[rlp.Item], rlp.Item, bytes, list[rlp.Item]]:
    try:
        extra = rlp.decode(fields[_EXTRA])
    except ValueError as error:
        raise _unsealed(str(error)) from None
    match extra:
        case [bytes() as vanity, list() as validators, vote, bytes() as round_, list() as signatures]:
            return vanity, validators, vote, round_, signatures
    raise _unsealed("extra data is not that of QBFT")


def _hash_with(fields: Sequence[bytes], extra: bytes) -> bytes:
    return keccak(rlp.encode([*fields[:_EXTRA], extra, *fields[_EXTRA + 1 :]]))


def _sealer(digest: bytes, seal: rlp.Item) -> str:
    """Seals end with a recovery id of 0 or 1, not with the 27 or 28 of signed messages."""
    if isinstance(seal, bytes) and len(seal) == _SEAL and seal[-1] in (0, 1):
        signer = _signer(digest, seal[:-1] + bytes([seal[-1] + 27]))
        if signer is not None:
            return signer
    raise _unsealed("a seal is no signature")


def _unsealed(message: str) -> Refusal:
    return Refusal("seals_missing", "anchor.header", message)


def _malformed(message: str) -> Refusal:
    return Refusal("header_malformed", "anchor.header", message)
