"""A backfill finds what was despatched before anyone listened, counts it, brings it in once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from events.envelope import Message
from schemas.connections import Mode
from tests.support.command import Command
from tests.support.console import serving_console
from tests.support.documents import ACCOUNT, dispatched, invoice, order
from tests.support.fleet import Fleet
from tests.support.gateways import Killed
from tests.support.mintsoft import despatch, fault
from workers.backfilling import Backfiller
from workers.mintsoft import happenings
from workers.store import backfills
from workers.store.backfills import Backfill

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
UNTIL = datetime(2999, 1, 1, tzinfo=UTC)


def left(fleet: Fleet, *numbers: int, **more: Any) -> list[dict[str, Any]]:
    """Orders that have left the warehouse; gives them as Mintsoft has them now."""
    known = [json.loads(json.dumps(order(each, **more), default=str)) for each in numbers]
    fleet.mintsoft.admin.post("/_sim/orders", json=known).raise_for_status()
    for each in numbers:
        despatch(fleet.mintsoft, each)
    rows = fleet.mintsoft.admin.get("/_sim/orders").json()
    return [row for row in rows if row["ID"] in numbers]


def began(fleet: Fleet, connection: UUID) -> None:
    with fleet.runtime.pool.connection() as conn:
        backfills.start(conn, connection, SINCE, UNTIL, "ada")


def decided(fleet: Fleet, connection: UUID, act: str) -> bool:
    with fleet.runtime.pool.connection() as conn:
        return backfills.decide(conn, connection, act, "ada")


def latest(fleet: Fleet, connection: UUID) -> Backfill:
    with fleet.runtime.pool.connection() as conn:
        found = backfills.latest(conn, connection)
    assert found is not None
    return found


def figures(found: Backfill) -> tuple[str, int, int, int, int, int]:
    return (found.state, found.fresh, found.known, found.others, found.early, found.brought)


def test_counted_then_brought_in_once(fleet: Fleet) -> None:
    """Also what came as an event before there was a connection, and was ignored then."""
    early = left(fleet, 1)[0]
    fleet.send(dispatched(early, event_id=happenings.order_despatched(ACCOUNT, early).message_id))
    assert fleet.statuses() == {}
    connection = fleet.connect(settings={"export_channels": [2]})
    fleet.send(dispatched(left(fleet, 2)[0]))
    fleet.drain()
    left(fleet, 3)
    left(fleet, 4, ChannelId=9)
    began(fleet, connection)
    fleet.drain()
    assert figures(latest(fleet, connection)) == ("counted", 2, 1, 1, 1, 0)
    assert {name: str(sum_) for name, sum_ in latest(fleet, connection).totals.items()} in (
        {"GBP": "24"},
        {"GBP": "24.0"},
        {"GBP": "24.00"},
    )
    assert fleet.statuses() == {"posted": 1}, "counting brings nothing in"

    assert decided(fleet, connection, "go")
    fleet.drain()
    assert figures(latest(fleet, connection)) == ("done", 2, 1, 1, 1, 2)
    assert fleet.statuses() == {"posted": 3}
    assert len(fleet.invoices()) == 3

    began(fleet, connection)
    fleet.drain()
    assert decided(fleet, connection, "go")
    fleet.drain()
    assert figures(latest(fleet, connection)) == ("done", 0, 3, 1, 0, 0)
    assert len(fleet.invoices()) == 3
    assert not fleet.rows("select * from backfill_seen")


class Dying:
    """An entrance whose worker is killed right after the events are in."""

    def __init__(self, fleet: Fleet) -> None:
        self._entrance = fleet.runtime.entrance

    def publish(self, messages: Sequence[Message]) -> None:
        self._entrance.publish(messages)
        raise Killed


def test_a_dead_workers_page_is_done_again_and_nothing_comes_twice(fleet: Fleet) -> None:
    """Killed after the events are in and before that is written down; another one goes on."""
    connection = fleet.connect()
    left(fleet, 1, 2)
    began(fleet, connection)
    fleet.drain()
    assert decided(fleet, connection, "go")
    runtime = fleet.runtime
    dying = Backfiller(
        runtime.pool, runtime.mintsoft_for, Dying(fleet).publish, runtime.waker, runtime.clock
    )
    with pytest.raises(Killed):
        dying.step(connection)
    assert not runtime.backfiller.step(connection), "its lease still runs"
    fleet.age(timedelta(minutes=3))
    fleet.drain()
    assert latest(fleet, connection).state == "done"
    assert fleet.statuses() == {"posted": 2}
    assert len(fleet.invoices()) == 2


def test_live_documents_go_first_and_people_decide(fleet: Fleet) -> None:
    """Paused it stays, resumed it waits while much is waiting, cancelled it leaves what is in."""
    connection = fleet.connect(settings={"export_trigger": "manual"})
    runtime = fleet.runtime
    left(fleet, 1, 2)
    began(fleet, connection)
    assert decided(fleet, connection, "pause")
    fleet.drain()
    assert latest(fleet, connection).looked == 0
    assert decided(fleet, connection, "resume")
    fleet.drain()
    assert decided(fleet, connection, "go")

    fleet.execute("update connections set paused_until = now() + interval '1 hour'")
    fleet.send(dispatched(order(77)))
    fleet.execute("update documents set status = 'waiting'")
    publish = runtime.entrance.publish
    narrow = Backfiller(
        runtime.pool, runtime.mintsoft_for, publish, runtime.waker, runtime.clock, most_waiting=1
    )
    assert not narrow.step(connection)
    assert latest(fleet, connection).last_error == "1 documents wait to be sent first"
    fleet.age(timedelta(hours=2))
    fleet.drain()
    assert fleet.statuses() == {"posted": 3}, "the manual ones were asked for with it"
    assert latest(fleet, connection).brought == 2
    assert not decided(fleet, connection, "cancel"), "it is done"
    began(fleet, connection)
    assert decided(fleet, connection, "cancel")
    assert latest(fleet, connection).state == "cancelled"


def test_what_was_cancelled_meanwhile_stays_cancelled(fleet: Fleet) -> None:
    """The page under way is the last one: its worker finds that nothing is to be written."""
    connection = fleet.connect()
    runtime = fleet.runtime
    left(fleet, 1)
    began(fleet, connection)
    fleet.drain()
    assert decided(fleet, connection, "go")

    def publish(messages: Sequence[Message]) -> None:
        runtime.entrance.publish(messages)
        assert decided(fleet, connection, "cancel")

    Backfiller(runtime.pool, runtime.mintsoft_for, publish, runtime.waker, runtime.clock).step(
        connection
    )
    assert (latest(fleet, connection).state, latest(fleet, connection).brought) == ("cancelled", 0)
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}


def test_troubles_of_mintsoft_are_told_and_outlived(fleet: Fleet) -> None:
    """A 500 delays it; the reason stands beside it."""
    connection = fleet.connect()
    left(fleet, 1)
    began(fleet, connection)
    fault(fleet.mintsoft, kind="status", status=500, path="/Order/List")
    fleet.runtime.backfiller.step(connection)
    assert "Mintsoft" in (latest(fleet, connection).last_error or "")
    fleet.age(timedelta(hours=1))
    fleet.drain()
    assert figures(latest(fleet, connection))[:2] == ("counted", 1)


def test_invoices_of_a_fulfilment_connection(
    fleet: Fleet, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way on the command line; a span without time in it is refused."""
    connection = fleet.connect(Mode.FULFILMENT)
    given = invoice(5)
    fleet.mintsoft.admin.post("/_sim/clients", json=[given["Client"] | {"CurrencyId": 1}])
    body = json.loads(json.dumps(given["Invoice"], default=str))
    fleet.mintsoft.admin.post("/_sim/invoices", json=[body]).raise_for_status()
    assert mx("export", "backfill", connection, "--since", "2999-01-01").code == 1
    assert mx("export", "backfill", connection).code == 1
    counted = mx.json("export", "backfill", connection, "--since", "2026-10-01", "--dry-run")
    assert (counted["state"], counted["fresh"], fleet.statuses()) == ("counted", 1, {})
    again = mx("export", "backfill", connection, "--since", "2026-10-01")
    assert "is open" in again.err
    assert mx.json("export", "backfill-cancel", connection)["state"] == "cancelled"
    assert "can't pause" in mx("export", "backfill-pause", connection).err
    monkeypatch.setenv("MX_AMQP_URL", "memory://")
    done = mx.json("export", "backfill", connection, "--since", "2026-10-01", "--yes")
    assert (done["state"], done["brought"]) == ("done", 1)
    fleet.age(timedelta(hours=1))  # the wake-up went to the broker in that process
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}


def test_the_page_counts_asks_and_goes_on(fleet: Fleet) -> None:
    """A bookkeeper begins one, sees the figures, lets it go; what can't be done is told."""
    connection = fleet.connect()
    left(fleet, 1)
    with serving_console(fleet) as console:
        browser = console.signed_in()
        path = f"/connections/{connection}/backfill"
        assert browser.post(path, act="start", since="2026-13-01").status_code == 422
        assert browser.post(path, act="start", since="2026-10-01").status_code == 303
        assert browser.post(path, act="go").status_code == 409
        fleet.drain()
        page = browser.get(path).text
        assert "Bring in 1 document" in page
        assert browser.post(path, act="go").status_code == 303
        fleet.drain()
        assert "Done" in browser.get(path).text
    assert fleet.statuses() == {"posted": 1}
