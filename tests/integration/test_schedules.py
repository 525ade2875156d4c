"""Schedules: started on time, once, spread over the interval, left alone when they should be."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from schemas.connections import Mode
from tests.support.fleet import Fleet
from workers.store import schedules
from workers.store.schedules import Position, Run, ScheduleKind

SALES = ScheduleKind.SALES_ORDERS


def start(fleet: Fleet, batch: int = 100) -> list[tuple[UUID, str]]:
    """One tick: what it starts."""
    with fleet.runtime.pool.connection() as conn:
        found = schedules.start_due(conn, batch)
    return sorted((each.connection_id, each.kind.value) for each in found if each.starts)


def claim(fleet: Fleet, connection: UUID) -> Run | None:
    with fleet.runtime.pool.connection() as conn:
        return schedules.claim(conn, connection, SALES)


def finish(fleet: Fleet, run: Run) -> None:
    with fleet.runtime.pool.connection() as conn:
        schedules.finish(conn, run, "nothing new")


def pass_time(fleet: Fleet, by: timedelta) -> None:
    fleet.execute(
        "update schedules set next_run_at = next_run_at - %s, running_until = running_until - %s",
        [by, by],
    )


def row(fleet: Fleet, connection: UUID) -> dict[str, object]:
    found = fleet.rows(
        "select *, next_run_at - now() as wait from schedules"
        " where connection_id = %s and kind = 'sales_orders'",
        [connection],
    )
    return found[0]


def test_a_connection_is_polled_at_once_and_then_at_its_interval(fleet: Fleet) -> None:
    """Both kinds begin with the first tick; a second tick starts nothing."""
    connection = fleet.connect()
    assert start(fleet) == [(connection, "purchase_orders"), (connection, "sales_orders")]
    assert start(fleet) == []
    wait = row(fleet, connection)["wait"]
    assert isinstance(wait, timedelta)
    assert timedelta() < wait <= timedelta(minutes=15)


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        ({"import_sales_orders": False}, ["purchase_orders"]),
        ({"import_purchase_orders": False}, ["sales_orders"]),
    ],
)
def test_what_the_settings_switch_off_is_not_polled(
    fleet: Fleet, settings: dict[str, object], kinds: list[str]
) -> None:
    """The schedule is there for a person to switch on."""
    fleet.connect(settings=settings)
    assert [kind for _, kind in start(fleet)] == kinds
    assert len(fleet.rows("select * from schedules where kind <> 'xero_totals'")) == 2


def test_a_3pl_polls_nothing_but_totals(fleet: Fleet) -> None:
    """Imports belong to accounting mode. Totals are read once a day, and not at once."""
    fleet.connect(Mode.FULFILMENT)
    [row] = fleet.rows("select kind, interval_minutes, next_run_at > now() as later from schedules")
    assert row == {"kind": "xero_totals", "interval_minutes": 24 * 60, "later": True}


def test_missed_runs_count_as_one(fleet: Fleet) -> None:
    """After a day without any scheduler there is one run, and the next is in the future."""
    connection = fleet.connect()
    start(fleet)
    run = claim(fleet, connection)
    assert run is not None
    finish(fleet, run)
    pass_time(fleet, timedelta(days=1))
    assert (connection, "sales_orders") in start(fleet)
    assert start(fleet) == []
    wait = row(fleet, connection)["wait"]
    assert isinstance(wait, timedelta)
    assert wait > timedelta()


def test_a_run_under_way_is_not_started_twice(fleet: Fleet) -> None:
    """Not by the clock, not by hand; once its lease has ended it is taken over."""
    connection = fleet.connect()
    start(fleet)
    first = claim(fleet, connection)
    assert first is not None
    fleet.execute("update schedules set next_run_at = now()")
    assert (connection, "sales_orders") not in start(fleet)
    with fleet.runtime.pool.connection() as conn:
        assert schedules.ask(conn, connection, SALES)
    assert claim(fleet, connection) is None
    pass_time(fleet, timedelta(minutes=6))
    second = claim(fleet, connection)
    assert second is not None
    with fleet.runtime.pool.connection() as conn:
        assert not schedules.advance(conn, first, Position())
        assert schedules.advance(conn, second, Position())


def test_a_run_asked_for_while_one_is_under_way_comes_after_it(fleet: Fleet) -> None:
    """A web hook may tell of what the run under way has read past."""
    connection = fleet.connect()
    start(fleet)
    run = claim(fleet, connection)
    assert run is not None
    fleet.execute("update schedules set due_at = now() - interval '1 second'")
    finish(fleet, run)
    with fleet.runtime.pool.connection() as conn:
        assert (connection, SALES) in schedules.due(conn)
    again = claim(fleet, connection)
    assert again is not None
    finish(fleet, again)
    assert claim(fleet, connection) is None


@pytest.mark.parametrize(
    ("change", "starts"),
    [
        ("status = 'lost', lost_reason = 'revoked'", False),
        ("status = 'disconnected', disconnected_at = now()", False),
        ("paused_until = now() + interval '20 minutes'", False),
        ("paused_until = now() + interval '9 hours'", True),
    ],
    ids=["lost", "disconnected", "Xero in trouble", "the exports' day is used up"],
)
def test_a_connection_that_can_not_be_polled_is_left_alone(
    fleet: Fleet, change: str, starts: bool
) -> None:
    """And costs nothing until its next turn; the imports' share of the day stays theirs."""
    fleet.connect()
    fleet.execute(f"update connections set {change}")  # noqa: S608  a text of this test's
    assert bool(start(fleet)) is starts
    assert fleet.rows("select * from schedules where next_run_at <= now()") == []


def test_a_disconnected_connection_goes_on_at_once_when_it_is_back(fleet: Fleet) -> None:
    """Where it stopped: the cursor stays."""
    connection = fleet.connect()
    fleet.execute("update schedules set cursor = '2026-11-01T00:00:00Z'")
    fleet.execute("update connections set status = 'disconnected', disconnected_at = now()")
    assert start(fleet) == []
    stopped = fleet.rows("select next_run_at from schedules where kind <> 'xero_totals'")
    assert [each["next_run_at"] for each in stopped] == [None] * 2
    fleet.execute("update connections set status = 'active', disconnected_at = null")
    row_now = fleet.connection(connection)
    with fleet.runtime.pool.connection() as conn:
        schedules.follow(conn, connection, row_now.mode, row_now.parsed_settings)
    assert len(start(fleet)) == 2
    run = claim(fleet, connection)
    assert run is not None
    assert run.position.cursor is not None


def test_a_person_sets_interval_and_rest(fleet: Fleet) -> None:
    """What is switched off stays off, whatever else happens to the connection."""
    connection = fleet.connect()
    with fleet.runtime.pool.connection() as conn:
        assert schedules.change(conn, connection, SALES, enabled=False)
        schedules.follow(
            conn, connection, Mode.ACCOUNTING, fleet.connection(connection).parsed_settings
        )
    assert start(fleet) == [(connection, "purchase_orders")]
    with fleet.runtime.pool.connection() as conn:
        assert schedules.change(conn, connection, SALES, minutes=60, enabled=True)
        assert not schedules.change(conn, connection, ScheduleKind.MINTSOFT_ORDERS, minutes=60)
        (found,) = [each for each in schedules.listed(conn, connection) if each.kind is SALES]
    assert (found.interval_minutes, found.enabled) == (60, True)
    assert start(fleet) == []


def test_runs_are_spread_over_the_interval(fleet: Fleet) -> None:
    """Of 1,000 connections no minute of fifteen gets more than half as much again as its share."""
    rows = fleet.rows(
        "select extract(minute from schedule_slot(gen_random_uuid(), 'sales_orders', 15, now()))"
        "::int %% 15 as minute, count(*) as n from generate_series(1, 1000) group by 1"
    )
    assert len(rows) == 15
    assert max(each["n"] for each in rows) <= 100
    same = fleet.rows(
        "with c as (select gen_random_uuid() as id from generate_series(1, 100))"
        " select bool_and(schedule_slot(id, 'sales_orders', 15, now()) + interval '15 minutes'"
        " = schedule_slot(id, 'sales_orders', 15, now() + interval '15 minutes')) as same from c"
    )
    assert same == [{"same": True}], "and each keeps its place"


def test_two_schedulers_at_once_start_a_run_once(fleet: Fleet) -> None:
    """The rows that one has in hand, the other passes over."""
    for client in range(1, 5):
        fleet.connect(client_id=client)
    with fleet.runtime.pool.connection() as one, fleet.runtime.pool.connection() as other:
        first = schedules.start_due(one, 5)
        second = schedules.start_due(other, 5)
    assert len(first) == 5
    assert len(second) == 3
    assert not {(each.connection_id, each.kind) for each in first} & {
        (each.connection_id, each.kind) for each in second
    }
