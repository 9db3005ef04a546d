"""Days of the park: China Standard Time, UTC+8 all year, whatever the machine's zone."""

from datetime import UTC, date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=8))
ZONE_SECONDS = 8 * 3_600


def day_of(at: int) -> date:
    """The park's day of a Unix second."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZONE).date()


def as_number(day: date) -> int:
    """yyyymmdd, as a sheet on chain names its day."""
    return day.year * 10_000 + day.month * 100 + day.day
