"""Instants as Xero writes them: ``/Date(1573755038314+0000)/``, milliseconds since 1970, UTC."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

_MILLISECONDS = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(value: object) -> datetime | None:
    """Return the instant in UTC; None for what is missing or written in another way."""
    found = _MILLISECONDS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=int(found.group(1)))
    except OverflowError:
        return None


def newest(rows: Iterable[Mapping[str, object]]) -> datetime | None:
    """Return the largest ``UpdatedDateUTC`` of *rows*: the next If-Modified-Since.

    The data's own time, never our clock, so that nothing is missed when clocks differ.
    """
    moments = (instant(row.get("UpdatedDateUTC")) for row in rows)
    return max((moment for moment in moments if moment is not None), default=None)
