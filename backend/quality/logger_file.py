"""What a cold-chain logger saw: its readings, and how long they were outside their limits.

A reading holds until the next one; the last holds as long as the one before it did. So a reading outside counts with
its whole interval, which never makes an excursion shorter than what was seen of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.errors import ServiceError
from backend.quality.logger_table import Row, Scale, read_table

COLDEST, HOTTEST = -273_150, 1_000_000
"""Milli-degrees Celsius that a reading can be."""

_MOST_READINGS = 50_000
_MOST_GAPS_TOLD = 20
# An interval of more than this many usual ones is a gap.
_GAP = 2

_TEMPERATURE = re.compile(r"([+-]?\d{1,4}(?:[.,]\d{1,6})?)\s*(°?\s*[cf])?", re.ASCII | re.IGNORECASE)
_NO_READING = frozenset({"", "-", "--", "---", "err", "error", "n/a", "nan", "null", "ol", "无"})
_MOMENT = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-./年])(?P<month>\d{1,2})[-./月](?P<day>\d{1,2})日?[T ]+"
    r"(?P<hour>\d{1,2})[:时](?P<minute>\d{2})分?(?:[:.]?(?P<second>\d{2})秒?(?:[.,]\d{1,6})?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?=[T ])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the goods bear, in milli-degrees Celsius, limits included; and for how many minutes they may be outside."""

    lowest: int
    highest: int
    most_minutes_outside: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without readings. Unix seconds."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Journey:
    """What a logger saw, in milli-degrees Celsius and Unix seconds."""

    readings: int
    """Those with a temperature."""
    missed: int
    """Rows without one: the logger was there, its probe was not."""
    since: int
    until: int
    lowest: int
    highest: int
    seconds_outside: int
    gaps: int
    longest_gaps: tuple[Gap, ...]
    """The first twenty by length; while one lasts, the reading before it is taken to hold."""
    scale: Scale
    scale_assumed: bool
    """True where nothing in the file named a scale, so that Celsius was taken."""

    def is_broken(self, limits: Limits) -> bool:
        """Whether the goods were outside for longer than they may be."""
        allowed = limits.most_minutes_outside * 60
        never = allowed == 0 and (self.lowest < limits.lowest or self.highest > limits.highest)
        return never or self.seconds_outside > allowed


@dataclass(frozen=True, slots=True)
class _Reading:
    at: int
    millidegrees: int


def read_journey(content: bytes, limits: Limits, *, zone: str, scale: Scale | None = None) -> Journey:
    """What a logger file says.

    Args:
        zone: IANA name, for times that name no offset themselves.
        scale: for files that do not say; what a file says itself wins.

    Raises:
        ServiceError: `zone_unknown`, `logger_row_unreadable` (naming the line), `logger_times_disordered`,
            `logger_readings_missing`, and those of `logger_table.read_table`.
    """
    local = _zone(zone)
    table = read_table(content)
    if len(table.rows) > _MOST_READINGS:
        raise ServiceError("logger_readings_missing", rows=len(table.rows), most_rows=_MOST_READINGS)
    told = table.scale or _scale_of_first(table.rows) or scale
    counted = told or Scale.CELSIUS
    measured = [row for row in table.rows if row.temperature.lower() not in _NO_READING]
    if not measured:
        raise ServiceError("logger_readings_missing", rows=len(table.rows), most_rows=_MOST_READINGS)
    readings = _in_order([_Reading(_moment(row, local), _millidegrees(row, counted)) for row in measured])
    intervals = [later.at - earlier.at for earlier, later in pairwise(readings)]
    gaps = _gaps(readings, intervals)
    return Journey(
        readings=len(readings),
        missed=len(table.rows) - len(measured),
        since=readings[0].at,
        until=readings[-1].at,
        lowest=min(reading.millidegrees for reading in readings),
        highest=max(reading.millidegrees for reading in readings),
        seconds_outside=_seconds_outside(readings, intervals, limits),
        gaps=len(gaps),
        longest_gaps=tuple(sorted(gaps, key=lambda gap: gap.since - gap.until)[:_MOST_GAPS_TOLD]),
        scale=counted,
        scale_assumed=told is None,
    )


def _seconds_outside(readings: Sequence[_Reading], intervals: Sequence[int], limits: Limits) -> int:
    held = [*intervals, intervals[-1] if intervals else 0]
    return sum(
        seconds
        for reading, seconds in zip(readings, held, strict=True)
        if not limits.lowest <= reading.millidegrees <= limits.highest
    )


def _gaps(readings: Sequence[_Reading], intervals: Sequence[int]) -> list[Gap]:
    if not intervals:
        return []
    longest = _GAP * median(intervals)
    return [
        Gap(reading.at, reading.at + seconds)
        for reading, seconds in zip(readings, intervals, strict=False)
        if seconds > longest
    ]


def _in_order(readings: list[_Reading]) -> list[_Reading]:
    """Oldest first; a logger that writes its newest reading first is read from its end."""
    if readings[0].at > readings[-1].at:
        readings.reverse()
    for earlier, later in pairwise(readings):
        if later.at < earlier.at:
            raise ServiceError("logger_times_disordered", at=later.at, after=earlier.at)
    return readings


def _moment(row: Row, zone: ZoneInfo) -> int:
    found = _MOMENT.fullmatch(_GERMAN_DAY.sub(r"\3-\2-\1", row.moment.strip()))
    if found is None:
        raise ServiceError("logger_row_unreadable", line=row.line, problem=f"no time: {row.moment[:40]}")
    try:
        if found["zone"]:
            moment = datetime.fromisoformat(f"{_iso(found)}{found['zone']}")
        else:
            moment = datetime.fromisoformat(_iso(found)).replace(tzinfo=zone)
        return int(moment.astimezone(UTC).timestamp())
    except (ValueError, OverflowError):
        raise ServiceError("logger_row_unreadable", line=row.line, problem=f"no such time: {row.moment[:40]}") from None


def _iso(found: re.Match[str]) -> str:
    day = f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    return f"{day}T{int(found['hour']):02}:{found['minute']}:{found['second'] or '00'}"


def _millidegrees(row: Row, scale: Scale) -> int:
    found = _TEMPERATURE.fullmatch(row.temperature.strip())
    if found is None:
        raise ServiceError("logger_row_unreadable", line=row.line, problem=f"no temperature: {row.temperature[:40]}")
    degrees = Decimal(found[1].replace(",", "."))
    if (_scale_of(found[2]) or scale) is Scale.FAHRENHEIT:
        degrees = (degrees - 32) * 5 / 9
    millidegrees = int((degrees * 1_000).to_integral_value(ROUND_HALF_EVEN))
    if not COLDEST <= millidegrees <= HOTTEST:
        raise ServiceError("logger_row_unreadable", line=row.line, problem=f"no temperature: {row.temperature[:40]}")
    return millidegrees


def _scale_of(mark: str | None) -> Scale | None:
    if not mark:
        return None
    return Scale.FAHRENHEIT if mark.lower().endswith("f") else Scale.CELSIUS


def _scale_of_first(rows: Sequence[Row]) -> Scale | None:
    found = _TEMPERATURE.fullmatch(rows[0].temperature) if rows else None
    return _scale_of(found[2]) if found else None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ServiceError("zone_unknown", zone=name[:60]) from None
