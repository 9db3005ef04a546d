"""Shared test vectors: what every language must make of the same actions, `contracts/test/vectors.json`.

    python -m contracts.vectors            write the file
    python -m contracts.vectors --check    exit 1 if what lies there is not what this would write

Digests, hashes of structs and signatures come from eth-account, which shares no line with `contracts.typed_data`;
hashes of leaves from `eth_abi`. Everything is made of labels, so the file is the same at every run. Edge values of a
field are 0 and all bits set. Values are JSON as in `contracts.action_json`; those of details are text as it is,
integers as decimal digits, bytes and JSON in hexadecimal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data

from contracts import details
from contracts.action_json import to_json
from contracts.details import LOT_EVENT, Leaf, Schema, Tag
from contracts.signatures import address_bytes, checksum, keccak
from contracts.typed_data import ACTIONS, DOMAIN_NAME, DOMAIN_VERSION, STRUCTS, Batch, Domain, Value
from contracts.wire import SignedBatch, Trail, calldata

FILE: Final = Path(__file__).resolve().parent / "test" / "vectors.json"

# The last one is past what a JavaScript number holds exactly.
_CHAIN_IDS: Final = (1, 31_337, 2**53 + 1)
_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

_EVERY_TYPE: Final = Schema(
    id=2**32 - 1,
    name="every type",
    size=16,
    fields={"名称": Tag.TEXT, "amount_fen": Tag.INTEGER, "least": Tag.INTEGER, "photo": Tag.BYTES, "parts": Tag.JSON},
)
_FULL: Final = Schema(0, "full", 32, {f"field {index}": Tag.INTEGER for index in range(32)})


def vectors() -> dict[str, Any]:
    """The content of the file."""
    return {
        "batches": [_batch(number, action) for number, action in enumerate(ACTIONS)],
        "cancelledNonces": [_cancelled(edge) for edge in _EDGES],
        "refusedSignatures": list(_refused_signatures()),
        "ids": {struct: [_id(struct, edge) for edge in _EDGES] for struct in _KEYS},
        "founders": [_id("Founder", edge) for edge in _EDGES],
        "folds": [_fold(edge) for edge in _EDGES],
        "handles": [_handle(identifier) for identifier in ("", "LOT-7/2026", "批号：溯源 甲", "e\u0301tui", "é", "🧪")],
        "details": [_details(schema, fields, shown) for schema, fields, shown in _DETAILS],
    }


# ------------------------------------------------------------------------------------------------- values


def _seed(*labels: object) -> bytes:
    return keccak(" ".join(map(str, labels)).encode())


def _lowest(_label: str, _bits: int) -> int:
    return 0


def _highest(_label: str, bits: int) -> int:
    return (1 << bits) - 1


def _mixed(label: str, bits: int) -> int:
    return int.from_bytes(_seed(label), "big") >> (256 - bits)


_EDGES: Final = {"lowest": _lowest, "highest": _highest, "mixed": _mixed}
_KEYS: Final = tuple(struct for struct in STRUCTS if struct.endswith("Key") and struct not in ACTIONS)
# `RecordLotEvent` has as many items as its edge stands in this list.
_ITEMS: Final = ("lowest", "highest", "mixed")


def _value(type_: str, edge: str, label: str) -> Any:
    if type_.endswith("[]"):
        return [_value(type_[:-2], edge, f"{label} {index}") for index in range(_ITEMS.index(edge))]
    if type_ in STRUCTS:
        return {field.name: _value(field.type, edge, f"{label} {field.name}") for field in STRUCTS[type_]}
    if type_ == "address":
        return checksum(_EDGES[edge](label, 160).to_bytes(20, "big"))
    if type_.startswith("uint"):
        return _EDGES[edge](label, int(type_[4:]))
    if type_ == "bool":
        return bool(_EDGES[edge](label, 1))
    return _EDGES[edge](label, int(type_[5:]) * 8).to_bytes(int(type_[5:]), "big")


def _key(number: int) -> bytes:
    return _seed("key", number)


def _address(number: int) -> str:
    return str(Account.from_key(_key(number)).address)


def _domain(number: int) -> Domain:
    return Domain(_CHAIN_IDS[number % len(_CHAIN_IDS)], checksum(_seed("ledger", number)[12:]))


# ------------------------------------------------------------------------------------- the oracle: eth-account


def oracle(struct: str, value: Value, domain: Domain) -> SignableMessage:
    """eth-account's view of a struct to sign; its ``body`` is the hash of the struct."""
    return encode_typed_data(
        domain_data=oracle_domain(domain), message_types=oracle_types(struct), message_data=dict(value)
    )


def oracle_domain(domain: Domain) -> dict[str, Any]:
    """A domain as eth-account takes it."""
    return {
        "name": DOMAIN_NAME,
        "version": DOMAIN_VERSION,
        "chainId": domain.chain_id,
        "verifyingContract": domain.verifying_contract,
    }


def oracle_types(struct: str) -> dict[str, list[dict[str, str]]]:
    """The types of a struct as eth-account takes them."""
    return {name: [{"name": field.name, "type": field.type} for field in STRUCTS[name]] for name in _with_parts(struct)}


def oracle_digest(message: SignableMessage) -> bytes:
    """The 32 bytes that eth-account signs."""
    return keccak(b"\x19" + message.version + message.header + message.body)


def _with_parts(struct: str) -> Iterator[str]:
    """A struct and all it consists of: with more, eth-account could not tell which one is to be signed."""
    yield struct
    for field in STRUCTS[struct]:
        if (part := field.type.removesuffix("[]")) in STRUCTS:
            yield from _with_parts(part)


def oracle_hash(struct: str, value: Value) -> bytes:
    """eth-account's hash of a struct, which depends on no domain."""
    return bytes(oracle(struct, value, _domain(0)).body)


# ------------------------------------------------------------------------------------------------ signatures


def _batch(number: int, action: str) -> dict[str, Any]:
    domain = _domain(number)
    edge = _ITEMS[number % len(_ITEMS)]
    actions = tuple(_value(action, each, f"{action} {each}") for each in _EDGES)
    batch = Batch(
        action,
        actions,
        nonce=_value("uint256", edge, f"{action} nonce"),
        deadline=_value("uint64", edge, f"{action} deadline"),
        mode=number % 2,
    )
    body = {"actions": list(actions), "nonce": batch.nonce, "deadline": batch.deadline, "mode": batch.mode}
    message = oracle(ACTIONS[action].batch, body, domain)
    signature = bytes(Account.sign_message(message, _key(number)).signature)
    trails = tuple(_trail(index) for index in range(len(actions))) if ACTIONS[action].proof else ()
    return {
        "action": action,
        "chainId": to_json(domain.chain_id),
        "verifyingContract": domain.verifying_contract,
        **to_json(body),
        "actionHashes": [to_json(oracle_hash(action, value)) for value in actions],
        "digest": to_json(oracle_digest(message)),
        "key": to_json(_key(number)),
        "signer": _address(number),
        "signature": to_json(signature),
        "trails": [
            {
                "headBefore": to_json(trail.head_before),
                "steps": [{"actionHash": to_json(step), "signer": signer} for step, signer in trail.steps],
            }
            for trail in trails
        ],
        "calldata": to_json(calldata(SignedBatch(batch, _address(number), signature, trails))),
    }


def _trail(length: int) -> Trail:
    steps = tuple((_seed("step", index), checksum(_seed("signer", index)[12:])) for index in range(length))
    return Trail(_seed("head", length)[:24], steps)


def _cancelled(edge: str) -> dict[str, Any]:
    number = _ITEMS.index(edge)
    domain = _domain(number)
    value = _value("CancelNonces", edge, "cancel")
    message = oracle("CancelNonces", value, domain)
    return {
        "chainId": to_json(domain.chain_id),
        "verifyingContract": domain.verifying_contract,
        **to_json(value),
        "digest": to_json(oracle_digest(message)),
        "signer": _address(number),
        "signature": to_json(bytes(Account.sign_message(message, _key(number)).signature)),
    }


def _refused_signatures() -> Iterator[dict[str, str]]:
    """Signatures no language may accept, though some libraries would."""
    signed = Account.unsafe_sign_hash(_seed("digest"), _key(0))
    r, s = signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big")
    v = bytes([signed.v])
    high_s = (_ORDER - signed.s).to_bytes(32, "big")
    for why, signature in {
        "high s": r + high_s + bytes([55 - signed.v]),
        "v of 0 or 1": r + s + bytes([signed.v - 27]),
        "v of 29": r + s + b"\x1d",
        "r of 0": bytes(32) + s + v,
        "s of 0": r + bytes(32) + v,
        "r past the order": b"\xff" * 32 + s + v,
        "compact, 64 bytes": r + s,
        "66 bytes": r + s + v + b"\x00",
        "nothing": b"",
    }.items():
        yield {"why": why, "digest": to_json(_seed("digest")), "signature": to_json(signature)}


# ------------------------------------------------------------------------------------------ ids, folds, details


def _id(struct: str, edge: str) -> dict[str, Any]:
    value = _value(struct, edge, struct)
    return {"key": to_json(value), "id": to_json(oracle_hash(struct, value))}


def _fold(edge: str) -> dict[str, Any]:
    head, action, signer = (_value(type_, edge, f"fold {type_}") for type_ in ("bytes24", "bytes32", "address"))
    after = keccak(head + action + address_bytes(signer))[:24]
    return {"head": to_json(head), "actionHash": to_json(action), "signer": signer, "after": to_json(after)}


def _handle(identifier: str) -> dict[str, str]:
    salt = _seed("handle", identifier)
    return {
        "identifier": identifier,
        "salt": to_json(salt),
        "handle": to_json(details.handle(identifier, salt)),
    }


_DETAILS: Final[tuple[tuple[Schema, Mapping[str, Any], tuple[tuple[str, ...], ...]], ...]] = (
    (
        _EVERY_TYPE,
        {
            "名称": "乙腈 e\u0301",
            "amount_fen": 2**255 - 1,
            "least": -(2**255),
            "photo": bytes(range(33)),
            "parts": '[{"數":1}]'.encode(),
        },
        (("名称",), ("photo", "parts"), ("名称", "amount_fen", "least", "photo", "parts")),
    ),
    (_EVERY_TYPE, {"名称": "", "photo": b"", "amount_fen": 0}, (("least",), ("名称", "photo"))),
    (_FULL, {f"field {index}": -index for index in range(32)}, (("field 31",), tuple(_FULL.fields))),
    (
        LOT_EVENT,
        {
            "handles": b'[["LOT-7/2026","0x00"]]',
            "type": "ObjectEvent",
            "eventTime": "2026-05-01T08:00:00.000+08:00",
            "epcList": b'["urn:epc:id:sgtin:0614141.107346.2018"]',
            "bizStep": "commissioning",
            "extension/7": b'{"https://ns.example/":{"batch":"7"}}',
        },
        (("handles", "type", "bizStep"), ("extension/7",), ("ilmd",)),
    ),
)


def _details(schema: Schema, fields: Mapping[str, Any], shown: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    event_key = _seed("event key", schema.name, *fields)
    leaves = details.leaves(schema, fields, event_key)
    openings = [(paths, details.open_fields(schema, leaves, paths)) for paths in shown]
    return {
        "schema": {
            "id": schema.id,
            "name": schema.name,
            "size": schema.size,
            "fields": [{"path": path, "type": tag.name.lower()} for path, tag in schema.fields.items()],
        },
        "eventKey": to_json(event_key),
        "fields": {path: _detail(value) for path, value in fields.items()},
        "leaves": [
            {
                "index": leaf.index,
                "tag": int(leaf.tag),
                "value": to_json(leaf.value),
                "salt": to_json(leaf.salt),
                "hash": to_json(_oracle_leaf(schema, leaf)),
            }
            for leaf in leaves
        ],
        "root": to_json(details.root(schema, leaves)),
        "openings": [
            {
                "paths": list(paths),
                "indexes": [leaf.index for leaf in opening.leaves],
                "siblings": to_json(opening.siblings),
            }
            for paths, opening in openings
        ],
    }


def _detail(value: str | int | bytes) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else str(to_json(value))


def _oracle_leaf(schema: Schema, leaf: Leaf) -> bytes:
    types = ("uint32", "uint8", "uint8", "bytes", "bytes32")
    return keccak(b"\x00" + keccak(encode(types, (schema.id, leaf.index, leaf.tag, leaf.value, leaf.salt))))


def main(arguments: list[str]) -> int:
    """Writes or checks the file."""
    text = json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"
    if arguments == ["--check"]:
        if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
            return 0
        sys.stdout.write("vectors_stale: contracts/test/vectors.json - run `python -m contracts.vectors`, commit it\n")
        return 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
