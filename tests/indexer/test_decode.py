"""Logs against an encoder that is not ours, and everything an encoding can get wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

import contracts
from contracts.artifact import artifact
from indexer.decode import Decoder, Event, Log
from indexer.errors import Halt
from indexer.events import PACKED, event_kinds
from indexer.layout import Field
from indexer.schema import KINDS
from tests.indexer.loudspeaker import encoded

ADDRESSES = {bytes([at] * 20): name for at, name in enumerate(sorted({kind.contract for kind in KINDS}), start=1)}
ADDRESS_OF = {name: address for address, name in ADDRESSES.items()}


def log_of(contract: str, topics: bytes, data: bytes) -> Log:
    return Log(9, bytes(32), 2, b"t" * 32, ADDRESS_OF[contract], topics[:32], topics[32:], data)


def decode(contract: str, event: str, *arguments: object) -> Event:
    return Decoder(ADDRESSES, KINDS).decode(log_of(contract, *encoded(contract, event, arguments)))


uint8, uint16, uint24, uint32 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 24, 32))
uint64, uint256 = (st.integers(0, 2**bits - 1) for bits in (64, 256))
bytes24, bytes32 = (st.binary(min_size=size, max_size=size) for size in (24, 32))
address = st.binary(min_size=20, max_size=20)


def spoken(parameter: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """What eth_abi is told to encode of a parameter; a packed word with nothing in its unused bits."""
    type_ = parameter["type"]
    if type_ == "tuple[]":
        return st.lists(spoken({**parameter, "type": "tuple"}), max_size=3)
    if type_ == "tuple":
        return st.tuples(*map(spoken, parameter["components"]))
    if parameter["internalType"] in PACKED:
        words = st.integers(0, 256 ** sum(Field(*each).size for each in PACKED[parameter["internalType"]]) - 1)
        return words if type_ == "uint256" else words.map(lambda word: word.to_bytes(32))
    return st.binary(max_size=99) if type_ == "bytes" else elementary(Field("", type_))


def elementary(field: Field) -> st.SearchStrategy[Any]:
    if field.type == "bool":
        return st.booleans()
    return (
        st.integers(0, 256**field.size - 1) if field.is_integer else st.binary(min_size=field.size, max_size=field.size)
    )


def flat(parameter: Mapping[str, Any], value: Any) -> Iterator[int | bytes]:
    """The fields of a static parameter in their order, packed words taken apart by arithmetic."""
    if parameter["type"] == "tuple":
        for component, part in zip(parameter["components"], value, strict=True):
            yield from flat(component, part)
    elif parameter["internalType"] in PACKED:
        yield from parts(value, [Field(*each) for each in PACKED[parameter["internalType"]]])
    else:
        yield value


def parts(said: int | bytes, fields: Sequence[Field]) -> list[int | bytes]:
    word = int.from_bytes(said) if isinstance(said, bytes) else said
    found: list[int | bytes] = []
    for field in reversed(fields):
        word, part = divmod(word, 256**field.size)
        found.append(part if field.is_integer else part.to_bytes(field.size))
    return found[::-1]


EVENTS = {
    f"{contract}.{entry['name']}": (contract, entry)
    for contract in ADDRESS_OF
    for entry in artifact(contract).abi
    if entry["type"] == "event"
}


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_of_every_contract_comes_back_as_another_encoder_said_it(name: str) -> None:
    contract, entry = EVENTS[name]
    inputs = entry["inputs"]

    @settings(max_examples=5, deadline=None)
    @given(st.tuples(*map(spoken, inputs)))
    def comes_back(said: tuple[Any, ...]) -> None:
        event = decode(contract, entry["name"], *said)
        pairs = list(zip(inputs, said, strict=True))
        scalars = [pair for pair in pairs if pair[0]["type"] not in {"bytes", "tuple[]"}]
        indexed_first = sorted(scalars, key=lambda pair: not pair[0]["indexed"])
        static = [value for parameter, value in indexed_first for value in flat(parameter, value)]
        blobs = [value for parameter, value in pairs if parameter["type"] == "bytes"]
        assert static + blobs == list(event.fields.values())
        lists = [
            [list(flat({**parameter, "type": "tuple"}, element)) for element in value]
            for parameter, value in pairs
            if parameter["type"] == "tuple[]"
        ]
        assert lists == [[list(element.values()) for element in found] for found in event.lists.values()]

    comes_back()


@given(st.tuples(bytes32, address, uint256, uint64, uint8, st.binary(max_size=99)))
def test_an_authorisation_comes_back_as_it_was_said(said: tuple[bytes, bytes, int, int, int, bytes]) -> None:
    event = decode("Traceability", "Authorised", *said)
    named = ("batch", "signer", "nonce", "deadline", "mode", "signature")
    assert dict(zip(named, said, strict=True)) == event.fields


@given(
    facts=st.tuples(uint8, uint8, uint32, uint64, uint16, uint16),
    items=st.lists(
        st.tuples(
            bytes32, uint8, uint8, uint24, uint24, uint32, uint24, bytes32, bytes24, uint24, uint24, uint8, uint8
        ),
        max_size=5,
    ),
)
def test_a_lot_event_comes_back_with_every_packed_field(
    facts: tuple[int, ...],
    items: list[tuple[bytes, int, int, int, int, int, int, bytes, bytes, int, int, int, int]],
) -> None:
    kind, action, schema, occurred_at, breaches, index = facts
    signed_word = kind | action << 8 | schema << 16 | occurred_at << 48 | len(items) << 112
    word = signed_word | breaches << 128 | index << 144
    said = [
        (
            handle,
            role | origin << 8 | maker << 16 | creator << 40 | serial << 64 | seq << 96,
            id_,
            head + holder.to_bytes(3) + record_seq.to_bytes(3) + bytes([status, flags]),
        )
        for (handle, role, origin, maker, creator, serial, seq, id_, head, holder, record_seq, status, flags) in items
    ]
    event = decode("Traceability", "LotEventRecorded", b"b" * 32, b"h" * 32, word, b"r" * 32, said)
    scalars = ("kind", "action", "schema", "occurred_at", "breaches", "index")
    assert facts == tuple(event.fields[name] for name in scalars)
    signed = ("handle", "role", "origin", "maker", "creator", "serial", "seq")
    left = ("id", "record_head", "record_holder", "record_seq", "record_status", "record_flags")
    assert items == [tuple(item[name] for name in signed + left) for item in event.lists["items"]]


@pytest.mark.parametrize("word", sorted(PACKED))
def test_a_packed_word_is_laid_out_as_its_solidity_file_says(word: str) -> None:
    source = Path(contracts.__file__).parent / "src" / "types"
    documented = "".join(path.read_text(encoding="utf-8") for path in source.glob("*.sol"))
    layouts = [
        [(_snake(name), type_) for name, type_ in re.findall(r"(\w+) ((?:uint|bytes)\d+)", block)]
        for block in re.findall(r"///? ?(?:@notice )?((?:[^\n]*\w+ (?:uint|bytes)\d+[ \n.|,/]+)+)", documented)
    ]
    ours = list(PACKED[word])
    assert ours in layouts or ours[::-1] in layouts


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def said() -> tuple[bytes, bytes]:
    return encoded("Traceability", "Authorised", (b"b" * 32, b"s" * 20, 1, 2, 0, bytes(65)))


SPOILED: dict[str, tuple[Callable[[bytes, bytes], tuple[bytes, bytes]], str]] = {
    "a word too many": (lambda topics, data: (topics, data + bytes(32)), "bytes of data instead of"),
    "a word missing at the end": (lambda topics, data: (topics, data[:-32]), "bytes of data instead of"),
    "cut off in the head": (lambda topics, data: (topics, data[:64]), "bytes expected"),
    "no data": (lambda topics, data: (topics, b""), "bytes expected"),
    "a topic missing": (lambda topics, data: (topics[:64], data), "indexed topics"),
    "dirt after a blob": (lambda topics, data: (topics, data[:-1] + b"\x01"), "padding bits are set after signature"),
    "dirt before a number": (lambda topics, data: (topics, data[:32] + b"\x01" + data[33:]), "padding bits are set"),
    "dirt in a topic": (lambda topics, data: (topics[:64] + b"\x01" + topics[65:], data), "padding bits are set"),
    "an offset elsewhere": (lambda topics, data: (topics, data[:127] + b"\xc0" + data[128:]), "does not follow"),
    "a length between two": (
        lambda topics, data: (topics, data[:159] + b"\x81" + data[160:]),
        "bytes of data instead of",
    ),
    "a giant length": (lambda topics, data: (topics, data[:128] + b"\xff" * 32 + data[160:]), "claims"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_an_encoding_that_is_not_canonical_halts(how: str) -> None:
    spoil, reason = SPOILED[how]
    with pytest.raises(Halt, match=f"event_malformed.*{reason}.*ask a second node"):
        Decoder(ADDRESSES, KINDS).decode(log_of("Traceability", *spoil(*said())))


def test_an_unknown_event_halts() -> None:
    log = log_of("Traceability", keccak(b"Invented()"), b"")
    with pytest.raises(Halt, match=r"event_unknown.*block 9, log 2.*suyuan index rebuild"):
        Decoder(ADDRESSES, KINDS).decode(log)


def test_an_event_of_another_contract_is_unknown_too() -> None:
    topics, data = encoded("Traceability", "LotEventRecorded", (bytes(32), bytes(32), 0, bytes(32), []))
    with pytest.raises(Halt, match="event_unknown"):
        Decoder(ADDRESSES, KINDS).decode(log_of("Participants", topics, data))


def test_a_packed_word_without_a_layout_is_refused_when_the_abi_is_read() -> None:
    word = {"name": "mass", "type": "uint256", "internalType": "Grams", "indexed": False}
    with pytest.raises(ValueError, match="add it to PACKED"):
        event_kinds("Waste", [{"type": "event", "name": "Weighed", "inputs": [word]}])


def test_every_topic_is_the_hash_of_its_signature() -> None:
    kind = next(kind for kind in KINDS if kind.name == "Refused")
    assert keccak(b"Refused(bytes32,bytes32,uint256,uint8)") == kind.topic


def test_a_field_knows_its_width() -> None:
    assert [3, 24, 20, 1] == [Field("x", type_).size for type_ in ("uint24", "bytes24", "address", "bool")]
