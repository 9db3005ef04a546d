"""`suyuan capture sheet.xlsx`: a clerk's rows on the chain, and what a wrong cell keeps off it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from backend.cli import FINDING, OK, USAGE, run
from backend.keyring import Keyring
from tests.backend.capture.benches import working
from tests.backend.capture.sheets.filled import HEADER, SSCC, csv, made, xlsx
from tests.backend.park import Park, member_key


@pytest.fixture
def keys(park: Park, tmp_path: Path) -> list[str]:
    """The words of every call of the supplier's."""
    ring = Keyring(tmp_path / "keys")
    ring.ensure("supplier", member_key("supplier"))
    token = tmp_path / "token"
    token.write_text(park.token("supplier"), encoding="utf-8")
    service = ["--api", park.server.url, "--token-file", str(token)]
    return [*service, "--keystore", str(ring.path("supplier")), "--password-file", str(ring.password_file), "--json"]


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = [line for line in capsys.readouterr().out.splitlines() if not line.startswith('{"method"')]
    found: dict[str, Any] = json.loads(line)
    return found


def test_rows_are_captured_once_and_a_wrong_cell_keeps_all_of_them_off_until_it_is_mended(
    park: Park, keys: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet, report, mapping = tmp_path / "events.xlsx", tmp_path / "errors.xlsx", tmp_path / "mapping.json"
    mapping.write_text('{"namespace": "https://id.acme.example"}', encoding="utf-8")
    day = "2025-03-04"
    rows = [made(date=day), made(date=day, event="装箱", quantity=5, box=SSCC), made(date=day, gtin="", item="R-7")]
    call = ["capture", str(sheet), "--mapping", str(mapping), *keys]
    sheet.write_bytes(xlsx(HEADER, *rows, made(date=day, unit="?")))
    capsys.readouterr()
    with working(park):
        assert FINDING == run([*call, "--report", str(report)])
        refused = told(capsys)
        assert ("REFUSED", "sheet_unit_unknown", []) == (refused["verdict"], refused["code"], refused["events"])
        assert [("Sheet", "G5", "?")] == [(each["sheet"], each["cell"], each["value"]) for each in refused["cells"]]
        assert "G5" == load_workbook(io.BytesIO(report.read_bytes())).worksheets[0]["B2"].value
        assert FINDING == run([*call, "--each"])
        some = told(capsys)
        assert ("REFUSED", "sheet_unit_unknown") == (some["verdict"], some["code"])
        assert ["ACCEPTED"] * 3 == [event["verdict"] for event in some["events"]]
        sheet.write_bytes(xlsx(HEADER, *rows, made(date=day, unit="g")))
        assert OK == run(call)
        assert ["DUPLICATE"] * 3 + ["ACCEPTED"] == [event["verdict"] for event in told(capsys)["events"]]


def test_a_call_that_cannot_work_captures_nothing(keys: list[str], tmp_path: Path) -> None:
    sheet, mapping = tmp_path / "events.csv", tmp_path / "mapping.json"
    sheet.write_bytes(csv(HEADER, made()))
    mapping.write_text('{"zone": "Mars"}', encoding="utf-8")
    assert FINDING == run(["capture", str(sheet), "--mapping", str(mapping), *keys])
    assert USAGE == run(["capture", str(sheet), "--report", str(sheet), *keys])
