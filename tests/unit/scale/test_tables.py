"""The page about scale says what the model says, and the model says what can be known by hand."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.scale import __main__ as page
from tests.scale import sizes, tables
from tests.scale.coefficients import everything
from tests.scale.simulation import Scene, simulate
from tests.scale.sizes import Calls, Size

BACKLOG = Scene(
    organisations=1, documents=0, poll_minutes=None, backlog=100_000, call_seconds=0.4, minutes=3
)


def test_every_table_has_its_place_on_the_page() -> None:
    marks = re.findall(r"<!-- table: (\w+) -->", page.PAGE.read_text(encoding="utf-8"))
    assert sorted(marks) == sorted(tables.BY_NAME)


@pytest.mark.parametrize("name", ["profile", "coefficients"])
def test_what_is_arithmetic_is_on_the_page_as_it_is_now(name: str) -> None:
    """What is simulated takes half a minute: `make scale ARGS=--write` renews it."""
    lines = "\n".join(tables.BY_NAME[name]())
    assert lines in page.PAGE.read_text(encoding="utf-8")


def test_each_coefficient_says_where_it_is_from() -> None:
    for name, each in everything().items():
        assert each.value > 0, name
        assert each.source, name


def test_a_backlog_goes_out_at_the_limit_in_full_calls() -> None:
    """As `make drain` measured: 3,000 orders and 60 calls a minute, less a call's time."""
    seen = simulate(BACKLOG)
    assert seen.a_call == 50
    assert 59 <= seen.calls_a_minute <= 60


def test_orders_that_come_singly_go_singly_until_calls_are_scarce() -> None:
    """At a tenth of the limit each has a call; late in the day's share they gather instead."""
    steady = Scene(organisations=1, documents=360, poll_minutes=None)
    assert simulate(steady).a_call < 1.2
    scarce = simulate(replace(steady, day_used=3_900))
    assert scarce.a_call > 20
    unruly = simulate(replace(steady, day_used=3_900, gathers=False))
    assert unruly.left > scarce.left


def test_the_limit_of_the_app_makes_polls_late_and_is_not_broken() -> None:
    seen = simulate(Scene(organisations=100_000, documents=0, threads=1_000))
    assert 9_000 < seen.calls_a_minute <= 10_000


def test_arithmetic_by_hand() -> None:
    """10,000 idle organisations: 80,000 polls an hour, as `make bench` counts them."""
    size = Size(10_000, 0)
    asked = sizes.calls(size, 1)
    assert asked.polls * 60 == 80_000
    assert sizes.documents_a_day(50) == 200_000
    assert sizes.idle_calls_a_day() == 192 + 30 + 1
    assert sizes.cost(size, 260.0) == 1_445 + 24.0
    assert sizes.cost(Size(10_001, 0), 0) is None
    few = sizes.roles(size, Calls(0, 0, 0))
    assert (few.workers, sizes.broker_connections(few)) == (6, 2 * (12 + 14 + 14) + 4 + 2 + 4 + 2)
