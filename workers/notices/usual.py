"""How long nothing may flow before that is unusual, from the hours in which something did. Pure.

An hour of the week counts as lively when something flowed in it in at least two of the last four
weeks. Silence is unusual once it has lasted two lively hours more than any silence of those weeks
did, or, where hardly any hour is lively, half as long again as the longest of them.

What this can't know: a holiday, the end of a season, an office that moves its hours (a change of
the clocks shifts them by one, which is why it takes two). Nothing is said of a connection before
two weeks are known; and an outage within those weeks counts as usual.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

HOUR = timedelta(hours=1)

WEEK = timedelta(weeks=1)

WINDOW = 4 * WEEK
"""So far back habits are looked for, from the last flow."""

LEAST_KNOWN = 2 * WEEK
"""Two hours of one weekday can't be told from chance before."""

LIVELY_WEEKS = 2
"""Weeks of the window in which something flowed in an hour that counts as lively."""

MORE_LIVELY = 2
"""Lively hours without flow beyond the most there were."""

LEAST_SILENCE = timedelta(days=1)
"""Where hours say nothing, less than this is no silence."""

Slot = tuple[int, int]
"""Weekday (Monday is 0) and hour, UTC."""


def quiet_from(flowed: Collection[datetime]) -> datetime | None:
    """Return from when on silence is unusual after the last of *flowed*; None: can't be said.

    *flowed* are beginnings of hours (UTC) in which something flowed, in any order.
    """
    hours = _within_window(flowed)
    if not hours or hours[-1] - hours[0] < LEAST_KNOWN:
        return None
    by_length = _by_length(hours)
    by_habit = _by_habit(hours)
    return by_length if by_habit is None else min(by_habit, by_length)


def _within_window(flowed: Collection[datetime]) -> list[datetime]:
    last = max(flowed, default=None)
    return [] if last is None else sorted({hour for hour in flowed if hour > last - WINDOW})


def _by_length(hours: list[datetime]) -> datetime:
    """Return when silence is half as long again as the longest in *hours*, by the clock alone."""
    longest = max(later - earlier for earlier, later in pairwise(hours))
    return hours[-1] + HOUR + max(longest * 3 / 2, LEAST_SILENCE)


def _by_habit(hours: list[datetime]) -> datetime | None:
    """Return when so many lively hours have passed in silence as never in *hours*."""
    lively = lively_slots(hours)
    if not lively:
        return None
    most = max(_lively_between(*pair, lively) for pair in pairwise(hours))
    left = most + MORE_LIVELY
    moment = hours[-1]
    while left:
        moment += HOUR
        left -= slot(moment) in lively
    return moment + HOUR


def lively_slots(hours: Collection[datetime]) -> frozenset[Slot]:
    """Return the hours of the week in which something usually flows."""
    counts = Counter(slot(hour) for hour in set(hours))
    return frozenset(each for each, weeks in counts.items() if weeks >= LIVELY_WEEKS)


def slot(hour: datetime) -> Slot:
    """Return which hour of the week it is."""
    return hour.weekday(), hour.hour


def _lively_between(earlier: datetime, later: datetime, lively: frozenset[Slot]) -> int:
    return sum(slot(hour) in lively for hour in _between(earlier, later))


def _between(earlier: datetime, later: datetime) -> Iterator[datetime]:
    hour = earlier + HOUR
    while hour < later:
        yield hour
        hour += HOUR
