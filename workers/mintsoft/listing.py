"""Reads a list of Mintsoft's that may change while it is read, without missing a row.

Mintsoft pages by number and documents no order of rows, and orders leave a list filtered by tag
while they are tagged: pages then move up, and rows slip through between two requests. So a list
longer than a page is read again until a whole reading brings nothing new.
"""

from collections.abc import Callable, Iterator

from workers.errors import Transient
from workers.mintsoft.answers import Row, number_of

PAGE = 100
"""Rows; Mintsoft gives no more."""

MOST_READINGS = 8
"""A list that is still not settled then is read again at the next poll."""


def settled(read: Callable[[int], list[Row]]) -> Iterator[list[Row]]:
    """Yield the rows that *read* gives for page 1, 2, ... , each ID once.

    Raises Transient, after all rows that were seen, when the list never comes to rest.
    """
    seen: set[int] = set()
    for _ in range(MOST_READINGS):
        news = pages = 0
        for page in _one_reading(read):
            pages += 1
            fresh = {number_of(row, "ID"): row for row in page if number_of(row, "ID") not in seen}
            seen |= fresh.keys()
            news += len(fresh)
            if fresh:
                yield list(fresh.values())
        if pages == 1 or not news:
            return
    raise Transient(f"Mintsoft's list changed during each of {MOST_READINGS} readings")


def _one_reading(read: Callable[[int], list[Row]]) -> Iterator[list[Row]]:
    number = 1
    while True:
        page = read(number)
        yield page
        if len(page) < PAGE:
            return
        number += 1


Place = tuple[int, int, int]
"""How far a list has been read over many turns: the reading, its next page, its news so far."""


def turned(place: Place, rows: int, fresh: int) -> Place | None:
    """Return where to go on after a page of *rows*, *fresh* of them never seen; None: at the end.

    As in :func:`settled`, but what was seen is remembered by the caller, for as long as it takes.
    """
    reading, page, news = place[0], place[1], place[2] + fresh
    if rows >= PAGE:
        return reading, page + 1, news
    if page == 1 or not news:
        return None
    return reading + 1, 1, 0
