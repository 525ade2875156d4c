"""Reading a list that changes: nothing is lost, however it moves while it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.paging import OVERLAP, Seen, after, begin, partly
from workers.store.schedules import Position

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


BEGINNINGS = [
    (Position(), None, "the first reading has no lower bound"),
    (Position(at(0.5)), at(-300), "the next begins an overlap earlier, in whole seconds"),
    (Position(at(0.5), confirmed_at=at(400)), at(1), "an idle one asks for what is newer"),
    (Position(at(0.5), since=at(-7)), at(-7), "one under way goes on where it is"),
]


@pytest.mark.parametrize(("position", "since"), [each[:2] for each in BEGINNINGS])
def test_where_a_reading_begins(position: Position, since: datetime | None) -> None:
    """By what is known of the list."""
    assert begin(position).since == since


STEPS: list[tuple[str, Position, Seen, Position, bool]] = [
    (
        "a full page: on by key",
        Position(at(0), at(-300)),
        Seen(at(60.7), True, None),
        Position(at(60.7), at(59)),
        False,
    ),
    (
        "a full page within a second: on by number",
        Position(at(0), at(9)),
        Seen(at(10.9), True, None),
        Position(at(10.9), at(9), page=2),
        False,
    ),
    (
        "numbered pages have come further: back over them",
        Position(at(10.9), at(9), page=3),
        Seen(at(60), True, None),
        Position(at(60), at(9), page=2, backward=True),
        False,
    ),
    (
        "numbered pages have come to the end: back over them too",
        Position(at(10.9), at(9), page=2),
        Seen(at(11), False, None),
        Position(at(11), at(9), page=1, backward=True),
        False,
    ),
    (
        "back to the first: on by key",
        Position(at(60), at(9), page=1, backward=True),
        Seen(at(11), True, None),
        Position(at(60), at(59)),
        False,
    ),
    (
        "back to the first, and nothing is beyond",
        Position(at(10.9), at(9), page=1, backward=True),
        Seen(at(10), True, None),
        Position(at(10.9)),
        True,
    ),
    (
        "nothing new, too early to be sure",
        Position(at(0), at(-300)),
        Seen(at(0), False, at(299)),
        Position(at(0)),
        True,
    ),
    (
        "nothing new, and late enough to be sure",
        Position(at(0), at(-300)),
        Seen(None, False, at(300)),
        Position(at(0), confirmed_at=at(300)),
        True,
    ),
    (
        "nothing new by a clock nobody knows",
        Position(at(0), at(-300)),
        Seen(None, False, None),
        Position(at(0)),
        True,
    ),
    (
        "nothing new, but the overlap was not asked for",
        Position(at(0), at(-1)),
        Seen(at(0), False, at(900)),
        Position(at(0)),
        True,
    ),
    (
        "idle as before",
        Position(at(0), at(1), confirmed_at=at(300)),
        Seen(None, False, at(900)),
        Position(at(0), confirmed_at=at(300)),
        True,
    ),
    (
        "news: what was sure is sure no more",
        Position(at(0), at(1), confirmed_at=at(300)),
        Seen(at(2), False, at(900)),
        Position(at(2)),
        True,
    ),
    ("nothing ever", Position(), Seen(None, False, at(0)), Position(), True),
]


@pytest.mark.parametrize("step", STEPS, ids=[each[0] for each in STEPS])
def test_where_to_go_on(step: tuple[str, Position, Seen, Position, bool]) -> None:
    """After one page."""
    _, position, page, wanted, done = step
    assert after(position, page) == (wanted, done)


def test_a_page_stored_in_part_goes_on_behind_that_part() -> None:
    """By key; a numbered page is read again whole. News end what was sure."""
    assert partly(Position(at(0), at(-300)), at(20)) == Position(at(20), at(19))
    sure = Position(at(0), at(1), confirmed_at=at(300))
    assert partly(sure, at(1.5)) == Position(at(1.5), at(1))
    numbered = Position(at(10), at(9), page=2)
    assert partly(numbered, at(10.5)) == numbered


@dataclass
class Xero:
    """A list in the order of its changes; ``between`` happens between two requests."""

    size: int
    rows: dict[int, datetime]
    between: Callable[[int], None] = lambda _: None
    read: set[tuple[int, datetime]] = field(default_factory=set)
    requests: int = 0

    def page(self, since: datetime | None, number: int) -> list[tuple[int, datetime]]:
        self.requests += 1
        self.between(self.requests)
        newer = [each for each in self.rows.items() if since is None or each[1] > since]
        found = sorted(newer, key=lambda each: (each[1], each[0]))
        return found[(number - 1) * self.size : number * self.size]

    def run(self, position: Position, now: datetime) -> Position:
        position = begin(position)
        for _ in range(1000):
            rows = self.page(position.since, position.page)
            self.read |= set(rows)
            newest = rows[-1][1] if rows else None
            position, done = after(position, Seen(newest, len(rows) == self.size, now))
            if done:
                return position
        raise AssertionError("the reading never ends")


@given(
    size=st.integers(1, 5),
    moments=st.lists(st.sampled_from([0, 0.1, 0.9, 1, 3600, 7200]), min_size=1, max_size=25),
    edits=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 24)), max_size=12),
)
@settings(max_examples=400, deadline=None)
def test_every_row_is_read_as_it_stands_in_the_end(
    size: int, moments: list[float], edits: list[tuple[int, int]]
) -> None:
    """Whatever is edited between two requests, many rows having the same time of change.

    Edits are more than an overlap apart, so that no later reading makes good what one has lost.
    """
    xero = Xero(size, {number: at(moment) for number, moment in enumerate(moments)})
    clock = [at(7200)]

    def edit(request: int) -> None:
        for when, row in edits:
            if when == request and row < len(moments):
                clock[0] += 3 * OVERLAP
                xero.rows[row] = clock[0]

    xero.between = edit
    position = xero.run(Position(), LATER)
    xero.between = lambda _: None
    xero.run(position, LATER)
    assert set(xero.rows.items()) <= xero.read


def test_the_idle_list_costs_one_request() -> None:
    """The first reading finds, the second confirms, the others ask for what is newer."""
    xero = Xero(10, {1: at(0), 2: at(30)})
    position = xero.run(Position(), at(31))
    for expected in (2, 3, 4):
        position = xero.run(position, at(31) + OVERLAP)
        assert xero.requests == expected
    assert begin(position).since == at(31)
