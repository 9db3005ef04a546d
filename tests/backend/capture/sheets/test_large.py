"""A sheet of more rows than one signature carries: wrong cells, a kill in the middle, and each row recorded once."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.books.models import EPCIS_EVENT
from backend.books.verify import verify
from backend.capture.signing import MOST_ACTIONS
from backend.cli import FINDING, OK, run
from tests.backend.capture.benches import working
from tests.backend.capture.machine import Machine, deaf, kill_once
from tests.backend.capture.sheets.filled import GTIN, HEADER, made, xlsx
from tests.backend.park import Park

LOTS = 110
"""Made in the first rows, shipped in the next: more than a signature carries of either."""


def rows(**wrong: str) -> list[list[Any]]:
    """A sheet of 220 rows; `wrong` names lots that one cell goes wrong with."""
    days = {number: f"2025-03-04 {number // 60:02}:{number % 60:02}" for number in range(2 * LOTS)}
    making = [made(date=days[lot], lot=f"L{lot}") for lot in range(LOTS)]
    shipping = [made(date=days[LOTS + lot], event="发货", lot=f"L{lot}", quantity=12.5) for lot in range(LOTS)]
    for lot, unit in wrong.items():
        shipping[int(lot.removeprefix("L"))][6] = unit
    return [*making, *shipping]


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith('{"file"')]
    found: dict[str, Any] = json.loads(line)
    return found


def test_hundreds_of_rows_refused_by_cell_killed_in_the_middle_and_called_again_are_recorded_once_each(
    park: Park, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine, sheet = Machine(park, tmp_path), tmp_path / "sheet.xlsx"
    sheet.write_bytes(xlsx(HEADER, *rows(L7="?", L90="")))
    capsys.readouterr()
    with working(park):
        assert FINDING == run(machine.capture(str(sheet)))
        cells = [(each["cell"], each["code"]) for each in told(capsys)["cells"]]
        assert [("G119", "sheet_unit_unknown"), ("G202", "sheet_cell_missing")] == cells
        sheet.write_bytes(xlsx(HEADER, *rows()))
        with deaf(park, "/v1/submissions", is_handed_on=True) as (address, reached):
            kill_once(reached, machine.capture(str(sheet), api=address))
        capsys.readouterr()
        assert OK == run(machine.capture(str(sheet)))
        verdicts = Counter(event["verdict"] for event in told(capsys)["events"])
    assert {"DUPLICATE": MOST_ACTIONS, "ACCEPTED": 2 * LOTS - MOST_ACTIONS} == verdicts
    with park.engine.connect() as connection:
        counted = select(func.count(), func.count(EPCIS_EVENT.c.hash.distinct()))
        assert (2 * LOTS, 2 * LOTS) == connection.execute(counted).one()
    # Each lot is there once, made and then looked at: nothing was brought in for want of what was on its way.
    lots = [f"https://id.gs1.org/01/{GTIN}/10/L{lot}" for lot in range(LOTS)]
    resolved = park.ask("supplier", "POST", "/v1/books/resolve", {"identifiers": lots}).json()
    assert {(each["holding"]["maker"], each["seq"]) for each in resolved["holdings"]} == {(3, 2)}
    assert LOTS == len(resolved["holdings"])
    assert verify(park.engine, park.service.ring).identical
