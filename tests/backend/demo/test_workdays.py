"""When people of the sample park work, and what they pay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.demo.prices import ITEMS, agreement
from backend.demo.workdays import DAY, date_of, week_before, working_time

moments = st.integers(min_value=1_700_000_000, max_value=2_000_000_000)


@given(moments)
def test_a_working_time_is_never_before_the_moment_and_is_one(at: int) -> None:
    moved = working_time(at)
    assert at <= moved < at + 3 * DAY
    assert moved == working_time(moved)


@given(moments, moments)
def test_later_stays_later(one: int, other: int) -> None:
    first, second = sorted((one, other))
    assert working_time(first) <= working_time(second)


@given(moments)
def test_a_week_ends_after_its_sunday(at: int) -> None:
    end = week_before(at)
    assert at - 7 * DAY < end <= at
    assert 0 == (end + 3 * DAY) % (7 * DAY)


def test_a_date_is_written_as_sheets_are() -> None:
    assert 20_261_129 == date_of(1_795_910_400)


def test_prices_are_kept_for_a_quarter_and_some_change_with_it() -> None:
    quarter = 91 * DAY
    begins = quarter * 220
    prices = [[agreement(3, item, begins + count * quarter).price_fen for count in range(5)] for item in range(ITEMS)]
    assert prices[0][0] == agreement(3, 0, begins + quarter - 1).price_fen
    assert any(len(set(of_item)) > 1 for of_item in prices)
    assert all(price > 0 for of_item in prices for price in of_item)


def test_an_agreement_says_whether_its_price_is_new() -> None:
    quarter = 91 * DAY
    for item in range(ITEMS):
        before, now = (agreement(4, item, quarter * count) for count in (220, 221))
        assert now.changed == (before.price_fen != now.price_fen)
