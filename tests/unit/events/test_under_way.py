"""Batches under way come back in the order in which they were begun, with what became of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from events.delivery import Delivery
from events.under_way import AT_ONCE, UnderWay


@pytest.fixture
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(AT_ONCE) as running:
        yield running


def batch(tag: int, size: int = 10) -> list[Delivery]:
    return [Delivery(tag, b"x" * size, {}, None, "order.dispatched.v1", False, 0)]


def test_a_batch_that_ends_first_waits_for_the_one_before(threads: Executor) -> None:
    """Given a first batch that ends last: there is no news until it has, then both in order."""
    go = threading.Event()
    ended = threading.Semaphore(0)

    def handle(found: Sequence[Delivery]) -> None:
        if found[0].tag == 1:
            go.wait(10)

    with UnderWay(threads, handle, ended.release) as under_way:
        under_way.begin(batch(1))
        under_way.begin(batch(2, 30))
        assert under_way.is_full
        assert under_way.size == 40
        assert ended.acquire(timeout=10)
        assert not under_way.has_news
        go.set()
        assert [under_way.first()[0][0].tag for _ in range(2)] == [1, 2]
        assert (len(under_way), under_way.size) == (0, 0)


def test_a_failure_comes_back_with_its_batch(threads: Executor) -> None:
    """What went wrong is told; what ends the process is raised; the end waits for all."""
    handled: list[int] = []

    def handle(found: Sequence[Delivery]) -> None:
        handled.append(found[0].tag)
        if found[0].tag == 1:
            raise OSError("the database is away")
        if found[0].tag == 2:
            raise SystemExit

    with UnderWay(threads, handle, lambda: None) as under_way:
        under_way.begin(batch(1))
        found, error = under_way.first()
        assert (found[0].tag, str(error)) == (1, "the database is away")
        under_way.begin(batch(2))
        with pytest.raises(SystemExit):
            under_way.first()
        under_way.begin(batch(3))
    assert handled == [1, 2, 3]
