"""Checkpoints as files: signed by a witness over a block of its own node, and held against nodes later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from backend.evidence.blocks import anchor_at
from backend.evidence.schemas import CheckpointIn
from backend.failures import UsageFailure
from backend.wire import to_hex
from contracts.signatures import TypedDataError, address_bytes, recover
from indexer.proofs import ProvingNode
from verifier.anchor import checkpoint_digest

FORMAT = "suyuan-checkpoint/1"
NO_MIRROR = bytes(32)


@dataclass(frozen=True, slots=True)
class Chain:
    """Which chain a node is of."""

    chain_id: int
    genesis: bytes

    @classmethod
    def of(cls, node: ProvingNode) -> Chain:
        """Raises Retryable."""
        return cls(node.chain_id(), bytes.fromhex(node.header(0)["hash"][2:]))


def checkpoint_over(
    node: ProvingNode, number: int, mirror: bytes, signers: Mapping[str, Callable[[bytes], bytes]]
) -> dict[str, Any]:
    """A block of a node, vouched for: its header is held against its hash before anybody signs.

    Args:
        mirror: the digest of the witness's mirror, `NO_MIRROR` if it keeps none.
        signers: by their addresses, what signs a digest.

    Raises:
        Retryable: the node does not answer, or not as it should.
    """
    chain = Chain.of(node)
    hash_ = anchor_at(node, number).hash
    digest = checkpoint_digest(chain.chain_id, number, hash_, chain.genesis, mirror)
    return {
        "format": FORMAT,
        "chain_id": chain.chain_id,
        "genesis": to_hex(chain.genesis),
        "number": number,
        "hash": to_hex(hash_),
        "mirror": to_hex(mirror),
        "signatures": [{"witness": address, "signature": to_hex(sign(digest))} for address, sign in signers.items()],
    }


def read_checkpoint(path: Path) -> CheckpointIn:
    """A checkpoint's file.

    Raises:
        UsageFailure: `file_unreadable`, `checkpoint_malformed`.
    """
    try:
        return CheckpointIn.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        raise UsageFailure("file_unreadable", f"{path}: {error.strerror}", "check the path") from error
    except (ValueError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise UsageFailure(
            "checkpoint_malformed", f"{path}: {reason}", "give a file that `suyuan checkpoint sign` wrote"
        ) from error


def differences(
    given: CheckpointIn, chain: Chain, node: ProvingNode, mirror_at: Callable[[int], bytes | None]
) -> Iterator[str]:
    """What of a checkpoint is not so on a node and in a mirror, in words.

    Args:
        mirror_at: the digest of one's own mirror up to a block, None where there is none to compare.

    Raises:
        Retryable: the node does not answer.
    """
    if (given.chain_id, given.genesis) != (chain.chain_id, chain.genesis):
        yield "it is of another chain"
        return
    digest = checkpoint_digest(given.chain_id, given.number, given.hash, given.genesis, given.mirror)
    for signed in given.signatures:
        if _signer(digest, signed.signature) != signed.witness:
            yield f"the signature of {to_hex(signed.witness)} is not over it"
            return
    who = ", ".join(to_hex(signed.witness) for signed in given.signatures)
    if given.number > node.head().number:
        yield f"{who} signed block {given.number}, which the node does not have"
        return
    found = anchor_at(node, given.number).hash
    if found != given.hash:
        yield f"{who} signed {to_hex(given.hash)}, the node has {to_hex(found)}"
        return
    ours = mirror_at(given.number) if given.mirror != NO_MIRROR else None
    if ours is not None and ours != given.mirror:
        yield f"the mirror of {who} has digest {to_hex(given.mirror)}, ours {to_hex(ours)}"


def _signer(digest: bytes, signature: bytes) -> bytes | None:
    try:
        return address_bytes(recover(digest, signature))
    except TypedDataError:
        return None
