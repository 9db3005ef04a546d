"""What an evidence file holds, read strictly: every field there, no other, each in its one spelling."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeVar

from contracts.action_json import parse, to_json
from contracts.details import Leaf, Opening, Tag
from contracts.signatures import TypedDataError, address_bytes, checksum, keccak
from contracts.typed_data import ACTIONS, action_hash, struct_hash
from verifier.canonical import load, unblob
from verifier.refusal import Refusal

FORMAT: Final = "suyuan-evidence/1"
HOLDING: Final = ("Traceability", "HoldingKey")
ORDER: Final = ("Procurement", "OrderKey")
RECALL: Final = ("Recalls", "LotKey")
CORRECTION: Final = ("Corrections", "CorrectionKey")

_DEPTH_MAX: Final = 1_000
_T = TypeVar("_T")
_HASH: Final = 32
_SIGNATURE: Final = 65


@dataclass(frozen=True, slots=True)
class Batch:
    """What one signature covers, with the hash of each of its actions."""

    action: str
    signer: str
    nonce: int
    deadline: int
    mode: int
    signature: bytes
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SignedAction:
    """An action, where it stands in its batch, and the details shown of it."""

    batch: Batch
    index: int
    value: Mapping[str, Any]
    hash: bytes
    opening: Opening | None
    place: str

    @property
    def kind(self) -> str:
        """Its struct, such as ``RecordLotEvent``."""
        return self.batch.action

    @property
    def signer(self) -> str:
        """The key that signed its batch."""
        return self.batch.signer


@dataclass(frozen=True, slots=True)
class Subject:
    """Something a ledger keeps a record of, with all that was done to it, oldest first."""

    ledger: str
    struct: str
    key: Mapping[str, Any]
    id: bytes
    trail: tuple[SignedAction, ...]
    place: str

    @property
    def kind(self) -> tuple[str, str]:
        """Its ledger and the struct of its key."""
        return self.ledger, self.struct


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What witnesses signed of the block: the digest of their mirrors, and their signatures by address."""

    mirror: bytes
    signatures: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence file. ``roots`` are what it is about."""

    depth: int
    roots: tuple[Subject, ...]
    header: bytes
    checkpoint: Checkpoint | None
    nodes: tuple[bytes, ...]
    batches: tuple[Batch, ...]
    actions: tuple[SignedAction, ...]
    subjects: tuple[Subject, ...]


def read(data: bytes) -> Evidence:
    """Reads a file. Raises :class:`Refusal` ``file_unreadable``, ``format_unknown`` or ``file_malformed``."""
    content = load(data)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise Refusal("format_unknown", "format", f"{FORMAT} is needed")
    about, anchor, nodes, batches, actions, subjects = _fields(
        content, "", "about", "anchor", "nodes", "batches", "actions", "subjects", known=("format",)
    )
    header, checkpoint = _fields(anchor, "anchor", "header", "checkpoint")
    read_header = _blob(header, "anchor.header")
    read_checkpoint = None if checkpoint is None else _checkpoint(checkpoint)
    read_nodes = tuple(_blob(node, f"nodes[{i}]") for i, node in enumerate(_list(nodes, "nodes")))
    _ascending([keccak(node) for node in read_nodes], "nodes")
    read_batches = _each(batches, "batches", _batch)
    read_actions = _each(actions, "actions", lambda item, place: _action(item, place, read_batches))
    read_subjects = _each(subjects, "subjects", lambda item, place: _subject(item, place, read_actions))
    depth, roots = _fields(about, "about", "depth", "subjects")
    root_places = _each(roots, "about.subjects", lambda root, at: _place(root, at, read_subjects))
    _ascending(root_places, "about.subjects")
    evidence = Evidence(
        depth=_number(depth, "about.depth", _DEPTH_MAX),
        roots=tuple(read_subjects[place] for place in root_places),
        header=read_header,
        checkpoint=read_checkpoint,
        nodes=read_nodes,
        batches=read_batches,
        actions=read_actions,
        subjects=read_subjects,
    )
    _check_uses(evidence)
    return evidence


def _check_uses(evidence: Evidence) -> None:
    """Nothing may lie in a file that nothing rests on: it would say what nobody checks."""
    if not evidence.roots or any(root.kind not in (HOLDING, ORDER) for root in evidence.roots):
        raise _malformed("about.subjects", "evidence is about holdings or orders")
    taken: set[tuple[int, int]] = set()
    for action in evidence.actions:
        if (id(action.batch), action.index) in taken:
            raise _malformed(action.place, "another stands at the same place of the batch")
        taken.add((id(action.batch), action.index))
    if {id(batch) for batch in evidence.batches} != {id(action.batch) for action in evidence.actions}:
        raise _malformed("batches", "one has no action in the file")
    if {id(action) for action in evidence.actions} != {id(each) for one in evidence.subjects for each in one.trail}:
        raise _malformed("actions", "one is on no trail")
    if len({(subject.ledger, subject.id) for subject in evidence.subjects}) != len(evidence.subjects):
        raise _malformed("subjects", "one comes twice")


def _batch(item: object, place: str) -> Batch:
    action, signer, nonce, deadline, mode, signature, hashes = _fields(
        item, place, "action", "signer", "nonce", "deadline", "mode", "signature", "hashes"
    )
    if not isinstance(action, str) or action not in ACTIONS:
        raise _malformed(f"{place}.action", "no action is called so")
    joined = _blob(hashes, f"{place}.hashes")
    if not joined or len(joined) % _HASH:
        raise _malformed(f"{place}.hashes", "hashes of 32 bytes are needed")
    values = {"actions": [], "nonce": nonce, "deadline": deadline, "mode": mode}
    parsed = _struct(f"{action}Batch", values, place)
    return Batch(
        action=action,
        signer=_address(signer, f"{place}.signer"),
        nonce=parsed["nonce"],
        deadline=parsed["deadline"],
        mode=parsed["mode"],
        signature=_blob(signature, f"{place}.signature", _SIGNATURE),
        hashes=tuple(joined[i : i + _HASH] for i in range(0, len(joined), _HASH)),
    )


def _action(item: object, place: str, batches: Sequence[Batch]) -> SignedAction:
    batch_place, index, value, opening = _fields(item, place, "batch", "index", "value", "opening")
    batch = batches[_place(batch_place, f"{place}.batch", batches)]
    parsed = _struct(batch.action, value, f"{place}.value")
    return SignedAction(
        batch=batch,
        index=_place(index, f"{place}.index", batch.hashes),
        value=parsed,
        hash=action_hash(batch.action, parsed),
        opening=None if opening is None else _opening(opening, f"{place}.opening"),
        place=place,
    )


def _opening(item: object, place: str) -> Opening:
    leaves, siblings = _fields(item, place, "leaves", "siblings")
    joined = _blob(siblings, f"{place}.siblings")
    if len(joined) % _HASH:
        raise _malformed(f"{place}.siblings", "hashes of 32 bytes are needed")
    return Opening(
        _each(leaves, f"{place}.leaves", _leaf),
        tuple(joined[i : i + _HASH] for i in range(0, len(joined), _HASH)),
    )


def _leaf(item: object, place: str) -> Leaf:
    index, tag, value, salt = _fields(item, place, "index", "tag", "value", "salt")
    return Leaf(
        _number(index, f"{place}.index", 63),
        Tag(_number(tag, f"{place}.tag", max(Tag))),
        _blob(value, f"{place}.value"),
        _hex(salt, f"{place}.salt", _HASH),
    )


def _subject(item: object, place: str, actions: Sequence[SignedAction]) -> Subject:
    ledger, struct, key, trail = _fields(item, place, "ledger", "struct", "key", "trail")
    if (ledger, struct) not in (HOLDING, ORDER, RECALL, CORRECTION):
        raise _malformed(place, "no subject of evidence is of this ledger and struct")
    parsed = _struct(struct, key, f"{place}.key")
    steps = _each(trail, f"{place}.trail", lambda step, at: actions[_place(step, at, actions)])
    if any(ACTIONS[step.kind].ledger != ledger for step in steps):
        raise _malformed(f"{place}.trail", f"an action is not one of {ledger}")
    return Subject(ledger, struct, parsed, struct_hash(struct, parsed), steps, place)


def _checkpoint(item: object) -> Checkpoint:
    mirror, signatures = _fields(item, "anchor.checkpoint", "mirror", "signatures")
    pairs = _each(signatures, "anchor.checkpoint.signatures", _witness)
    _ascending([address_bytes(witness) for witness, _ in pairs], "anchor.checkpoint.signatures")
    return Checkpoint(_hex(mirror, "anchor.checkpoint.mirror", _HASH), dict(pairs))


def _witness(item: object, place: str) -> tuple[str, bytes]:
    witness, signature = _fields(item, place, "witness", "signature")
    return _address(witness, f"{place}.witness"), _blob(signature, f"{place}.signature", _SIGNATURE)


# ----------------------------------------------------------------------------------------------------- kinds


def _fields(item: object, place: str, *names: str, known: Sequence[str] = ()) -> list[Any]:
    if not isinstance(item, dict) or item.keys() != {*names, *known}:
        raise _malformed(place, f"an object of {', '.join(names)} is needed, with all of them and no more")
    return [item[name] for name in names]


def _list(item: object, place: str) -> list[Any]:
    if not isinstance(item, list):
        raise _malformed(place, "a list is needed")
    return item


def _each(item: object, place: str, reader: Callable[[object, str], _T]) -> tuple[_T, ...]:
    return tuple(reader(each, f"{place}[{i}]") for i, each in enumerate(_list(item, place)))


def _number(item: object, place: str, most: int) -> int:
    if not isinstance(item, int) or isinstance(item, bool) or not 0 <= item <= most:
        raise _malformed(place, f"a whole number up to {most} is needed")
    return item


def _place(item: object, place: str, among: Sequence[object]) -> int:
    return _number(item, place, len(among) - 1)


def _blob(item: object, place: str, size: int | None = None) -> bytes:
    data = unblob(item)
    if data is None or size not in (None, len(data)):
        raise _malformed(place, "base64url without padding is needed" + (f", of {size} bytes" if size else ""))
    return data


def _hex(item: object, place: str, size: int) -> bytes:
    text = item if isinstance(item, str) else ""
    data = bytes.fromhex(text[2:]) if set(text[2:]) <= set("0123456789abcdef") and not len(text) % 2 else b""
    if text[:2] != "0x" or len(data) != size:
        raise _malformed(place, f"0x and {2 * size} lower-case hexadecimal digits are needed")
    return data


def _address(item: object, place: str) -> str:
    data = _hex(item.lower() if isinstance(item, str) else item, place, 20)
    if checksum(data) != item:
        raise _malformed(place, "an address as EIP-55 writes it is needed")
    return checksum(data)


def _struct(struct: str, item: object, place: str) -> dict[str, Any]:
    """A value in the one spelling of ``contracts.action_json``."""
    try:
        parsed = parse(struct, item, place)
    except TypedDataError as error:
        raise _malformed(error.path, error.message) from None
    if to_json(parsed) != item:
        raise _malformed(place, "a value is not written as contracts/action_json.py writes it")
    return parsed


def _ascending(keys: Sequence[Any], place: str) -> None:
    if any(one >= next_ for one, next_ in pairwise(keys)):
        raise _malformed(place, "they do not ascend, or one comes twice")


def _malformed(place: str, message: str) -> Refusal:
    return Refusal("file_malformed", place, message)
