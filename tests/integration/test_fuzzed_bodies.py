"""No message stops the ingress: what can't be read is parked whole, beside good ones that go on."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.delivery import Delivery, Parked, read
from events.egress import Publisher
from events.envelope import STRUCTURED, Message
from events.ingress import Ingress
from events.topology import INGRESS, INGRESS_DEAD
from schemas.catalogue import MINTSOFT_EVENTS
from tests.support import fuzz
from tests.support.children import until
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.processes import depth, prepare_broker

one_fleet = settings(
    max_examples=60,
    # each example looks only at the rows that it has added itself
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_numbers = itertools.count(1)


def good(count: int) -> list[Delivery]:
    """Orders that nobody has seen before."""
    return [dispatched(order(next(_numbers))) for _ in range(count)]


def unreadable(found: Sequence[Delivery]) -> list[Parked]:
    return [each for each in map(read, found) if isinstance(each, Parked)]


def last_parked(fleet: Fleet) -> int:
    [row] = fleet.rows("select coalesce(max(id), 0) as last from parked")
    return int(row["last"])


def orders(fleet: Fleet) -> int:
    """Good orders in the ledger; those of mutated events have higher ids."""
    [row] = fleet.rows("select count(*) as n from documents where mintsoft_id < 1000000000")
    return int(row["n"])


@one_fleet
@given(fuzzed=st.lists(fuzz.deliveries(fuzz.wild_headers), min_size=1, max_size=12))
def test_each_bad_message_is_one_row_and_each_good_one_a_document(
    connected: Fleet, fuzzed: list[Delivery]
) -> None:
    """In one batch with good events: never an error, every body kept to the byte, with a reason."""
    before, known = last_parked(connected), orders(connected)
    bad = unreadable(fuzzed)
    connected.send(*fuzzed, *good(2))
    rows = connected.rows("select * from parked where id > %s order by id", [before])
    assert [bytes(row["body"]) for row in rows] == [each.body for each in bad]
    assert [row["code"] for row in rows] == [each.code for each in bad]
    assert all(row["reason"] for row in rows)
    assert orders(connected) - known == 2


@settings(one_fleet, max_examples=20)
@given(fuzzed=st.lists(fuzz.deliveries(fuzz.headers), min_size=10, max_size=10))
def test_fuzzed_messages_through_rabbitmq_leave_the_queue_empty(
    connected: Fleet, amqp_url: str, fuzzed: list[Delivery]
) -> None:
    """Ten bad and three good messages over the wire, 20 times: parked or stored, none is left."""
    before, known = last_parked(connected), orders(connected)
    prepare_broker(amqp_url)
    with Publisher(amqp_url) as publisher:
        publisher.publish_batch([_message(each) for each in [*fuzzed, *good(3)]])
    seen: list[Delivery] = []

    def handle(batch: Sequence[Delivery]) -> None:
        connected.send(*batch)
        seen.extend(batch)

    errors: list[Exception] = []
    ingress = Ingress(amqp_url, handle, on_error=errors.append)
    thread = threading.Thread(target=ingress.run)
    thread.start()
    try:
        until("all are handled", lambda: len(seen) == 13)
    finally:
        ingress.stop()
        thread.join(30)
    assert errors == []
    parked = connected.rows("select id from parked where id > %s", [before])
    assert len(parked) == len(unreadable(seen))
    assert orders(connected) - known == 3
    assert (depth(amqp_url, INGRESS), depth(amqp_url, INGRESS_DEAD)) == (0, 0)


def _message(found: Delivery) -> Message:
    return Message(
        MINTSOFT_EVENTS,
        found.routing_key,
        found.body,
        found.content_type or STRUCTURED,
        headers=found.headers,
    )


@pytest.fixture
def connected(fleet: Fleet) -> Fleet:
    """A fleet with a connection that wants the good events."""
    fleet.connect()
    return fleet
