"""The journal replayed: whatever is changed behind our back is found, and the first tap that differs is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.cli import run
from backend.stock.verify import verify as verify_journal
from tests.backend.stock.shelf import Shelf

TAPS = "service.stock_tap"


@pytest.fixture
def busy(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Five taps: booked in, put away, opened, two consumed, one transferred."""
    monkeypatch.setenv("SUYUAN_DATABASE_URL", shelf.park.database_url)
    monkeypatch.setenv("SUYUAN_MODE", "demo")
    lot_id = shelf.put(10)
    shelf.tap("open", lot_id)
    shelf.tap("consume", lot_id, 2)
    shelf.tap("transfer", lot_id, 1, to="FRIDGE")
    return shelf


def verify(capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    capsys.readouterr()
    status = run(["stock", "verify", "--organisation", "5", "--json"])
    return status, json.loads(capsys.readouterr().out)


def change(shelf: Shelf, statement: str) -> None:
    with shelf.park.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_an_untouched_journal_is_identical(busy: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    assert (0, {"verify": "identical", "taps": 5, "sheets": 0, "findings": []}) == verify(capsys)


CHANGES: dict[str, tuple[str, int | None]] = {
    f"UPDATE {TAPS} SET quantity = 1 WHERE number = 4": ("tap_differs", 4),
    f"UPDATE {TAPS} SET person = 'bo' WHERE number = 2": ("tap_differs", 2),
    f"UPDATE {TAPS} SET at = at - 1 WHERE number = 1": ("tap_differs", 1),
    f"DELETE FROM {TAPS} WHERE number = 4": ("tap_missing", 4),
    f"DELETE FROM {TAPS} WHERE number = 5": ("journal_differs", 5),
    f"DELETE FROM {TAPS} WHERE number = 4; UPDATE {TAPS} SET number = 4 WHERE number = 5": ("tap_differs", 4),
    "UPDATE service.stock_lot SET expires_on = '2099-01-01'": ("tap_differs", 1),
    "UPDATE service.stock_balance SET quantity = quantity + 1 WHERE room = 'FRIDGE'": ("balance_differs", 5),
    "DELETE FROM service.stock_balance WHERE room = 'FRIDGE'": ("balance_differs", 5),
    r"UPDATE service.stock_lot SET holding_id = '\x01'": ("holding_differs", None),
    "UPDATE service.stock_journal SET taps = 6": ("journal_differs", 6),
}


def test_what_was_changed_behind_our_back_is_found(busy: Shelf) -> None:
    found = {}
    for statement in CHANGES:
        with busy.park.engine.connect() as connection:
            connection.exec_driver_sql(statement)
            first = verify_journal(connection, 5).findings[0]
            found[statement] = (first.code, first.tap)
            connection.rollback()
    assert CHANGES == found


def test_a_difference_is_a_finding_at_the_terminal_and_names_the_tap(
    busy: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    change(busy, f"UPDATE {TAPS} SET quantity = 1 WHERE number = 4")
    status, verdict = verify(capsys)
    assert (1, "different", "tap_differs", 4) == (
        status,
        verdict["verify"],
        verdict["findings"][0]["code"],
        verdict["findings"][0]["tap"],
    )
    assert 1 == run(["stock", "verify", "--organisation", "5"])
    assert "tap_differs: tap 4 is not what its hash was made of" in capsys.readouterr().out


def test_another_organisation_s_journal_is_none_of_it(busy: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    change(busy, f"UPDATE {TAPS} SET quantity = 1 WHERE number = 4")
    assert 0 == run(["stock", "verify", "--organisation", "6"])
    assert "identical: 0 taps, 0 signed sheets" in capsys.readouterr().out
