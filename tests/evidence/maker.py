"""Makes ledgers out of nothing, and evidence of them: every record, proof and signature right, unless a test spoils it.

Written from docs/evidence.md, apart from the exporter; a file of a real chain is checked in tests/backend/evidence.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import coincurve

from contracts.action_json import to_json
from contracts.details import SCHEMAS, Opening, leaves, open_fields, root
from contracts.signatures import address_bytes, checksum, keccak, sign
from contracts.typed_data import (
    ACTIONS,
    STRUCTS,
    Batch,
    Domain,
    correction_id,
    fold,
    lot_id,
    organisation_id,
    struct_hash,
)
from tests.evidence.tries import Trie
from verifier import rlp
from verifier.anchor import checkpoint_digest
from verifier.canonical import blob, dump

Subject = tuple[str, str, Mapping[str, Any]]

LEDGERS: Final = ("Participants", "Recalls", "Traceability", "Procurement", "Corrections")
CHAIN: Final = 31337
NOW: Final = 1_795_340_134
BLOCK: Final = 4711
FOREVER: Final = 2**40 - 1
GENESIS: Final = keccak(b"genesis")
ADDRESSES: Final = {name: checksum(keccak(name.encode())[12:]) for name in LEDGERS}
CODES: Final = {name: keccak(b"code of " + name.encode()) for name in LEDGERS}


@dataclass(frozen=True)
class Signer:
    """A key of an organisation."""

    organisation: int
    key: bytes

    @property
    def address(self) -> str:
        public = coincurve.PrivateKey(self.key).public_key.format(compressed=False)
        return checksum(keccak(public[1:])[12:])


@dataclass
class Act:
    """An action as it was signed; ``opening`` is what its giver shows of its details."""

    kind: str
    value: dict[str, Any]
    touches: Sequence[Subject]
    refused: bool = False
    opening: Opening | None = None


@dataclass
class Signed:
    """A batch as it was recorded."""

    signer: Signer
    acts: list[Act]
    nonce: int
    deadline: int
    signature: bytes


@dataclass
class Park:
    """Five ledgers on a chain, and who signs on them. ``storage`` is by ledger, slot by slot."""

    random: Random
    storage: dict[str, dict[bytes, bytes]] = field(default_factory=lambda: defaultdict(dict))
    batches: list[Signed] = field(default_factory=list)
    trails: dict[tuple[str, bytes], list[Act]] = field(default_factory=lambda: defaultdict(list))
    subjects: dict[tuple[str, bytes], Subject] = field(default_factory=dict)
    flags: dict[tuple[str, bytes], int] = field(default_factory=dict)

    def admit(self, organisation: int, status: int = 2) -> None:
        """An organisation; status 3 is suspended."""
        self.put("Participants", organisation_id(organisation), 0, _record(bytes(24), organisation, 1, status, 0))

    def enrol(self, signer: Signer, *, since: int = NOW - 10**6, until: int = FOREVER, **ends: int) -> None:
        """A key's period; ``compromised`` and ``revoked`` are moments."""
        moments = (since, until, ends.get("compromised", 0), ends.get("revoked", 0), 0)
        word = signer.organisation | 0xFFFF << 24
        for place, moment in enumerate(moments):
            word |= moment << 40 + 40 * place
        self.put("Participants", address_bytes(signer.address).rjust(32, b"\0"), 7, word.to_bytes(32, "big"))

    def record(self, signer: Signer, acts: Sequence[Act], *, deadline: int = NOW + 3600) -> None:
        """Signs and records a batch of one kind."""
        ledger = ACTIONS[acts[0].kind].ledger
        nonce = self.random.choice([len(self.batches), self.random.getrandbits(256)])
        batch = Batch(acts[0].kind, tuple(act.value for act in acts), nonce, deadline)
        digest = batch.digest(Domain(CHAIN, ADDRESSES[ledger]))
        self.batches.append(Signed(signer, list(acts), nonce, deadline, sign(digest, signer.key)))
        for act in acts:
            for subject in () if act.refused else act.touches:
                place = (subject[0], struct_hash(subject[1], subject[2]))
                self.subjects[place] = subject
                self.trails[place].append(act)
                self._write(place)

    def put(self, ledger: str, key: bytes, slot: int, word: bytes) -> None:
        self.storage[ledger][keccak(key + slot.to_bytes(32, "big"))] = word

    def signer_of(self, act: Act) -> Signer:
        return next(batch.signer for batch in self.batches if any(each is act for each in batch.acts))

    def _write(self, place: tuple[str, bytes]) -> None:
        head = bytes(24)
        trail = self.trails[place]
        for act in trail:
            head = fold(head, struct_hash(act.kind, act.value), self.signer_of(act).address)
        holder = self.signer_of(trail[-1]).organisation
        self.put(*place, 0, _record(head, holder, len(trail), 1, self.flags.get(place, 0)))


def _record(head: bytes, holder: int, seq: int, status: int, flags: int) -> bytes:
    return head + holder.to_bytes(3, "big") + seq.to_bytes(3, "big") + bytes([status, flags])


def value_of(random: Random, type_: str) -> Any:
    """Any value of a type: of a struct, an integer, bytes, an address or a truth value."""
    if type_ in STRUCTS:
        return {each.name: value_of(random, each.type) for each in STRUCTS[type_]}
    if type_.endswith("[]"):
        return [value_of(random, type_[:-2]) for _ in range(random.randint(1, 3))]
    if type_.startswith("uint"):
        return random.choice([0, 1, random.getrandbits(int(type_[4:])), (1 << int(type_[4:])) - 1])
    if type_ == "bool":
        return random.random() < 0.5
    return checksum(random.randbytes(20)) if type_ == "address" else random.randbytes(int(type_[5:]))


def act_of(random: Random, kind: str, touches: Sequence[Subject], /, **fields: Any) -> Act:
    """An action with some fields given, the rest as chance has it; at a moment the ledger may have recorded."""
    value = {each.name: value_of(random, each.type) for each in STRUCTS[kind] if each.name not in fields}
    moment = {"occurredAt": NOW - random.randint(0, 5000)}
    act = Act(kind, {**value, **moment, **fields}, touches)
    if random.random() < 0.3:
        commit(random, act)
    return act


def commit(random: Random, act: Act) -> None:
    """Gives an action details, and shows some."""
    schema = random.choice(list(SCHEMAS.values()))
    paths = random.sample(list(schema.fields), 3)
    values: dict[str, Any] = {}
    for path in paths[:2]:
        tag = schema.fields[path].name
        values[path] = {"TEXT": "批次 7", "INTEGER": -5, "BYTES": b"\x00\x01", "JSON": b'{"a":1}'}[tag]
    tree = leaves(schema, values, random.randbytes(32))
    act.value |= {"schema": schema.id, "root": root(schema, tree)}
    act.opening = open_fields(schema, tree, paths)


# ------------------------------------------------------------------------------------------------ the file


@dataclass
class Draft:
    """An evidence file before it is written: its content as JSON, and what it was made of, for a test to spoil."""

    content: dict[str, Any]
    trust: dict[str, Any]

    @property
    def data(self) -> bytes:
        return dump(self.content)

    def copy(self) -> Draft:
        return copy.deepcopy(self)


def evidence_of(
    park: Park,
    roots: Sequence[Subject],
    depth: int = 0,
    *,
    witnesses: Sequence[Signer] = (),
    leave_out: Iterable[tuple[str, bytes]] = (),
    proven_by: Park | None = None,
) -> Draft:
    """The evidence of some subjects. ``proven_by`` is another state to take the proofs from than the block's own;
    ``leave_out`` names subjects a cheat withholds."""
    subjects, slots, depth = _needed(park, roots, depth)
    subjects = [place for place in subjects if place not in set(leave_out)]
    nodes, state_root = _proofs(proven_by or park, slots)
    header = header_of(state_root if proven_by is None else _proofs(park, slots)[1])
    acts: list[Act] = []
    for place in subjects:
        acts += [act for act in park.trails[place] if not any(each is act for each in acts)]
    batches = [batch for batch in park.batches if any(each is act for act in acts for each in batch.acts)]
    roots_at = sorted(subjects.index((each[0], struct_hash(each[1], each[2]))) for each in roots)
    content = {
        "format": "suyuan-evidence/1",
        "about": {"depth": depth, "subjects": roots_at},
        "anchor": {"header": blob(header), "checkpoint": checkpoint_of(header, witnesses)},
        "nodes": [blob(node) for node in sorted(nodes, key=keccak)],
        "batches": [_batch_json(batch) for batch in batches],
        "actions": [_action_json(act, batches) for act in acts],
        "subjects": [_subject_json(park, place, acts) for place in subjects],
    }
    return Draft(content, trust_of(witnesses))


def trust_of(witnesses: Sequence[Signer]) -> dict[str, Any]:
    """The trust file of a park whose witnesses all must sign."""
    return {
        "format": "suyuan-trust/1",
        "chain": {"id": CHAIN, "genesis": "0x" + GENESIS.hex()},
        "ledgers": {name: {"address": ADDRESSES[name], "code_hash": "0x" + CODES[name].hex()} for name in LEDGERS},
        "witnesses": {"threshold": len(witnesses), "addresses": [each.address for each in witnesses]},
        "seals": None,
        "not_before": 0,
        "names": {"3": "Supplier", "5": "承租企业"},
    }


def checkpoint_of(header: bytes, witnesses: Sequence[Signer], number: int = BLOCK) -> dict[str, Any] | None:
    """What witnesses sign of a block."""
    if not witnesses:
        return None
    mirror = keccak(b"mirror")
    digest = checkpoint_digest(CHAIN, number, keccak(header), GENESIS, mirror)
    signatures = [
        {"witness": each.address, "signature": blob(sign(digest, each.key))}
        for each in sorted(witnesses, key=lambda each: address_bytes(each.address))
    ]
    return {"mirror": "0x" + mirror.hex(), "signatures": signatures}


def header_of(state_root: bytes, number: int = BLOCK, time: int = NOW + 60, extra: bytes = b"") -> bytes:
    """The RLP of a header with a base fee, as chains of London and later have them."""
    fields = [bytes(32), keccak(b"uncles"), bytes(20), state_root, bytes(32), bytes(32), bytes(256)]
    numbers = [b"", number.to_bytes(3, "big").lstrip(b"\0"), b"\x01", b"\x02", time.to_bytes(4, "big")]
    return rlp.encode([*fields, *numbers, extra, bytes(32), bytes(8), b"\x07"])


def _needed(
    park: Park, roots: Sequence[Subject], depth: int
) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes, int]], int]:
    """The subjects a file must show, the slots (ledger, key, slot of the mapping) it must prove, and how deep it is."""
    level = [(each[0], struct_hash(each[1], each[2])) for each in roots]
    found = list(level)
    reached = 0
    while level and reached < depth:
        used = [key for place in level for key in _used(park, place)]
        level = list(dict.fromkeys(place for place in used if place not in found))
        reached += bool(level)
        found += level
    slots: list[tuple[str, bytes, int]] = []
    shown = list(found)
    for ledger, id_ in found:
        slots.append((ledger, id_, 0))
        bears: list[tuple[str, bytes]] = []
        if ledger == "Traceability":
            key = park.subjects[ledger, id_][2]
            bears.append(("Recalls", lot_id(key["maker"], key["handle"])))
        for act in park.trails[ledger, id_]:
            hash_ = struct_hash(act.kind, act.value)
            bears.append(("Corrections", correction_id(ADDRESSES[ledger], id_, hash_)))
        slots += [(*each, 0) for each in bears]
        shown += [each for each in bears if each in park.subjects and each not in shown]
    for place in shown:
        for act in park.trails[place]:
            signer = park.signer_of(act)
            slots.append(("Participants", address_bytes(signer.address).rjust(32, b"\0"), 7))
            slots.append(("Participants", organisation_id(signer.organisation), 0))
    return shown, slots, reached


def _used(park: Park, place: tuple[str, bytes]) -> list[tuple[str, bytes]]:
    trail = park.trails[place]
    if place[0] != "Traceability" or not trail or trail[0].kind != "RecordLotEvent":
        return []
    keys = [item["holding"] for item in trail[0].value["items"] if item["role"] in (3, 5)]
    places = [("Traceability", struct_hash("HoldingKey", key)) for key in keys]
    return [each for each in places if each != place]


def _proofs(park: Park, slots: Iterable[tuple[str, bytes, int]]) -> tuple[set[bytes], bytes]:
    """The nodes of the ways to some slots, and the state root."""
    tries = {
        name: Trie({slot: rlp.encode(word.lstrip(b"\0")) for slot, word in park.storage[name].items()})
        for name in LEDGERS
    }
    accounts = {
        address_bytes(ADDRESSES[name]): rlp.encode([b"\x01", b"", tries[name].root, CODES[name]]) for name in LEDGERS
    }
    state = Trie(accounts | {b"some account %d" % i: rlp.encode([b"", b"", bytes(32), bytes(32)]) for i in range(40)})
    nodes: set[bytes] = set()
    for ledger, key, slot in slots:
        nodes |= state.proof(address_bytes(ADDRESSES[ledger]))
        nodes |= tries[ledger].proof(keccak(key + slot.to_bytes(32, "big")))
    return nodes, state.root


def _batch_json(batch: Signed) -> dict[str, Any]:
    numbers = to_json({"nonce": batch.nonce, "deadline": batch.deadline})
    return {
        "action": batch.acts[0].kind,
        "signer": batch.signer.address,
        **numbers,
        "mode": 0,
        "signature": blob(batch.signature),
        "hashes": blob(b"".join(struct_hash(act.kind, act.value) for act in batch.acts)),
    }


def _action_json(act: Act, batches: Sequence[Signed]) -> dict[str, Any]:
    batch = next(i for i, one in enumerate(batches) if any(each is act for each in one.acts))
    index = next(i for i, each in enumerate(batches[batch].acts) if each is act)
    opening = None
    if act.opening is not None:
        opening = {
            "leaves": [
                {"index": leaf.index, "tag": int(leaf.tag), "value": blob(leaf.value), "salt": "0x" + leaf.salt.hex()}
                for leaf in act.opening.leaves
            ],
            "siblings": blob(b"".join(act.opening.siblings)),
        }
    return {"batch": batch, "index": index, "value": to_json(act.value), "opening": opening}


def _subject_json(park: Park, place: tuple[str, bytes], acts: Sequence[Act]) -> dict[str, Any]:
    ledger, struct, key = park.subjects[place]
    trail = [next(i for i, each in enumerate(acts) if each is act) for act in park.trails[place]]
    return {"ledger": ledger, "struct": struct, "key": to_json(key), "trail": trail}
