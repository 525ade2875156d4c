"""From when on silence is unusual, for the ways in which businesses are quiet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from workers.notices.usual import quiet_from

MONDAY = datetime(2026, 10, 5, tzinfo=UTC)
"""Four weeks of Mondays follow; the clocks of Europe change in the third."""


def hours(days: Iterable[int], of_day: Iterable[int]) -> list[datetime]:
    """The hours *of_day* of each of *days*, counted from MONDAY."""
    wanted = list(of_day)
    return [MONDAY + timedelta(days=day, hours=hour) for day in days for hour in wanted]


def weekdays(weeks: int) -> list[int]:
    return [7 * week + day for week in range(weeks) for day in range(5)]


OFFICE = hours(weekdays(4), range(9, 17))
"""Eight hours a day, five days a week; the last one is Friday at 16:00."""

AFTER_NOON = hours([*weekdays(3), 21], range(9, 17)) + hours([22], range(9, 12))
"""The same, but on the Tuesday of the fourth week nothing came after 11:00."""

RUSHED = hours(weekdays(4), [9, 10, 11, 13, 14, 15, 16])
"""Nothing at noon, ever."""

GAPPED = [hour for hour in OFFICE if hour.date() != (MONDAY + timedelta(days=9)).date()]
"""One Wednesday was a holiday: eight lively hours without anything."""

DAILY = hours(range(28), [3])
"""One batch a night."""

RARE = [MONDAY + timedelta(days=day, hours=(7 * day) % 24) for day in (0, 4, 9, 15, 20)]
"""Something every five days or so, at any hour."""


@pytest.mark.parametrize(
    ("flowed", "day", "hour"),
    [
        pytest.param(OFFICE, 28, 11, id="a weekend is usual, two hours of Monday are not"),
        pytest.param(AFTER_NOON, 22, 14, id="two lively hours on a Tuesday"),
        pytest.param(RUSHED, 28, 11, id="noon is no lively hour"),
        pytest.param(GAPPED, 29, 11, id="a day without anything has been seen, and two hours more"),
        pytest.param(DAILY, 28, 16, id="a night was missed, and half a day more"),
        pytest.param(RARE, 29, 12, id="no hour is lively: half as long again as the longest"),
    ],
)
def test_unusual_from(flowed: list[datetime], day: int, hour: int) -> None:
    """The order does not matter, nor how often an hour is named."""
    expected = MONDAY + timedelta(days=day, hours=hour)
    assert quiet_from(flowed) == expected
    assert quiet_from([*reversed(flowed), *flowed]) == expected


@pytest.mark.parametrize(
    "flowed",
    [
        pytest.param([], id="nothing ever"),
        pytest.param([MONDAY], id="one hour"),
        pytest.param(hours(range(14), range(24)), id="two weeks less an hour"),
    ],
)
def test_too_little_is_known(flowed: list[datetime]) -> None:
    assert quiet_from(flowed) is None


def test_a_busy_shop_is_missed_soon() -> None:
    """Every hour for three weeks: two hours of silence."""
    flowed = hours(range(21), range(24))
    assert quiet_from(flowed) == MONDAY + timedelta(days=21, hours=2)


def test_older_habits_are_forgotten() -> None:
    """A silence of two weeks, longer ago than four weeks before the last flow, counts no more."""
    old = hours([-60, -45], [9])
    assert quiet_from([*old, *OFFICE]) == quiet_from(OFFICE)


def test_the_clocks_change() -> None:
    """An office that opens an hour later by UTC is not missed in that hour."""
    earlier = hours(weekdays(4), range(8, 16))
    opened = MONDAY + timedelta(days=28, hours=9)
    found = quiet_from(earlier)
    assert found is not None
    assert found > opened
