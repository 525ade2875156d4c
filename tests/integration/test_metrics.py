"""What the fleet says of itself: figures of a real ledger and a real broker, over real HTTP."""

from __future__ import annotations

import socket
from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.documents import delivery, dispatched, order
from tests.support.figures import look
from tests.support.fleet import Fleet
from tests.support.processes import prepare_broker, publish
from workers.metrics.meters import REGISTRY
from workers.metrics.serving import NoPort, serve
from workers.store import notices


def test_figures_tell_how_the_fleet_stands(fleet: Fleet, amqp_url: str) -> None:
    """Given work in every state, each figure says what a person would count in the ledger."""
    connection = str(fleet.connect())
    lost = str(fleet.connect(client_id=4))
    prepare_broker(amqp_url)
    publish(amqp_url, [dispatched(order(9))])
    fleet.send(*(dispatched(order(n)) for n in (1, 2)), delivery(b"{", "order.dispatched.v1"))
    fleet.drain()
    wrong = order(3, TotalOrderGross=999)
    fleet.send(dispatched(wrong), dispatched(order(4, ClientId=4)))
    fleet.drain()
    fleet.execute("update connections set status = 'lost', lost_reason = 'x' where client_id = 4")
    fleet.send(dispatched(order(5)), dispatched(order(6, ClientId=4)))
    fleet.execute("update documents set created_at = created_at - interval '1 hour'")
    fleet.execute("update schedules set complete_at = now() - interval '1 hour'")
    fleet.execute("update token_sets set refreshed_at = now() - interval '50 days'")
    told = look(fleet, amqp_url, ahead=timedelta(seconds=90))

    assert told["documents"] == {
        (connection, "order", "waiting"): 1,
        (connection, "order", "needs_attention"): 1,
        (lost, "order", "waiting"): 1,
    }
    assert told["documents_held"] == {("order", "totals_differ"): 1}
    assert told["document_oldest_waiting_seconds"][connection, "order"] == pytest.approx(3600, 0.1)
    assert told["connections"] == {("active",): 1, ("lost",): 1}
    assert told["connection_up"] == {(connection,): 1, (lost,): 0}
    assert told["refresh_token_age_seconds"][connection,] == pytest.approx(50 * 86400, 0.01)
    assert told["xero_day_calls_limit"][connection,] == 5000
    assert 0 < told["xero_minute_calls_left"][connection,] < 60
    assert told["xero_day_calls_left"][connection,] < 5000
    assert told["parked_events"] == {(): 1}
    assert told["poll_lag_seconds"][connection, "sales_orders"] == pytest.approx(2700, 0.1)
    assert told["clock_skew_seconds"][()] == pytest.approx(90, abs=5)
    assert told["queue_messages"]["ingress",] == 1
    assert told["queue_consumers"]["ingress",] == 0
    assert (told["database_up"], told["broker_up"], told["leader"]) == ({(): 1}, {(): 1}, {(): 1})


GIVEN_UP = """insert into notices (connection_id, channel, subject, body, created_at, due_at, {end})
    values (%s, %s, 'x', 'x', now() - interval '5 hours', now(), now() - %s::interval)"""
ON_ITS_WAY = """insert into notices (connection_id, channel, subject, body, created_at, due_at)
    values (%s, 'hook', 'x', 'x', now() - interval '1 hour', now())"""


def unheard(fleet: Fleet) -> dict[str, int]:
    """What the console says of it."""
    with fleet.runtime.pool.connection() as conn:
        return {each.channel: each.given_up for each in notices.unheard(conn)}


def test_notices_that_nobody_got_are_told_until_one_arrives(fleet: Fleet) -> None:
    """By the way they should have gone; what was given up two days ago is no news."""
    connection = fleet.connect()
    for way, ago in (
        ("mail", "1 hour"),
        ("mail", "2 hours"),
        ("hook", "1 hour"),
        ("hook", "2 days"),
    ):
        fleet.execute(GIVEN_UP.format(end="given_up_at"), [connection, way, ago])
    fleet.execute(ON_ITS_WAY, [connection])
    told = look(fleet)
    assert told["notices_given_up"] == {("mail",): 2, ("hook",): 1}
    assert told["notice_oldest_seconds"] == {("hook",): pytest.approx(3600, 0.1)}
    assert unheard(fleet) == {"mail": 2, "hook": 1}
    fleet.execute(GIVEN_UP.format(end="sent_at"), [connection, "mail", "90 minutes"])
    assert look(fleet)["notices_given_up"] == {("mail",): 1, ("hook",): 1}
    fleet.execute(GIVEN_UP.format(end="sent_at"), [connection, "mail", "0"])
    assert look(fleet)["notices_given_up"] == {("hook",): 1}
    assert unheard(fleet) == {"hook": 1}


def test_only_the_leader_tells_of_the_fleet(fleet: Fleet) -> None:
    """Two schedulers would be counted twice: one that stands by tells of its own sight only."""
    told = look(fleet, leads=False)
    assert told["leader"] == {(): 0}
    assert told["database_up"] == {(): 1}
    assert told["outbox_events"] == {}


def test_servers_that_are_away_are_figures(fleet: Fleet) -> None:
    """An alert needs a 0, not a missing figure."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    fleet.runtime.pool.close()
    told = look(fleet, f"amqp://guest:guest@127.0.0.1:{nobody}/%2F")
    assert (told["database_up"], told["broker_up"]) == ({(): 0}, {(): 0})


def test_a_process_serves_what_it_counts() -> None:
    """Prometheus can read it; the second of a group takes the next port; a taken one is told."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    first = serve("worker", "127.0.0.1", port, processes=2)
    try:
        with pytest.raises(NoPort, match="MX_METRICS_PORT"):
            serve("relay", "127.0.0.1", port)
        text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    finally:
        first()
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"mintsoft_xero_build_info", "process_resident_memory_bytes"} <= names
    assert 'role="worker"' in text


def test_an_orders_way_is_counted(fleet: Fleet) -> None:
    """From the event to the publication, each stage has counted it once."""
    before = {name: REGISTRY.get_sample_value(name, dict(labels)) or 0 for name, labels in COUNTED}
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    after = {name: REGISTRY.get_sample_value(name, dict(labels)) or 0 for name, labels in COUNTED}
    assert {name: after[name] - before[name] for name in after} == dict.fromkeys(after, 1)


COUNTED: list[tuple[str, tuple[tuple[str, str], ...]]] = [
    ("mintsoft_xero_events_total", (("outcome", "accepted"),)),
    ("mintsoft_xero_documents_settled_total", (("kind", "order"), ("status", "posted"))),
    ("mintsoft_xero_attempts_total", (("outcome", "answered"),)),
    ("mintsoft_xero_document_wait_seconds_count", (("kind", "order"),)),
    (
        "mintsoft_xero_xero_calls_total",
        (("method", "PUT"), ("endpoint", "Invoices"), ("outcome", "ok")),
    ),
    ("mintsoft_xero_outbox_published_total", ()),
]
