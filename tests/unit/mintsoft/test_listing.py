"""A list that changes while it is read loses no row."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from workers.errors import Transient
from workers.mintsoft.answers import Row
from workers.mintsoft.listing import MOST_READINGS, PAGE, settled


class Shifting:
    """A list by pages; *between* changes it after each request."""

    def __init__(self, ids: list[int], between: Callable[[list[int]], None]) -> None:
        self.ids = ids
        self._between = between
        self.requests = 0

    def __call__(self, page: int) -> list[Row]:
        self.requests += 1
        rows: list[Row] = [{"ID": each} for each in self.ids[(page - 1) * PAGE : page * PAGE]]
        self._between(self.ids)
        return rows


def ids_of(pages: object) -> list[object]:
    return [row["ID"] for page in pages for row in page]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("rows", "requests"), [(0, 1), (99, 1), (100, 4), (250, 6)])
def test_a_list_at_rest(rows: int, requests: int) -> None:
    """One page needs one request; a longer list one more reading that brings nothing."""
    source = Shifting(list(range(1, rows + 1)), lambda _: None)
    assert ids_of(settled(source)) == list(range(1, rows + 1))
    assert source.requests == requests


@pytest.mark.parametrize("seed", range(20))
def test_rows_that_leave_while_it_is_read_hide_no_others(seed: int) -> None:
    """Orders leave the list as they are tagged: each that stays is seen, and each once."""
    dice = random.Random(seed)
    stay = set(range(1, 420)) - set(dice.sample(range(1, 420), 200))

    def tag_some(ids: list[int]) -> None:
        for each in dice.sample(ids, min(len(ids), 30)):
            if each not in stay:
                ids.remove(each)

    seen = ids_of(settled(Shifting(list(range(1, 420)), tag_some)))
    assert stay <= set(seen)
    assert len(seen) == len(set(seen))


def test_a_list_that_never_rests_says_so() -> None:
    """The caller keeps its cursor and comes again."""
    ids = list(range(1, 201))

    def grow(rows: list[int]) -> None:
        rows.append(len(rows) + 1)

    seen: list[object] = []

    def read_all() -> None:
        for page in settled(Shifting(ids, grow)):
            seen.extend(row["ID"] for row in page)

    with pytest.raises(Transient, match=str(MOST_READINGS)):
        read_all()
    assert set(range(1, 201)) <= set(seen)
