"""Checks an evidence file against a trust file: the steps of docs/evidence.md, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.details import SCHEMAS
from contracts.details import verify as leads_to
from contracts.signatures import TypedDataError, address_bytes, keccak, recover
from contracts.typed_data import ACTIONS, Domain, digest_of, fold, organisation_id, typehash
from verifier import rlp
from verifier.anchor import Block, check_anchor
from verifier.evidence import HOLDING, ORDER, Batch, Evidence, Subject
from verifier.refusal import Refusal
from verifier.slots import ENROLLED_SLOT, RECORDS_SLOT, Key, Record, place_in_mapping
from verifier.subjects import check_subjects
from verifier.trie import Nodes
from verifier.trust import Trust

CLOCK_SKEW: Final = 300
_SUSPENDED: Final = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a valid file proves. ``unshown`` counts the holdings its events name and do not show; ``doubts`` are codes,
    each with the key or organisation it is about.
    """

    block: Block
    witnesses: tuple[str, ...]
    records: Mapping[tuple[str, bytes], Record]
    keys: Mapping[str, Key]
    organisations: Mapping[int, Record]
    unshown: int
    doubts: tuple[tuple[str, str], ...]


class State:
    """The ledgers as they stood in a block, as far as a file proves it."""

    def __init__(self, nodes: Nodes, block: Block, trust: Trust) -> None:
        self._nodes = nodes
        self._block = block
        self._trust = trust
        self._roots: dict[str, bytes] = {}

    def open(self, ledger: str) -> None:
        """Proves a ledger's account. Raises :class:`Refusal` ``proof_*`` or ``ledger_unknown``."""
        known = self._trust.ledgers[ledger]
        account = self._nodes.get(self._block.state_root, address_bytes(known.address), ledger)
        try:
            fields = rlp.decode(account or b"")
        except ValueError:
            fields = []
        match fields:
            case [bytes(), bytes(), bytes() as root, bytes() as code_hash] if code_hash == known.code_hash:
                self._roots[ledger] = root
            case _:
                raise Refusal("ledger_unknown", ledger, f"{known.address} has not the code the trust file names")

    def word(self, ledger: str, key: bytes, slot: int, place: str) -> bytes | None:
        """What stands in a mapping of a ledger, 32 bytes; ``None`` if nothing does.

        A slot that was looked at and never written has a leaf of zero on Anvil, and none on other nodes.
        """
        encoded = self._nodes.get(self._roots[ledger], place_in_mapping(key, slot), place)
        if encoded is None:
            return None
        try:
            value = rlp.decode(encoded)
        except ValueError:
            value = []
        if value == b"":
            return None
        if not isinstance(value, bytes) or not 0 < len(value) <= 32 or value[0] == 0:
            raise Refusal("proof_invalid", place, "a slot holds no number")
        return value.rjust(32, b"\0")

    def record(self, ledger: str, id_: bytes, place: str) -> Record | None:
        """The record of a subject; ``None`` if there is none."""
        word = self.word(ledger, id_, RECORDS_SLOT, place)
        return None if word is None else Record.of(word)


def check(evidence: Evidence, trust: Trust) -> Verdict:
    """What a file proves under a trust file. Raises :class:`Refusal` with the first thing that is wrong."""
    block, witnesses = check_anchor(evidence.header, evidence.checkpoint, trust)
    _check_batches(evidence, trust)
    nodes = Nodes(evidence.nodes)
    state = State(nodes, block, trust)
    for ledger in _ledgers(evidence):
        state.open(ledger)
    unshown = check_subjects(evidence, trust, state.record)
    records = {(subject.ledger, subject.id): _check_trail(subject, state) for subject in evidence.subjects}
    keys, organisations = _check_keys(evidence, state, block)
    _check_openings(evidence)
    if nodes.unused:
        raise Refusal("proof_unused", "nodes", f"{nodes.unused} lie on no way to anything")
    doubts = tuple(_doubts(evidence, keys, organisations))
    return Verdict(block, witnesses, records, keys, organisations, unshown, doubts)


def _ledgers(evidence: Evidence) -> Iterator[str]:
    kinds = {root.kind for root in evidence.roots}
    yield "Participants"
    if HOLDING in kinds:
        yield from ("Recalls", "Traceability")
    if ORDER in kinds:
        yield "Procurement"
    yield "Corrections"


def _check_batches(evidence: Evidence, trust: Trust) -> None:
    for action in evidence.actions:
        if action.batch.hashes[action.index] != action.hash:
            raise Refusal("action_not_in_batch", action.place, "another action stands at its place of the batch")
    for place, batch in enumerate(evidence.batches):
        try:
            signer = recover(_digest(batch, trust), batch.signature)
        except TypedDataError:
            signer = None
        if signer != batch.signer:
            raise Refusal("signature_invalid", f"batches[{place}]", f"{batch.signer} did not sign it")


def _digest(batch: Batch, trust: Trust) -> bytes:
    words = [batch.nonce, batch.deadline, batch.mode]
    body = keccak(
        typehash(f"{batch.action}Batch")
        + keccak(b"".join(batch.hashes))
        + b"".join(word.to_bytes(32, "big") for word in words)
    )
    return digest_of(Domain(trust.chain_id, trust.ledgers[ACTIONS[batch.action].ledger].address), body)


def _check_trail(subject: Subject, state: State) -> Record:
    record = state.record(subject.ledger, subject.id, subject.place)
    if record is None:
        raise Refusal("record_missing", subject.place, "the ledger has no record of it in that block")
    if record.seq != len(subject.trail):
        raise Refusal(
            "trail_incomplete", subject.place, f"{len(subject.trail)} actions are shown, {record.seq} were recorded"
        )
    head = bytes(24)
    for action in subject.trail:
        head = fold(head, action.hash, action.signer)
    if head != record.head:
        raise Refusal("trail_broken", subject.place, "the actions shown are not those recorded, or in another order")
    return record


def _check_keys(evidence: Evidence, state: State, block: Block) -> tuple[dict[str, Key], dict[int, Record]]:
    """The keys of the signers and their organisations, in the order of the actions."""
    keys: dict[str, Key] = {}
    organisations: dict[int, Record] = {}
    for action in evidence.actions:
        place = f"{action.place} by {action.signer}"
        if action.signer not in keys:
            word = state.word("Participants", address_bytes(action.signer), ENROLLED_SLOT, place)
            if word is None:
                raise Refusal("key_unknown", place, "the key is not enrolled")
            key = keys[action.signer] = Key.of(word)
            if key.organisation not in organisations:
                record = state.record("Participants", organisation_id(key.organisation), place)
                if record is None:
                    raise Refusal("key_unknown", place, f"organisation {key.organisation} has no record")
                organisations[key.organisation] = record
        _check_period(keys[action.signer], action.value["occurredAt"], min(action.batch.deadline, block.time), place)
    return keys, organisations


def _check_period(key: Key, occurred_at: int, latest: int, place: str) -> None:
    """The ledger recorded the action between these moments; at one of them the key must have been valid."""
    earliest = max(0, occurred_at - CLOCK_SKEW)
    if key.valid_from > latest:
        raise Refusal("key_not_yet_valid", place, f"the key is valid from {key.valid_from}, recorded by {latest}")
    if key.valid_until <= earliest:
        raise Refusal("key_expired", place, f"the key expired at {key.valid_until}, recorded after {earliest}")
    if key.revoked_at and key.revoked_at < earliest:
        raise Refusal("key_revoked", place, f"the key was revoked at {key.revoked_at}, recorded after {earliest}")


def _check_openings(evidence: Evidence) -> None:
    for action in evidence.actions:
        if action.opening is None:
            continue
        schema = SCHEMAS.get(action.value["schema"])
        if schema is None or not leads_to(schema, action.value["root"], action.opening):
            raise Refusal("opening_invalid", action.place, "what is shown is not what was committed to")


def _doubts(
    evidence: Evidence, keys: Mapping[str, Key], organisations: Mapping[int, Record]
) -> Iterator[tuple[str, str]]:
    for signer, key in keys.items():
        claimed = [action.value["occurredAt"] for action in evidence.actions if action.signer == signer]
        if key.compromised_since and max(claimed) >= key.compromised_since:
            yield "key_compromised", signer
    for number, record in organisations.items():
        if record.status == _SUSPENDED:
            yield "organisation_suspended", str(number)
