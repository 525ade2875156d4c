"""Xero's dates: `/Date(ms+0000)/` beside an ISO string, all in UTC."""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_MS = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ms_date(moment: datetime | date) -> str:
    """A date or an aware instant in Xero's own notation."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return f"/Date({(moment - _EPOCH) // timedelta(milliseconds=1)}+0000)/"


def date_string(day: date) -> str:
    """The companion of a date field, such as DateString."""
    return f"{day.isoformat()}T00:00:00"


def parse_date(text: str) -> date:
    """A day from an ISO date or date-time or from Xero's notation; raises ValueError."""
    return parse_moment(text).date()


def parse_moment(text: str) -> datetime:
    """An aware instant from Xero's notation or ISO text, UTC by default; raises ValueError."""
    found = _MS.fullmatch(text)
    if found:
        return _EPOCH + timedelta(milliseconds=int(found.group(1)))
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_since(text: str) -> datetime:
    """An If-Modified-Since header, ISO or HTTP date; raises ValueError when it is neither."""
    try:
        return parse_moment(text)
    except ValueError:
        return parsedate_to_datetime(text).astimezone(UTC)


def long_date(day: date) -> str:
    """A day as Xero's messages write it, such as 31 December 2025."""
    return f"{day.day} {day:%B %Y}"
