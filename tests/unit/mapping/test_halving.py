"""The search for the documents that have a batch refused: which they are, and what it costs."""

from __future__ import annotations

from itertools import groupby
from math import ceil, log2
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from workers.mapping.halving import halves

ATTEMPT = UUID(int=1)


def search(batch: list[int], bad: set[int]) -> tuple[list[list[int]], list[list[int]]]:
    """Send *batch* and its halves until each document is settled; what was taken, and refused."""
    taken: list[list[int]] = []
    refused: list[list[int]] = []
    queue = [batch]
    while queue:
        sent = queue.pop(0)
        if not bad & set(sent):
            taken.append(sent)
            continue
        refused.append(sent)
        attempt = uuid5(ATTEMPT, str(len(refused)))
        goes_on = zip(halves(attempt, len(sent)), sent, strict=True)
        parts = [
            (half, [one for _, one in some]) for half, some in groupby(goes_on, lambda p: p[0])
        ]
        queue += [part for half, part in parts if half is not None]
    return taken, refused


def test_one_bad_document_among_fifty_costs_twelve_calls_more() -> None:
    """Whichever it is."""
    for bad in range(50):
        taken, refused = search(list(range(50)), {bad})
        assert refused[-1] == [bad]
        assert 10 <= len(taken) + len(refused) - 1 <= 12


@given(st.integers(1, 50).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_all_bad_ones_are_found_and_all_others_are_taken(found: tuple[int, set[int]]) -> None:
    """Each once, for at most 2 log2(n) calls more for each bad one."""
    count, bad = found
    taken, refused = search(list(range(count)), bad)
    assert sorted(one for part in taken for one in part) == sorted(set(range(count)) - bad)
    assert sorted(part[0] for part in refused if len(part) == 1) == sorted(bad)
    assert len(taken) + len(refused) <= 1 + 2 * len(bad) * ceil(log2(count))


@given(st.integers(2, 50))
def test_halves_are_two_and_as_equal_as_can_be(count: int) -> None:
    """A batch's halves are its own, and the same however often they are asked for."""
    parts = halves(ATTEMPT, count)
    first, second = dict.fromkeys(parts)
    assert parts.count(first) - parts.count(second) in (0, 1)
    assert parts == halves(ATTEMPT, count)
    assert not {first, second} & set(halves(UUID(int=2), count))
