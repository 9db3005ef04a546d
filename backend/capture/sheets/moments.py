"""Days and times as spreadsheets and people write them.

A day without a time is its first second: what happened on a day had not happened before it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final, Literal
from zoneinfo import ZoneInfo

from backend.capture.sheets.faults import CellFault
from backend.capture.sheets.table import Cell, Kind

Order = Literal["ymd", "dmy", "mdy"]

_FORGIVEN: Final = 300
"""Seconds that a clock may be ahead, as on the ledger."""

_FIRST_SERIAL, _LAST_SERIAL = 36526, 73050
"""Days since 1899-12-30, as a spreadsheet counts them, of the years 2000 to 2099."""

_YEAR_FIRST: Final = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2})(?: ?日)?")
_EIGHT_DIGITS: Final = re.compile(r"(20\d\d)(\d\d)(\d\d)")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_HOUR: Final = re.compile(
    r"(\d{1,2}):(?:(\d{1,2})(?::(?:(\d{1,2})(?:\.\d{1,9})?)?)?)? ?(?:(?P<utc>Z)|(?P<sign>[+-])(\d\d):(\d\d))?"
)
_MARKS: Final = str.maketrans({"时": ":", "点": ":", "分": ":", "秒": None})


def moment_of(cell: Cell, order: Order, zone: str, now: int) -> datetime:
    """The moment a cell names, with its offset.

    Raises:
        CellFault: `sheet_date_invalid`, `sheet_date_ambiguous`, `sheet_date_in_future`.
    """
    try:
        moment = _read(cell, order)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        seconds = moment.timestamp()
    except (ValueError, OverflowError):
        raise CellFault("sheet_date_invalid", cell) from None
    if not 2000 <= moment.year < 2100:
        raise CellFault("sheet_date_invalid", cell)
    if seconds > now + _FORGIVEN:
        raise CellFault("sheet_date_in_future", cell)
    # A fraction of a second is noise of the spreadsheet, which counts in fractions of a day.
    return _to_second(moment)


def day_of(cell: Cell, order: Order) -> date:
    """The day a cell names, as for a day of expiry: whenever it is.

    Raises:
        CellFault: `sheet_date_invalid`, `sheet_date_ambiguous`.
    """
    try:
        day = _read(cell, order).date()
    except (ValueError, OverflowError):
        raise CellFault("sheet_date_invalid", cell) from None
    if not 2000 <= day.year < 2100:
        raise CellFault("sheet_date_invalid", cell)
    return day


def offset_of(moment: datetime) -> str:
    """The offset of a moment, as EPCIS writes it: +08:00."""
    return moment.isoformat()[-6:]


def in_utc(seconds: int) -> str:
    """Unix seconds as EPCIS writes a moment."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _read(cell: Cell, order: Order) -> datetime:
    value = cell.value
    if cell.kind is not Kind.VALUE or isinstance(value, bool | time | timedelta):
        raise ValueError("no day")
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, float) or (isinstance(value, int) and _FIRST_SERIAL <= value <= _LAST_SERIAL):
        return _of_serial(value)
    text = cell.text
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _of_serial(float(text))
    return _of_text(text, order, cell)


def _of_serial(serial: float) -> datetime:
    if not _FIRST_SERIAL <= serial < _LAST_SERIAL + 1:
        raise ValueError("no day of this century")
    return datetime(1899, 12, 30) + timedelta(days=serial)  # noqa: DTZ001 - its zone is given by whoever asked


def _of_text(text: str, order: Order, cell: Cell) -> datetime:
    found = _YEAR_FIRST.match(text) or _EIGHT_DIGITS.match(text)
    if found is not None:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    else:
        found = _YEAR_LAST.match(text)
        if found is None:
            raise ValueError("no day")
        day = _year_last(int(found[1]), int(found[2]), int(found[3]), order, cell)
    rest = text[found.end() :]
    if rest and rest[0] not in " T" and not found[0].endswith("日"):
        raise ValueError("something behind the day")
    return _at(day, rest.lstrip(" T").translate(_MARKS))


def _year_last(first: int, second: int, year: int, order: Order, cell: Cell) -> date:
    if order == "ymd":
        if first <= 12 and second <= 12 and first != second:
            raise CellFault("sheet_date_ambiguous", cell)
        order = "dmy" if first > 12 else "mdy"
    return date(year, second, first) if order == "dmy" else date(year, first, second)


def _at(day: date, hour: str) -> datetime:
    if not hour:
        return datetime.combine(day, time())
    found = _HOUR.fullmatch(hour)
    if found is None:
        raise ValueError("no time of day")
    moment = datetime.combine(day, time(int(found[1]), int(found[2] or 0), int(found[3] or 0)))
    if found["utc"]:
        return moment.replace(tzinfo=UTC)
    if not found["sign"]:
        return moment
    offset = timedelta(hours=int(found[6]), minutes=int(found[7]))
    return moment.replace(tzinfo=timezone(-offset if found["sign"] == "-" else offset))


def _to_second(moment: datetime) -> datetime:
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
