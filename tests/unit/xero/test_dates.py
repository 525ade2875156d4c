"""Xero's instants, and the one from which a list is asked for next time."""

from datetime import UTC, datetime

import pytest

from workers.xero.dates import instant, newest

MOMENT = datetime(2019, 11, 14, 18, 10, 38, 314_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/Date(1573755038314+0000)/", MOMENT),
        ("/Date(1573755038314)/", MOMENT),
        ("/Date(-1000+0000)/", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2019-11-14T18:10:38", None),
        ("/Date(99999999999999999999+0000)/", None),
        ("", None),
        (None, None),
        (1573755038314, None),
    ],
)
def test_instant(value: object, expected: datetime | None) -> None:
    """Milliseconds since 1970 in UTC; what is written in another way is not guessed at."""
    assert instant(value) == expected


def test_newest_follows_the_data() -> None:
    """The largest of what Xero sent, never our clock; nothing when there is none."""
    rows: list[dict[str, object]] = [
        {"UpdatedDateUTC": "/Date(1573755038313+0000)/"},
        {"UpdatedDateUTC": "/Date(1573755038314+0000)/"},
        {"UpdatedDateUTC": None},
        {},
    ]
    assert newest(rows) == MOMENT
    assert newest([{}]) is None
