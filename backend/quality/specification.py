"""A value against the limits of its specification, both as people write them into certificates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

# "<0.05" says that the value is somewhere below; a comma may be a decimal point or a thousands mark, so it is not read.
_NUMBER = re.compile(r"([<>≤≥]|<=|>=)?\s*([+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?)", re.ASCII)

_NO_LIMIT = frozenset({"", "-", "--", "—", "/", "n/a", "none", "无"})


class Verdict(Enum):
    """What a value is to its limits."""

    WITHIN = "within"
    OUTSIDE = "outside"
    UNREADABLE = "unreadable"
    """There are limits, and value or limit cannot be read: nobody but a person can say."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a value lies; None for no end."""

    lowest: Decimal | None
    highest: Decimal | None


def judge(value: str, *, value_type: str, minimum: str | None, maximum: str | None) -> Verdict:
    """Compare a value with its limits, which are within; either may be missing.

    Limits bind whatever the type is called: a number that claims to be a text is compared as a number.

    Args:
        value_type: "number", "date", "date-time", "boolean" or "string".
    """
    low, high = _limit(minimum), _limit(maximum)
    if low is None and high is None:
        # A measured value that is no number has not been measured.
        return Verdict.UNREADABLE if value_type == "number" and _span(value) is None else Verdict.WITHIN
    if value_type in ("date", "date-time"):
        return _judge_moment(value, low, high)
    return _judge_number(value, low, high)


def _judge_number(value: str, low: str | None, high: str | None) -> Verdict:
    span, floor, ceiling = _span(value), _exact(low), _exact(high)
    if span is None or (low is not None and floor is None) or (high is not None and ceiling is None):
        return Verdict.UNREADABLE
    too_low = floor is not None and (span.lowest is None or span.lowest < floor)
    too_high = ceiling is not None and (span.highest is None or span.highest > ceiling)
    return Verdict.OUTSIDE if too_low or too_high else Verdict.WITHIN


def _judge_moment(value: str, low: str | None, high: str | None) -> Verdict:
    try:
        moment = _moment(value)
        too_low = low is not None and moment < _moment(low)
        too_high = high is not None and moment > _moment(high)
    except (ValueError, TypeError):  # TypeError: one names a zone and the other does not
        return Verdict.UNREADABLE
    return Verdict.OUTSIDE if too_low or too_high else Verdict.WITHIN


def _limit(text: str | None) -> str | None:
    return None if text is None or text.strip().lower() in _NO_LIMIT else text


def _span(text: str) -> _Span | None:
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    number = Decimal(found[2])
    if found[1] in ("<", "≤", "<="):
        return _Span(None, number)
    if found[1] in (">", "≥", ">="):
        return _Span(number, None)
    return _Span(number, number)


def _exact(text: str | None) -> Decimal | None:
    span = None if text is None else _span(text)
    return span.lowest if span is not None and span.lowest == span.highest else None


def _moment(text: str) -> datetime:
    if len(text.strip()) == 10:
        day = date.fromisoformat(text.strip())
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001 (a day without a zone, compared with its like)
    return datetime.fromisoformat(text.strip())
