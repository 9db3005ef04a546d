"""When people work: nine to six, Monday to Friday, by Beijing time. Times are Unix seconds."""

from datetime import UTC, datetime

DAY = 86_400
_HOUR = 3_600
_OPENS = 1 * _HOUR  # 09:00 in Beijing is 01:00 UTC
_CLOSES = 10 * _HOUR
_MONDAY_TO_FRIDAY = range(5)
_WEEKDAY_OF_DAY_ZERO = 3  # 1 January 1970 was a Thursday


def working_time(at: int) -> int:
    """The moment itself if people work then, else one of the next working day; later stays later."""
    day, second = divmod(at, DAY)
    if second >= _CLOSES:
        day, second = day + 1, _spread(second - _CLOSES, DAY - _CLOSES)
    elif second < _OPENS:
        second = _OPENS
    if _is_weekend(day):
        second = _spread(second, DAY)
        while _is_weekend(day):
            day += 1
    return day * DAY + second


def week_before(at: int) -> int:
    """The end of the last whole week before a moment, after its Sunday."""
    return at - (at + _WEEKDAY_OF_DAY_ZERO * DAY) % (7 * DAY)


def date_of(at: int) -> int:
    """yyyymmdd, in UTC."""
    return int(datetime.fromtimestamp(at, UTC).strftime("%Y%m%d"))


def _is_weekend(day: int) -> bool:
    return (day + _WEEKDAY_OF_DAY_ZERO) % 7 not in _MONDAY_TO_FRIDAY


def _spread(second: int, span: int) -> int:
    """A second of a span without work as one of the hours after it: nobody does everything at nine."""
    return _OPENS + second * (_CLOSES - _OPENS) // span
