"""The sample park told offline: no chain, no service."""

from __future__ import annotations

import random

from backend.demo.facts import Facts
from backend.demo.park import FOUNDERS, Park, park_of
from backend.demo.story import Story
from backend.demo.year import Year
from backend.member.signer import Place
from contracts.typed_data import LEDGERS

A_SUNDAY = 1_795_910_400
"""29 November 2026, 00:00 UTC."""

_PLACE = Place(31_337, {name: f"0x{number:040x}" for number, name in enumerate(LEDGERS, start=1)})


def a_park(seed: int) -> tuple[Park, Facts]:
    """Members that have joined, as far as they know."""
    park = park_of(_PLACE, {name: bytes([number]) * 32 for name, number in FOUNDERS.items()}, seed)
    facts = Facts()
    for batches in park.joining():
        for batch in batches:
            facts.count(batch["action"], len(batch["actions"]))
    return park, facts


def a_year(seed: int, events: int, now: int = A_SUNDAY) -> tuple[Year, Facts]:
    """A year that is about to be told."""
    park, facts = a_park(seed)
    return Year(park, facts, seed=seed, most_events=events, clock=lambda: now), facts


def told(seed: int, events: int, *, story: bool) -> Facts:
    """What `suyuan demo` tells, counted without telling it to anybody."""
    park, facts = a_park(seed)
    if story:
        Story(park, facts, lambda _signer, _batch: None, random.Random(seed)).tell()
    for _ in Year(park, facts, seed=seed, most_events=events).tell():
        pass
    return facts
