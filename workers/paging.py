"""Which request comes next when a list that changes is read in the order of its changes. Pure.

Xero's lists are ordered by UpdatedDateUTC, and who is edited moves to the end. So a list is read
by key: after each page the next request begins at the newest time of change seen, and what moved
meanwhile comes again at the end. Only where a full page lies within one second does the page
number go up; then rows may slip from an unread page onto one already read. Such pages are
therefore read once more from the last down to the first: rows slip only towards lower pages,
which is where that reading is still going.

Weakness: a row that Xero shows later than OVERLAP after its own time of change is not seen
before it changes again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workers.store.schedules import Position

OVERLAP = timedelta(minutes=5)
"""How much later than its time of change Xero may show a row. Known rows cost no further call."""

SECOND = timedelta(seconds=1)
"""If-Modified-Since counts in whole seconds."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page was: its newest time of change, whether it was full, the server's own clock.

    ``heard_at`` None: the server did not say what time it is.
    """

    newest: datetime | None
    full: bool
    heard_at: datetime | None


def begin(position: Position) -> Position:
    """Return where a reading begins; one that is under way goes on where it is.

    When an earlier reading found that nothing was late, an idle one asks for what is newer than
    the cursor alone, and the answer has no body.
    """
    if position.since is not None or position.page > 1 or position.cursor is None:
        return position
    if position.confirmed_at is not None:
        return replace(position, since=_whole(position.cursor) + SECOND)
    return replace(position, since=_whole(position.cursor - OVERLAP))


def partly(position: Position, newest: datetime) -> Position:
    """Return where to go on when a page was stored up to *newest* only."""
    if position.page > 1 or position.backward:
        return position
    return _by_key(position, newest) or _seen(position, newest)


def after(position: Position, page: Seen) -> tuple[Position, bool]:
    """Return where to go on after a page, and whether the reading is complete."""
    if position.backward:
        return _after_backward(position)
    moved = _by_key(position, page.newest) if page.newest else None
    seen = _seen(position, page.newest)
    if position.page > 1 and (moved or not page.full):
        return replace(seen, page=position.page - 1, backward=True), False
    if not page.full:
        return _complete(position, page), True
    return moved or replace(seen, page=position.page + 1), False


def _after_backward(position: Position) -> tuple[Position, bool]:
    if position.page > 1:
        return replace(position, page=position.page - 1), False
    assert position.cursor is not None, "pages were read"
    if moved := _by_key(position, position.cursor):
        return moved, False
    return Position(position.cursor), True


def _by_key(position: Position, newest: datetime) -> Position | None:
    """Return the request that begins at *newest*; None when that is no further."""
    since = _whole(newest) - SECOND
    if position.since is not None and since <= position.since:
        return None
    return Position(_later(position, newest), since)


def _seen(position: Position, newest: datetime | None) -> Position:
    """Return the same request with a cursor that is at *newest* at least."""
    cursor = _later(position, newest)
    if cursor == position.cursor:
        return position
    return replace(position, cursor=cursor, confirmed_at=None)


def _complete(position: Position, page: Seen) -> Position:
    cursor = _later(position, page.newest)
    return Position(cursor, confirmed_at=_confirmed(position, cursor, page.heard_at))


def _confirmed(
    position: Position, cursor: datetime | None, heard_at: datetime | None
) -> datetime | None:
    """Return when nothing was late up to *cursor*; None while that is not known.

    A complete answer about all since before the cursor's overlap, given after the overlap has
    passed, holds whatever is to come of that time.
    """
    if cursor is None or cursor != position.cursor:
        return None
    if position.confirmed_at is not None:
        return position.confirmed_at
    covers = position.since is None or position.since <= cursor - OVERLAP
    return heard_at if covers and heard_at and heard_at >= cursor + OVERLAP else None


def _later(position: Position, newest: datetime | None) -> datetime | None:
    return max(filter(None, (position.cursor, newest)), default=None)


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
