"""Time in whole milliseconds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meet import clock

MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def test_now_is_cut_to_milliseconds() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    now = clock.now()
    assert now.microsecond % 1000 == 0
    assert before <= now <= datetime.now(UTC)
    assert clock.from_ms(clock.to_ms(now)) == now


@given(st.integers(min_value=-62_135_596_800_000, max_value=253_402_300_799_999))
def test_milliseconds_come_back_exactly(milliseconds: int) -> None:
    assert clock.to_ms(clock.from_ms(milliseconds)) == milliseconds


@pytest.mark.parametrize("milliseconds", [10**15, -(10**15), 10**30])
def test_moments_outside_of_the_calendar_are_an_error(milliseconds: int) -> None:
    with pytest.raises(OverflowError):
        clock.from_ms(milliseconds)


@given(MOMENTS, MOMENTS)
def test_a_later_stamp_is_later_whatever_the_clock_says(moment: datetime, now: datetime) -> None:
    stamp = clock.after(moment, now)
    assert stamp > moment
    assert stamp >= now
    assert stamp in (now, moment + clock.MILLISECOND)
