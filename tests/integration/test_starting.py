"""Who starts runs: one of many, and another within a turn when that one is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from tests.support.fleet import Fleet
from workers.starting import BATCH, Starter
from workers.store.wakeups import Wakeup


@pytest.fixture
def two(fleet: Fleet) -> Iterator[tuple[Starter, Starter]]:
    """Two schedulers on one database."""
    starters = tuple(Starter(fleet.runtime.pool, fleet.pending.extend) for _ in range(2))
    yield starters[0], starters[1]
    for each in starters:
        each.resign()


def later(fleet: Fleet) -> None:
    """The next interval comes, and what was started has been done."""
    fleet.age(timedelta(minutes=15))
    fleet.execute("update schedules set due_at = null")
    fleet.execute("delete from wakeups")
    fleet.pending.clear()


def test_one_acts_and_the_other_stands_by(fleet: Fleet, two: tuple[Starter, Starter]) -> None:
    """A run is started once; its queue is woken once."""
    connection = fleet.connect()
    one, other = two
    assert (one.once(), other.once()) == (2, 0)
    assert (one.leads, other.leads) == (True, False)
    assert sorted(fleet.pending) == [
        Wakeup(connection, "imports.purchase_orders"),
        Wakeup(connection, "imports.sales_orders"),
    ]


def test_another_takes_over_when_the_leader_ends(
    fleet: Fleet, two: tuple[Starter, Starter]
) -> None:
    """At its very next turn."""
    fleet.connect()
    one, other = two
    one.once()
    later(fleet)
    one.resign()
    assert other.once() == 2
    assert one.once() == 0


def test_a_leader_whose_session_has_ended_leads_no_more(
    fleet: Fleet, two: tuple[Starter, Starter]
) -> None:
    """It can't act by mistake: it acts on the session that holds the lock."""
    fleet.connect()
    one, other = two
    one.once()
    later(fleet)
    fleet.execute(
        "select pg_terminate_backend(l.pid) from pg_locks l"
        " join pg_database d on d.oid = l.database"
        " where l.locktype = 'advisory' and d.datname = current_database()"
    )
    with pytest.raises(psycopg.OperationalError):
        one.once()
    assert other.once() == 2
    assert (one.once(), one.leads) == (0, False)


def test_connections_of_an_older_release_get_their_schedules(
    fleet: Fleet, two: tuple[Starter, Starter]
) -> None:
    """When somebody begins to lead."""
    fleet.connect()
    fleet.execute("delete from schedules")
    assert two[0].once() == 2


def test_many_are_started_in_one_turn(fleet: Fleet, two: tuple[Starter, Starter]) -> None:
    """More than one statement takes; each once."""
    connection = fleet.connect()
    columns = [
        each["column_name"]
        for each in fleet.rows(
            "select column_name from information_schema.columns where table_name = 'connections'"
            " and column_name not in ('id', 'client_id')"
        )
    ]
    names = ", ".join(columns)
    fleet.execute(
        f"insert into connections (client_id, {names})"  # noqa: S608  the table's own columns
        f" select 1000 + n, {names} from connections, generate_series(1, {BATCH}) as n"
    )
    assert two[0].once() >= 2 * (BATCH + 1)
    polls = [each for each in fleet.pending if each.queue.startswith("imports.")]
    assert len(polls) == len(set(polls)) == 2 * (BATCH + 1)
    assert len({each.connection_id for each in fleet.pending}) == BATCH + 1
    assert connection in {each.connection_id for each in fleet.pending}
    assert two[0].once() == 0


def test_the_whole_turn(fleet: Fleet) -> None:
    """From a tick to an empty poll: nothing is left to do, and the next moment is set."""
    fleet.connect()
    assert fleet.tick() == 2
    fleet.drain()
    rows = fleet.rows(
        "select due_at, running_until, last_outcome from schedules where kind <> 'xero_totals'"
    )
    assert [each["last_outcome"] for each in rows] == ["nothing new"] * 2
    assert [(each["due_at"], each["running_until"]) for each in rows] == [(None, None)] * 2
    assert fleet.tick() == 0
