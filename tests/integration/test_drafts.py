"""The first documents of a connection go as drafts, exactly so many; the others wait for a word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from psycopg.errors import LockNotAvailable

from schemas.exports import Kind
from tests.support.console import serving_console
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.gateways import Killed, put_around
from workers.store import drafts


def _in_xero(fleet: Fleet) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in fleet.invoices():
        counts[each["Status"]] = counts.get(each["Status"], 0) + 1
    return counts


def _reasons(fleet: Fleet) -> set[tuple[str, str | None]]:
    found = fleet.rows("select distinct status, reason_code from documents where xero_id is null")
    return {(row["status"], row["reason_code"]) for row in found}


def test_so_many_drafts_then_a_word_then_the_rest(fleet: Fleet) -> None:
    """Three of seven go as drafts; the rest, and who comes later, say why they wait, then go on."""
    connection = fleet.connect(settings={"draft_first": 3})
    fleet.send(*(dispatched(order(number)) for number in range(1, 8)))
    fleet.drain()
    assert _in_xero(fleet) == {"DRAFT": 3}
    assert _reasons(fleet) == {("waiting", "drafts_unconfirmed")}

    fleet.send(dispatched(order(8)))
    fleet.drain()
    assert _in_xero(fleet) == {"DRAFT": 3}
    assert _reasons(fleet) == {("waiting", "drafts_unconfirmed")}

    with serving_console(fleet) as console:
        browser = console.signed_in()
        path = f"/connections/{connection}/drafts"
        assert "3 of 3 drafts in Xero" in browser.get(path).text
        assert browser.post(f"{path}/go-on", path).status_code == 303
        assert browser.post(path, count="many").status_code == 422
    fleet.drain()
    assert _in_xero(fleet) == {"DRAFT": 3, "AUTHORISED": 5}
    trail = [row["action"] for row in fleet.rows("select action from audit order by id")]
    assert trail.count("drafts complete") == 1
    assert trail.count("drafts confirmed") == 1


def _killed_after_the_write(gateway: Any, *args: Any) -> Any:
    gateway.put_invoices(*args)
    raise Killed


def test_a_dead_worker_loses_no_count(fleet: Fleet) -> None:
    """It dies after Xero has the drafts, before they are recorded: still no more than so many."""
    connection = fleet.connect()
    with fleet.runtime.pool.connection() as conn:
        drafts.begin(conn, connection, 2, "ada")
    fleet.drain()
    fleet.send(*(dispatched(order(number)) for number in range(1, 6)))
    put_around(fleet, put_invoices=_killed_after_the_write)
    with pytest.raises(Killed):
        fleet.drain()
    put_around(fleet)
    fleet.runtime.exporter.export(connection, Kind.ORDER)  # another worker, while they lie there
    assert _in_xero(fleet) == {"DRAFT": 2}
    assert fleet.statuses() == {"sending": 2, "waiting": 3}

    fleet.age(timedelta(minutes=4))
    fleet.drain()
    assert _in_xero(fleet) == {"DRAFT": 2}
    assert fleet.statuses() == {"posted": 2, "waiting": 3}


def test_two_workers_never_count_the_same_room(fleet: Fleet) -> None:
    """Who counts second waits until the first has claimed."""
    connection = fleet.connect(settings={"draft_first": 1})
    with fleet.runtime.pool.connection() as first, fleet.runtime.pool.connection() as second:
        assert drafts.locked_progress(first, connection).room == 1
        second.execute("set local lock_timeout = '50ms'")
        with pytest.raises(LockNotAvailable), second.transaction():
            drafts.locked_progress(second, connection)


def test_zero_sends_all_as_usual(fleet: Fleet) -> None:
    """Whoever takes drafts back frees what waited."""
    connection = fleet.connect(settings={"draft_first": 1})
    fleet.send(*(dispatched(order(number)) for number in (1, 2)))
    fleet.drain()
    with fleet.runtime.pool.connection() as conn:
        drafts.begin(conn, connection, 0, "ada")
        assert drafts.confirm(conn, connection, "ada") is None
    fleet.drain()
    assert _in_xero(fleet) == {"DRAFT": 1, "AUTHORISED": 1}
