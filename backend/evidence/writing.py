"""An evidence file, written: the reverse of `verifier.evidence.read`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.action_json import to_json
from contracts.details import Opening
from contracts.signatures import address_bytes
from verifier.canonical import blob, dump
from verifier.evidence import FORMAT, Batch, Checkpoint, Evidence, SignedAction, Subject


def written(evidence: Evidence) -> bytes:
    """The file, in its one form."""
    places_of_actions = {id(action): place for place, action in enumerate(evidence.actions)}
    places_of_batches = {id(batch): place for place, batch in enumerate(evidence.batches)}
    places_of_subjects = {id(subject): place for place, subject in enumerate(evidence.subjects)}
    return dump(
        {
            "format": FORMAT,
            "about": {
                "depth": evidence.depth,
                "subjects": sorted(places_of_subjects[id(root)] for root in evidence.roots),
            },
            "anchor": {
                "header": blob(evidence.header),
                "checkpoint": None if evidence.checkpoint is None else _checkpoint(evidence.checkpoint),
            },
            "nodes": [blob(node) for node in evidence.nodes],
            "batches": [_batch(batch) for batch in evidence.batches],
            "actions": [_action(action, places_of_batches) for action in evidence.actions],
            "subjects": [_subject(subject, places_of_actions) for subject in evidence.subjects],
        }
    )


def _checkpoint(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "mirror": to_json(checkpoint.mirror),
        "signatures": [
            {"witness": witness, "signature": blob(checkpoint.signatures[witness])}
            for witness in sorted(checkpoint.signatures, key=address_bytes)
        ],
    }


def _batch(batch: Batch) -> dict[str, Any]:
    return {
        "action": batch.action,
        "signer": batch.signer,
        "nonce": to_json(batch.nonce),
        "deadline": to_json(batch.deadline),
        "mode": batch.mode,
        "signature": blob(batch.signature),
        "hashes": blob(b"".join(batch.hashes)),
    }


def _action(action: SignedAction, places_of_batches: Mapping[int, int]) -> dict[str, Any]:
    return {
        "batch": places_of_batches[id(action.batch)],
        "index": action.index,
        "value": to_json(action.value),
        "opening": None if action.opening is None else _opening(action.opening),
    }


def _opening(opening: Opening) -> dict[str, Any]:
    return {
        "leaves": [
            {"index": leaf.index, "tag": int(leaf.tag), "value": blob(leaf.value), "salt": to_json(leaf.salt)}
            for leaf in opening.leaves
        ],
        "siblings": blob(b"".join(opening.siblings)),
    }


def _subject(subject: Subject, places_of_actions: Mapping[int, int]) -> dict[str, Any]:
    return {
        "ledger": subject.ledger,
        "struct": subject.struct,
        "key": to_json(subject.key),
        "trail": [places_of_actions[id(action)] for action in subject.trail],
    }
