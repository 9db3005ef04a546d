"""Cold-chain logger files: whatever a vendor's export looks like, what it saw and for how long it was outside."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import ServiceError
from backend.quality.logger_file import Journey, Limits, read_journey
from backend.quality.logger_table import LONGEST_FILE, Scale
from tests.backend.quality.papers import log

FRIDGE = Limits(lowest=2_000, highest=8_000, most_minutes_outside=30)


def journey(content: str | bytes, limits: Limits = FRIDGE, *, scale: Scale | None = None) -> Journey:
    raw = content if isinstance(content, bytes) else content.encode()
    return read_journey(raw, limits, zone="Asia/Shanghai", scale=scale)


def refusal_of(content: str | bytes, zone: str = "Asia/Shanghai") -> ServiceError:
    raw = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(ServiceError) as refusal:
        read_journey(raw, FRIDGE, zone=zone)
    assert len(str(refusal.value.params)) < 500
    return refusal.value


def at(hour: int, minute: int = 0, *, day: int = 21) -> int:
    """Park time on that day, in Unix seconds."""
    return int(datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp()) - 8 * 3_600


def test_a_plain_export_is_read() -> None:
    read = journey(log("4.0", "5.25", "3.9"))
    assert (3, 0) == (read.readings, read.missed)
    assert (at(0), at(0, 20)) == (read.since, read.until)
    assert (3_900, 5_250) == (read.lowest, read.highest)
    assert (0, 0, False) == (read.seconds_outside, read.gaps, read.scale_assumed)


_SAME = {
    "semicolons and decimal commas": "Datum/Uhrzeit;Temperatur [°C]\n21.11.2026 10:00;4,0\n21.11.2026 10:10:00;5,5\n",
    "tabs, Chinese": "序号\t记录时间\t温度(℃)\n1\t2026年11月21日 10:00\t4.0\n2\t2026年11月21日 10:10:00\t5.5\n",
    "dots, full-width header": "时间,温度（℃）\n2026.11.21 10:00,4.0,\n2026.11.21 10:10,5.5,\n",
    "slashes": "Time,Temp_C\n2026/11/21 10:00,4\n2026/11/21 10:10,5.50\n",
    "ISO with offset": "timestamp,temperature_c\n2026-11-21T02:00:00Z,4\n2026-11-21T10:10:00+08:00,5.5\n",
    "fractions of a second": "timestamp,temperature_c\n2026-11-21T02:00:00.250Z,4\n2026-11-21 10:10:00.9,5.5\n",
    "day and hour apart": "Date,Time,Celsius(°C)\n2026-11-21,10:00:00,4.0\n2026-11-21,10:10:00,5.5\n",
    "Fahrenheit": "Date/Time,Temperature (°F)\n2026-11-21 10:00,39.2\n2026-11-21 10:10,41.9\n",
    "units in the cells": "Time,Channel 1\n2026-11-21 10:00,4.0 °C\n2026-11-21 10:10,41.9°F\n",
    "lines of the logger's own": (
        'Device;X 7\nSerial;1\n\n"Time";"Temperature °C"\n2026-11-21 10:00;4\n"2026-11-21 10:10";"5.5"\n'
    ),
    "newest first": "Time,Temperature °C\n2026-11-21 10:10,5.5\n2026-11-21 10:00,4\n",
    "other columns and blank lines": (
        "No.,Time,Humidity,Temperature °C\n1,2026-11-21 10:00,40,4\n\n,,,\n2,2026-11-21 10:10,41,5.5\n"
    ),
}


@pytest.mark.parametrize("content", _SAME.values(), ids=_SAME)
def test_the_same_journey_is_read_from_every_vendors_export(content: str) -> None:
    read = journey(content)
    assert (2, at(10), at(10, 10)) == (read.readings, read.since, read.until)
    assert (4_000, 5_500, False) == (read.lowest, read.highest, read.scale_assumed)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_the_encodings_of_loggers_here_are_read(encoding: str) -> None:
    content = "记录时间,温度(℃)\n2026-11-21 10:00,4.0\n"
    assert journey(content) == journey(content.encode(encoding))


def test_a_file_that_names_no_scale_is_taken_for_celsius_and_says_so() -> None:
    bare = log("41", header="time,temperature")
    assert (41_000, True) == (journey(bare).highest, journey(bare).scale_assumed)
    told = journey(bare, scale=Scale.FAHRENHEIT)
    assert (5_000, False) == (told.highest, told.scale_assumed)


def test_what_a_file_says_of_its_scale_wins() -> None:
    assert 4_000 == journey(log("4"), scale=Scale.FAHRENHEIT).highest


def test_a_reading_holds_until_the_next_and_the_last_as_long_as_the_one_before() -> None:
    assert 600 == journey(log("4", "9", "4")).seconds_outside
    assert 600 == journey(log("4", "4", "9")).seconds_outside
    assert 1_800 == journey(log("1", "1.999", "8.001", "4")).seconds_outside
    assert 0 == journey(log("2", "8")).seconds_outside


@pytest.mark.parametrize(
    ("temperatures", "minutes", "broken"),
    [
        (("4", "9", "9", "9", "4"), 30, False),
        (("4", "9", "9", "9", "9", "4"), 30, True),
        (("4", "9", "4", "1", "4", "9", "4", "9", "4"), 30, True),
        (("4", "8.1", "4"), 0, True),
        (("9",), 0, True),
        (("9",), 30, False),
        (("4", "4"), 0, False),
    ],
)
def test_a_cold_chain_is_broken_when_it_was_outside_for_longer_than_allowed(
    temperatures: tuple[str, ...], minutes: int, broken: bool
) -> None:
    limits = Limits(2_000, 8_000, minutes)
    assert broken == journey(log(*temperatures), limits).is_broken(limits)


def test_gaps_are_counted_and_the_longest_named() -> None:
    rows = [
        f"2026-11-21 {hour:02}:{minute:02},4" for hour, minute in ((1, 0), (1, 10), (1, 20), (3, 0), (3, 10), (4, 0))
    ]
    read = journey("\n".join(["Time,Temperature °C", *rows]))
    assert 2 == read.gaps
    assert [(at(1, 20), at(3)), (at(3, 10), at(4))] == [(gap.since, gap.until) for gap in read.longest_gaps]


def test_a_probe_that_was_pulled_out_is_missed_and_leaves_a_gap() -> None:
    read = journey(log("4", "4", "---", "ERR", "", "4", "4"))
    assert (4, 3, 1) == (read.readings, read.missed, read.gaps)


_UNREADABLE = {
    "a day that is not": "2026-02-30 10:00,4",
    "an hour that is not": "2026-11-21 25:00,4",
    "a day before the month or after": "11/21/2026 10:00,4",
    "no time": "yesterday,4",
    "no temperature": "2026-11-21 10:00,cold",
    "colder than cold": "2026-11-21 10:00,-300",
    "a thousands mark": "2026-11-21 10:00,\"1,000.5\"",
    "too few columns": "2026-11-21 10:00",
    "a decimal comma between commas": "2026-11-21 10:00,8,9",
}  # fmt: skip


@pytest.mark.parametrize("row", _UNREADABLE.values(), ids=_UNREADABLE)
def test_a_row_that_cannot_be_read_is_refused_by_its_line(row: str) -> None:
    refusal = refusal_of(f"X 7\nTime,Temperature °C\n2026-11-21 09:50,4\n{row}\n")
    assert ("logger_row_unreadable", 4) == (refusal.code, refusal.params["line"])


_REFUSED: dict[str, tuple[str | bytes, str]] = {
    "no header": ("2026-11-21 10:00,4\n", "logger_columns_unknown"),
    "nothing": ("", "logger_columns_unknown"),
    "no readings": ("Time,Temperature\n", "logger_readings_missing"),
    "only a pulled probe": (log("---", "---"), "logger_readings_missing"),
    "too many readings": ("Time,Temperature\n" + "2026-11-21 10:00,4\n" * 50_001, "logger_readings_missing"),
    "back and forth": (
        "Time,Temperature\n2026-11-21 10:00,4\n2026-11-21 09:00,4\n2026-11-21 11:00,4\n",
        "logger_times_disordered",
    ),
    "bytes without end": (b"x" * (LONGEST_FILE + 1), "document_too_large"),
    "no text": (bytes(range(256)), "logger_encoding_unknown"),
    "NULs": (b"Time,Temperature\n\0", "logger_encoding_unknown"),
    "half of UTF-16": (b"\xff\xfea", "logger_encoding_unknown"),
    "a field without end": ('Time,Temperature\n"' + "x" * 200_000 + ",4\n", "logger_row_unreadable"),
}


@pytest.mark.parametrize(("content", "code"), _REFUSED.values(), ids=_REFUSED)
def test_what_is_no_logger_file_has_its_code(content: str | bytes, code: str) -> None:
    assert code == refusal_of(content).code


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "../../etc/passwd", "", "/etc/passwd", "+08:00"])
def test_a_zone_nobody_knows_is_refused(zone: str) -> None:
    assert "zone_unknown" == refusal_of(log("4"), zone).code


def test_times_without_an_offset_are_of_the_zone_that_was_named() -> None:
    read = read_journey(log("4").encode(), FRIDGE, zone="Europe/Berlin")
    assert at(7) == read.since


@given(st.lists(st.integers(-40_000, 60_000), min_size=1, max_size=120))
def test_minutes_outside_are_those_of_the_readings_outside(millidegrees: list[int]) -> None:
    read = journey(log(*[f"{each / 1_000:.3f}" for each in millidegrees]))
    outside = [each for each in millidegrees if not 2_000 <= each <= 8_000]
    assert (min(millidegrees), max(millidegrees)) == (read.lowest, read.highest)
    assert len(outside) * (600 if len(millidegrees) > 1 else 0) == read.seconds_outside
