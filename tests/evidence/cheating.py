"""Files of parks whose ledgers say something else, or that withhold something: every proof right, the story wrong.

Spoiling a file in one place is mostly noticed early, by a hash or a signature; these reach the later checks.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from random import Random

from contracts.typed_data import struct_hash
from tests.evidence.maker import NOW, Draft, Park, Subject, checkpoint_of, evidence_of
from tests.evidence.seals import clique_header, qbft_header
from tests.evidence.spoiling import resort
from tests.evidence.stories import OTHER, SUPPLIER, TENANT, WITNESSES, Story, signer
from verifier.canonical import blob, unblob

VALIDATORS = tuple(signer(f"validator {i}", 0) for i in range(4))

Cheat = Callable[[Random, Park, Sequence[Subject]], Draft]


def cheat(random: Random, story: Story) -> Draft:
    """Evidence of some holdings or the order, with one thing wrong (or only unusual) that no hash of it tells."""
    park = copy.deepcopy(story.park)
    roots = random.sample(story.holdings, min(2, len(story.holdings)))
    return random.choice(_CHEATS)(random, park, random.choice([roots, roots[:1], story.orders]))


def _of(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    return evidence_of(park, roots, random.randint(0, 2), witnesses=WITNESSES)


def _another_word(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    slots = park.storage[random.choice(sorted(name for name, slots in park.storage.items() if slots))]
    slot = random.choice(sorted(slots))
    word = int.from_bytes(slots[slot], "big") ^ 1 << random.randrange(256)
    slots[slot] = word.to_bytes(32, "big")
    return _of(random, park, roots)


def _no_word(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    slots = park.storage[random.choice(["Participants", "Traceability", "Procurement"])]
    for slot in random.sample(sorted(slots), min(3, len(slots))):
        del slots[slot]
    return _of(random, park, roots)


def _another_period(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    moment = NOW - random.randint(-4000, 6000)
    period = random.choice([{"since": moment}, {"until": moment}, {"revoked": moment}, {"compromised": moment}])
    for each in random.sample((SUPPLIER, TENANT, OTHER), 2):
        park.enrol(each, **period)
    return _of(random, park, roots)


def _suspended(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    park.admit(random.choice([SUPPLIER, TENANT, OTHER]).organisation, status=3)
    return _of(random, park, roots)


def _withheld(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    named = {(each[0], struct_hash(each[1], each[2])) for each in roots}
    others = sorted(place for place in park.subjects if place not in named)
    left_out = random.sample(others, random.randint(1, len(others)))
    return evidence_of(park, roots, 2, witnesses=WITNESSES, leave_out=left_out)


def _another_trail(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    draft = _of(random, park, roots)
    trail = random.choice(draft.content["subjects"])["trail"]
    way = random.randrange(3)
    if way == 0:
        random.shuffle(trail)
    elif way == 1:
        trail.append(trail[0])
    else:
        trail[0] = trail[-1]
    return draft


def _another_depth(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    draft = _of(random, park, roots)
    draft.content["about"]["depth"] = random.randint(0, 3)
    return draft


def _another_root(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    draft = _of(random, park, roots)
    draft.content["about"]["subjects"] = [random.randrange(len(draft.content["subjects"]))]
    return draft


def _more_nodes(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    draft = _of(random, park, roots)
    draft.content["nodes"].append(blob(random.randbytes(40)))
    return resort(draft)


def _sealed(random: Random, park: Park, roots: Sequence[Subject]) -> Draft:
    """Under QBFT or Clique, by enough validators or too few, in any round."""
    draft = _of(random, park, roots)
    header = unblob(draft.content["anchor"]["header"]) or b""
    kind = random.choice(["qbft", "clique"])
    validators = random.choice([VALIDATORS, VALIDATORS[:3], VALIDATORS[1:]])
    draft.trust["seals"] = {"kind": kind, "validators": [each.address for each in validators]}
    if kind == "clique":
        sealed = clique_header(header, random.choice(VALIDATORS))
        draft.content["anchor"] = {"header": blob(sealed), "checkpoint": checkpoint_of(sealed, WITNESSES)}
        return draft
    sealers = random.sample(VALIDATORS, random.randint(2, 4))
    sealed = qbft_header(header, VALIDATORS, sealers, random.choice([b"", b"\x02"]))
    draft.trust["witnesses"]["threshold"] = 0
    draft.content["anchor"] = {"header": blob(sealed), "checkpoint": None}
    return draft


_CHEATS: tuple[Cheat, ...] = (
    _of,
    _another_word,
    _no_word,
    _another_period,
    _suspended,
    _withheld,
    _another_trail,
    _another_depth,
    _another_root,
    _more_nodes,
    _sealed,
)
