"""The trust file: what the reader knows of the chain from somebody else than the giver of the evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.signatures import TypedDataError, address_bytes, checksum
from verifier.refusal import TrustError

FORMAT: Final = "suyuan-trust/1"
_FIELDS: Final = frozenset({"format", "chain", "ledgers", "witnesses", "seals", "not_before", "names"})
_NEEDED: Final = ("Participants", "Recalls", "Traceability", "Procurement", "Corrections")
_HASH: Final = re.compile("0x[0-9a-f]{64}")
_SIZE_MAX: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where a ledger stands and the hash of its code."""

    address: str
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class Seals:
    """Who seals blocks, by which consensus: ``qbft`` or ``clique``."""

    kind: str
    validators: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trust:
    """A trust file. ``threshold`` of the ``witnesses`` must have signed; none is asked for if it is 0."""

    chain_id: int
    genesis: bytes
    ledgers: Mapping[str, Ledger]
    threshold: int
    witnesses: frozenset[str]
    seals: Seals | None
    not_before: int
    names: Mapping[str, str]


def read(data: bytes) -> Trust:
    """Reads a trust file. Raises :class:`TrustError` with code ``trust_unreadable`` or ``trust_empty``."""
    try:
        if len(data) > _SIZE_MAX:
            raise ValueError(f"{len(data)} bytes, {_SIZE_MAX} are allowed")
        content = json.loads(data)
        _check(isinstance(content, dict) and content.keys() == _FIELDS, f"the fields are {', '.join(sorted(_FIELDS))}")
        _check(content["format"] == FORMAT, f"format {FORMAT} is needed")
        trust = _trust(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TrustError("trust_unreadable", str(error) or type(error).__name__) from None
    if not trust.threshold and (trust.seals is None or trust.seals.kind == "clique"):
        raise TrustError(
            "trust_empty",
            "it asks for no witnesses, and for no seals of more than one validator: it would trust anybody",
        )
    return trust


def _trust(content: Mapping[str, Any]) -> Trust:
    witnesses = _addresses(content["witnesses"]["addresses"])
    threshold = _number(content["witnesses"]["threshold"])
    _check(threshold <= len(witnesses), "the threshold is higher than there are witnesses")
    _check(set(_NEEDED) <= content["ledgers"].keys(), f"the ledgers {', '.join(_NEEDED)} are needed")
    ledgers = {
        name: Ledger(_address(one["address"]), _hash(one["code_hash"])) for name, one in content["ledgers"].items()
    }
    _check(all(isinstance(name, str) for name in content["names"].values()), "a name is a text")
    return Trust(
        chain_id=_number(content["chain"]["id"]),
        genesis=_hash(content["chain"]["genesis"]),
        ledgers=ledgers,
        threshold=threshold,
        witnesses=witnesses,
        seals=_seals(content["seals"]),
        not_before=_number(content["not_before"]),
        names=content["names"],
    )


def _seals(content: Mapping[str, Any] | None) -> Seals | None:
    if content is None:
        return None
    _check(content["kind"] in ("qbft", "clique"), "seals are of kind qbft or clique")
    validators = _addresses(content["validators"])
    _check(validators, "seals need validators")
    return Seals(content["kind"], validators)


def _addresses(content: list[str]) -> frozenset[str]:
    addresses = [_address(each) for each in content]
    _check(len(set(addresses)) == len(addresses), "an address comes twice")
    return frozenset(addresses)


def _address(text: str) -> str:
    try:
        return checksum(address_bytes(text))
    except TypedDataError as error:
        raise ValueError(str(error)) from None


def _hash(text: str) -> bytes:
    _check(_HASH.fullmatch(text), f"{text} is no hash: 0x and 64 lower-case hexadecimal digits")
    return bytes.fromhex(text[2:])


def _number(value: Any) -> int:
    _check(isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53, f"{value} is no number")
    return int(value)


def _check(holds: object, message: str) -> None:
    if not holds:
        raise ValueError(message)
