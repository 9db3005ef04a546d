"""Replaying the journal: every tap's hash, what follows from the taps, and every signed sheet.

A tap that was edited, dropped or slipped in no longer gives its hash. Who rewrites the journal from there on, hashes
and all, contradicts the first signed sheet that covers it, whose root stands on chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from backend.stock.models import STOCK_BALANCE, STOCK_JOURNAL, STOCK_LOT, STOCK_SHEET, STOCK_TAP
from backend.stock.sheets import root_of_sheet, signed_roots
from backend.stock.taps import NO_TAP, moves, seal

Place = tuple[UUID, str, int]
"""A lot, a room, and when the part was opened."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not follow from the taps, or a tap that is not what it was."""

    code: str
    """tap_differs, tap_missing, balance_negative, balance_differs, holding_differs, lot_not_booked_in, journal_differs,
    sheet_differs, sheet_missing."""
    tap: int | None
    """The first tap concerned, by its number; None where no tap is."""
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was replayed, and what was found."""

    taps: int
    sheets: int
    findings: list[Finding]


@dataclass(slots=True)
class _Replay:
    """What the taps so far make."""

    taps: int = 0
    head: bytes = NO_TAP
    last_at: int = 0
    balances: dict[Place, tuple[int, int, int]] = field(default_factory=dict)
    """Place -> (quantity, changed at, changed by)."""
    holdings: dict[UUID, bytes | None] = field(default_factory=dict)
    """Lot -> the holding it is linked to; every lot that was booked in."""
    hashes: list[bytes] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def verify(connection: Connection, organisation: int) -> Verdict:
    """Replay an organisation's journal and compare; give it one snapshot (REPEATABLE READ)."""
    lots = {
        row.lot_id: row._asdict()
        for row in connection.execute(select(STOCK_LOT).where(STOCK_LOT.c.organisation == organisation))
    }
    replay = _Replay()
    rows = connection.execute(
        select(STOCK_TAP)
        .where(STOCK_TAP.c.organisation == organisation)
        .order_by(STOCK_TAP.c.number)
        .execution_options(yield_per=1_000)
    )
    for row in rows:
        _step(replay, row._asdict(), lots)
    _compare_journal(connection, organisation, replay)
    _compare_lots(lots, replay)
    _compare_balances(connection, organisation, replay)
    sheets = _compare_sheets(connection, organisation, replay)
    return Verdict(taps=replay.taps, sheets=sheets, findings=replay.findings)


def _step(replay: _Replay, tap: Mapping[str, Any], lots: Mapping[UUID, Mapping[str, Any]]) -> None:
    """One more tap. After one that differs the replay goes on from what the row says, to find what else does."""
    number = tap["number"]
    if number != replay.taps + 1:
        gap = replay.taps + 1
        replay.findings.append(Finding("tap_missing", gap, f"taps {gap} to {number - 1} are missing"))
    if seal(replay.head, tap, lots[tap["lot_id"]]) != tap["hash"]:
        replay.findings.append(Finding("tap_differs", number, f"tap {number} is not what its hash was made of"))
    for move in moves(tap):
        place = (move.lot_id, move.room, move.opened_at)
        quantity = replay.balances.get(place, (0, 0, 0))[0] + move.quantity
        replay.balances[place] = (quantity, tap["at"], number)
        if quantity < 0:
            replay.findings.append(
                Finding("balance_negative", number, f"tap {number} takes more of lot {move.lot_id} than there was")
            )
    if tap["room_to"] is not None or tap["holding_id"] is not None:
        replay.holdings[tap["lot_id"]] = tap["holding_id"] or replay.holdings.get(tap["lot_id"])
    replay.taps, replay.head, replay.last_at = number, tap["hash"], tap["at"]
    replay.hashes.append(tap["hash"])


def _compare_journal(connection: Connection, organisation: int, replay: _Replay) -> None:
    row = connection.execute(
        select(STOCK_JOURNAL.c.taps, STOCK_JOURNAL.c.head, STOCK_JOURNAL.c.last_at).where(
            STOCK_JOURNAL.c.organisation == organisation
        )
    ).one_or_none()
    told = (0, NO_TAP, 0) if row is None else (row.taps, row.head, row.last_at)
    if told != (replay.taps, replay.head, replay.last_at):
        first = replay.taps if told[0] == replay.taps else min(told[0], replay.taps) + 1
        message = f"the journal is said to end with tap {told[0]}, and ends with tap {replay.taps} or another hash"
        replay.findings.append(Finding("journal_differs", first, message))


def _compare_lots(lots: Mapping[UUID, Mapping[str, Any]], replay: _Replay) -> None:
    for lot_id, lot in lots.items():
        if lot_id not in replay.holdings:
            replay.findings.append(Finding("lot_not_booked_in", None, f"no tap booked lot {lot_id} in"))
        elif lot["holding_id"] != replay.holdings[lot_id]:
            replay.findings.append(
                Finding("holding_differs", None, f"lot {lot_id} is linked to another holding than its taps say")
            )


def _compare_balances(connection: Connection, organisation: int, replay: _Replay) -> None:
    balance = STOCK_BALANCE.c
    written = {
        (row.lot_id, row.room, row.opened_at): (row.quantity, row.changed_at, row.changed_by)
        for row in connection.execute(select(STOCK_BALANCE).where(balance.organisation == organisation))
    }
    for place in sorted(written.keys() | replay.balances.keys()):
        told, is_so = written.get(place), replay.balances.get(place)
        if told != is_so:
            lot_id, room, opened_at = place
            where = f"lot {lot_id} in room {room}, opened at {opened_at}"
            last = max((each[2] for each in (told, is_so) if each), default=None)
            replay.findings.append(Finding("balance_differs", last, f"{where}: {told} is written, {is_so} follows"))


def _compare_sheets(connection: Connection, organisation: int, replay: _Replay) -> int:
    """Hold every signed sheet against the taps it covers; how many there are."""
    rows = {
        row.root: row
        for row in connection.execute(select(STOCK_SHEET).where(STOCK_SHEET.c.organisation == organisation))
    }
    signed = signed_roots(connection, organisation)
    proven = 0
    for root in signed:
        row = rows.get(root)
        if row is None:
            replay.findings.append(
                Finding("sheet_missing", proven + 1, f"a sheet with root 0x{root.hex()} was signed, and is not here")
            )
        elif row.last_tap > len(replay.hashes) or root_of_sheet(row, replay.hashes[row.last_tap - 1]) != root:
            first = max(proven + 1, row.first_tap)
            message = f"taps {first} to {row.last_tap} are not those of the signed sheet of {row.day}"
            replay.findings.append(Finding("sheet_differs", first, message))
        else:
            proven = max(proven, row.last_tap)
    return len(signed)
