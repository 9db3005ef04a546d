"""The sample park, as `make demo` tells it: what the mirror counts is what was told."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from backend.cli import USAGE, run
from backend.demo.facts import Facts
from backend.sandbox.service import SUYUAN
from backend.settings import surrounding_variables
from tests.backend.demo.years import told


def demo(*arguments: str) -> dict[str, Any]:
    """The summary of a park that was told to its end."""
    outcome = subprocess.run(
        [*SUYUAN, "demo", "--once", "--json", *arguments],
        env=surrounding_variables(),
        capture_output=True,
        check=False,
    )
    assert 0 == outcome.returncode, outcome.stderr.decode()
    summary: dict[str, Any] = json.loads(outcome.stdout)
    return summary


def counted(facts: Facts) -> dict[str, Any]:
    """What the summary says of a park that was told so."""
    return {
        "orders": facts.orders,
        "dispatches": facts.dispatches,
        "receipts": facts.receipts,
        "returns": facts.returns,
        "releases": facts.releases,
        "events_signed": facts.events,
        "events_mirrored": facts.events,
        "witnesses": 2,
        "verify": "identical",
    }


def test_the_park_is_told_and_the_mirror_has_all_of_it() -> None:
    assert counted(told(1, 500, story=True)) | {"lots": 217, "trace_nodes": 137} == demo()


def test_a_larger_park_is_told_and_the_mirror_has_all_of_it() -> None:
    summary = demo("--events", "1000", "--seed", "2")
    facts = told(2, 1_000, story=True)
    assert counted(facts) == {name: value for name, value in summary.items() if name not in ("lots", "trace_nodes")}
    assert 900 <= summary["events_signed"] <= 1_000
    assert all(summary[name] > 0 for name in ("orders", "returns", "releases"))


@pytest.mark.parametrize("events", ["99", "1000001"])
def test_a_park_of_another_size_is_not_told(events: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert USAGE == run(["demo", "--once", "--json", "--events", events])
    assert "events_out_of_range" == json.loads(capfd.readouterr().err)["code"]
