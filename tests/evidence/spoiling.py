"""Ways to spoil an evidence file: each leaf, each list, each byte; and trust files of other parks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from contracts.signatures import keccak
from tests.evidence.maker import Draft
from verifier.canonical import blob, dump, unblob

Path = tuple[str | int, ...]


def leaves_of(content: Any, path: Path = ()) -> Iterator[Path]:
    """The place of each value that is neither object nor list."""
    if isinstance(content, dict):
        for name, each in content.items():
            yield from leaves_of(each, (*path, name))
    elif isinstance(content, list):
        for index, each in enumerate(content):
            yield from leaves_of(each, (*path, index))
    else:
        yield path


def lists_of(content: Any, path: Path = ()) -> Iterator[Path]:
    """The place of each list."""
    if isinstance(content, dict | list):
        if isinstance(content, list):
            yield path
        for name, each in content.items() if isinstance(content, dict) else enumerate(content):
            yield from lists_of(each, (*path, name))


def at(content: Any, path: Path) -> Any:
    for step in path:
        content = content[step]
    return content


def put(content: Any, path: Path, value: Any) -> None:
    at(content, path[:-1])[path[-1]] = value


def other_values(random: Random, value: Any) -> list[Any]:
    """Values of the same kind near another, and one of another kind."""
    if isinstance(value, bool):
        return [not value, int(value)]
    if isinstance(value, int):
        return [value + 1, max(0, value - 1) if value else 2, str(value)]
    if value is None:
        return [{}, 0]
    if isinstance(value, str) and value.startswith("0x"):
        digits = list(value[2:])
        place = random.randrange(len(digits))
        digits[place] = "0" if digits[place] != "0" else "1"
        return ["0x" + "".join(digits), value.upper().replace("X", "x"), value[:-2], value + "00"]
    return _other_texts(random, value)


def _other_texts(random: Random, text: str) -> list[Any]:
    if text.isdigit():
        return [str(int(text) + 1), "0" + text, int(text) if int(text) < 2**53 else text + "0"]
    data = unblob(text)
    if not data:
        return [text + "A", "AAAA", None]
    place = random.randrange(len(data))
    changed = data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]
    return [blob(changed), blob(data[:-1]), blob(data + b"\0"), text + "="]


def spoiled_lists(random: Random, content: list[Any]) -> Iterator[list[Any]]:
    """A list with an element removed, doubled, moved, or exchanged for another's."""
    if not content:
        yield [0]
        return
    place = random.randrange(len(content))
    yield content[:place] + content[place + 1 :]
    yield [*content[: place + 1], *content[place:]]
    if len(content) > 1:
        other = (place + 1) % len(content)
        swapped = list(content)
        swapped[place], swapped[other] = swapped[other], swapped[place]
        if swapped != content:
            yield swapped


def resort(draft: Draft) -> Draft:
    """Nodes in the order a file must have them, after some were changed."""
    nodes = [unblob(node) or b"" for node in draft.content["nodes"]]
    draft.content["nodes"] = [blob(node) for node in sorted(set(nodes), key=keccak)]
    return draft


def spoil(random: Random, draft: Draft) -> bytes:
    """A file spoiled in one place, by chance, or (one in eight) not at all."""
    way = random.randrange(8)
    spoiled = draft.copy()
    if way == 0:
        return draft.data
    if way == 1:
        data = bytearray(draft.data)
        data[random.randrange(len(data))] ^= 1 << random.randrange(7)
        return bytes(data)
    if way in (2, 3):
        path = random.choice(list(lists_of(spoiled.content)))
        choices = list(spoiled_lists(random, at(spoiled.content, path)))
        put(spoiled.content, path, random.choice(choices))
    elif way == 4:
        path = random.choice(list(leaves_of(spoiled.content["actions"], ("actions",))))
        put(spoiled.content, path, random.choice(other_values(random, at(spoiled.content, path))))
    elif way == 5:
        node = random.randrange(len(spoiled.content["nodes"]))
        put(spoiled.content, ("nodes", node), other_values(random, spoiled.content["nodes"][node])[0])
        resort(spoiled)
    else:
        path = random.choice(list(leaves_of(spoiled.content)))
        put(spoiled.content, path, random.choice(other_values(random, at(spoiled.content, path))))
    return dump(spoiled.content)


def spoil_trust(random: Random, draft: Draft) -> bytes:
    """A trust file, of another park by chance."""
    trust = json.loads(json.dumps(draft.trust))
    way = random.randrange(12)
    if way == 0:
        trust["chain"]["id"] += 1
    elif way == 1:
        trust["chain"]["genesis"] = "0x" + "11" * 32
    elif way == 2:
        ledger = random.choice(sorted(trust["ledgers"]))
        trust["ledgers"][ledger]["code_hash"] = "0x" + "22" * 32
    elif way == 3:
        ledger = random.choice(sorted(trust["ledgers"]))
        trust["ledgers"][ledger]["address"] = "0x" + "33" * 20
    elif way == 4:
        trust["not_before"] = 10**6
    elif way == 5:
        trust["witnesses"]["addresses"][0] = "0x" + "44" * 20
    return json.dumps(trust).encode()
