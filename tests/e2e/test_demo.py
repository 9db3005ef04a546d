"""The first sample park, as `make demo` tells it."""

from __future__ import annotations

import json
import subprocess

from backend.sandbox.service import SUYUAN
from backend.settings import surrounding_variables


def test_the_demo_tells_its_story_and_the_mirror_is_identical() -> None:
    outcome = subprocess.run(
        [*SUYUAN, "demo", "--once", "--json"], env=surrounding_variables(), capture_output=True, check=False
    )
    assert 0 == outcome.returncode, outcome.stderr.decode()
    assert {
        "lots": 113,
        "events_signed": 246,
        "events_mirrored": 246,
        "trace_nodes": 137,
        "verify": "identical",
    } == json.loads(outcome.stdout)
