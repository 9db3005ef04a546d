"""A cold-chain logger's export as text: which encoding, which columns, which rows.

Loggers write some lines about themselves, then a header, then a row a reading. Fields are parted by comma, semicolon
or tab.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from backend.errors import ServiceError
from backend.reading.encodings import decoded

LONGEST_FILE = 2 * 1024 * 1024
"""Bytes; forty thousand readings, a month of minutes."""

_LINES_BEFORE_HEADER = 200
_DELIMITERS = ("\t", ";", ",")

_MOMENT_NAMES = frozenset(
    {
        "time", "timestamp", "datetime", "date time", "date/time", "date-time", "date & time", "date and time",
        "recorded at", "record time", "log time", "logged at", "reading time", "time stamp", "local time",
        "时间", "日期时间", "记录时间", "采集时间", "测量时间", "时间戳", "日期/时间", "zeit", "zeitstempel",
        "datum/zeit", "datum/uhrzeit",
    }
)  # fmt: skip
_DAY_NAMES = frozenset({"date", "day", "日期", "datum"})
_HOUR_NAMES = frozenset({"time", "hour", "时间", "uhrzeit", "zeit"})
_TEMPERATURE = re.compile(
    r"(?:temperature|temperatur|temp\.?|celsius|fahrenheit|温度|ch(?:annel)? ?1|t1)(?P<rest>.*)", re.DOTALL
)
_FAHRENHEIT = re.compile(r"°f|\bf\b|fahrenheit|华氏")
_CELSIUS = re.compile(r"°c|\bc\b|celsius|摄氏")


class Scale(StrEnum):
    """Of a thermometer."""

    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"


@dataclass(frozen=True, slots=True)
class Row:
    """One reading as it is written."""

    line: int
    moment: str
    temperature: str


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of an export, and the scale its header names; None where it names none."""

    rows: tuple[Row, ...]
    scale: Scale | None


@dataclass(frozen=True, slots=True)
class _Columns:
    moment: tuple[int, ...]
    """One column, or the day's and the hour's."""
    temperature: int
    scale: Scale | None
    width: int
    """How many columns the header names."""


def read_table(content: bytes) -> Table:
    """The rows below the header.

    Raises:
        ServiceError: `document_too_large`, `logger_encoding_unknown`, `logger_columns_unknown`,
            `logger_row_unreadable`.
    """
    if len(content) > LONGEST_FILE:
        raise ServiceError("document_too_large", bytes=len(content), most_bytes=LONGEST_FILE)
    text = decoded(content)
    if text is None:
        raise ServiceError("logger_encoding_unknown")
    lines = text.splitlines()
    header, delimiter, columns = _find_header(lines)
    return Table(tuple(_rows(lines, header, delimiter, columns)), columns.scale)


def _find_header(lines: list[str]) -> tuple[int, str, _Columns]:
    for number, line in enumerate(lines[:_LINES_BEFORE_HEADER]):
        for delimiter in _DELIMITERS:
            columns = _columns(_fields(line, delimiter))
            if columns is not None:
                return number, delimiter, columns
    raise ServiceError("logger_columns_unknown", lines_searched=min(len(lines), _LINES_BEFORE_HEADER))


def _columns(names: list[str]) -> _Columns | None:
    folded = [" ".join(unicodedata.normalize("NFKC", name).lower().replace("_", " ").split()) for name in names]
    temperature = next((at for at, name in enumerate(folded) if _TEMPERATURE.match(name)), None)
    moment = _moment_columns([_without_unit(name) for name in folded])
    if temperature is None or moment is None or temperature in moment:
        return None
    name = folded[temperature]
    if _FAHRENHEIT.search(name):
        return _Columns(moment, temperature, Scale.FAHRENHEIT, len(names))
    return _Columns(moment, temperature, Scale.CELSIUS if _CELSIUS.search(name) else None, len(names))


def _moment_columns(names: list[str]) -> tuple[int, ...] | None:
    day = next((at for at, name in enumerate(names) if name in _DAY_NAMES), None)
    if day is not None:
        hour = next((at for at, name in enumerate(names) if name in _HOUR_NAMES), None)
        return (day,) if hour is None else (day, hour)
    moment = next((at for at, name in enumerate(names) if name in _MOMENT_NAMES), None)
    return None if moment is None else (moment,)


def _without_unit(name: str) -> str:
    return re.sub(r"\s*[\[(].*[\])]$", "", name)


def _rows(lines: list[str], header: int, delimiter: str, columns: _Columns) -> Iterator[Row]:
    for number, line in enumerate(lines[header + 1 :], header + 2):
        fields = _fields(line, delimiter)
        if not any(field.strip() for field in fields):
            continue
        if len(fields) <= max(*columns.moment, columns.temperature):
            raise ServiceError("logger_row_unreadable", line=number, problem="it has too few columns")
        if any(field.strip() for field in fields[columns.width :]):
            # "8,9" between commas would be read as 8, and nobody would notice.
            raise ServiceError("logger_row_unreadable", line=number, problem="it has more columns than the header")
        moment = " ".join(fields[at].strip() for at in columns.moment)
        yield Row(number, moment, fields[columns.temperature].strip())


def _fields(line: str, delimiter: str) -> list[str]:
    # A line at a time: no logger puts a line break into a field, and a quote left open would swallow the file.
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]  # one field, which is too few for a row
