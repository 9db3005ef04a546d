"""Seeded walks: ten thousand steps of lies, deaths and reorganisations, and every chapter that once broke a law."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend.faults.ground import Ground
from backend.faults.rules import Chapter
from backend.faults.walk import replay, walk

SEEDS = (20_261_122, 20_261_123, 20_261_124, 20_261_125)
CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_of_ten_thousand_steps_a_quarter_loses_nothing_and_leaves_the_mirror_the_chains(
    ground: Ground, seed: int
) -> None:
    tally = walk(ground, seed, 2_500)
    assert (None, None) == (tally.broken, tally.broken_in)
    assert tally.steps >= 2_500
    assert tally.acknowledged > 10
    assert tally.settlings > tally.chapters


@pytest.mark.parametrize("case", CASES, ids=[case["found"] for case in CASES])
def test_a_chapter_that_once_broke_a_law_breaks_none(ground: Ground, case: dict[str, Any]) -> None:
    tally = replay(ground, [Chapter.from_json(case["chapter"])])
    assert (None, None) == (tally.broken, tally.broken_in)


def test_the_same_seed_walks_the_same_way(ground: Ground) -> None:
    first, second = (walk(ground, 5, 250) for _ in range(2))
    assert (first.steps, first.acts, first.faults) == (second.steps, second.acts, second.faults)
