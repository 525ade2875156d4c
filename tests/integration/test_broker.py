"""Dramatiq over quorum queues: what is declared, what arrives, and how little is sent."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import dramatiq
import httpx
import pytest
from dramatiq.common import dq_name, xq_name

from events.delivery import Delivery
from events.ingress import Ingress
from events.topology import EXPORTS_ORDERS
from tests.support.children import until
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.processes import depth, prepare_broker, publish
from workers.broker import ACTOR_OF, QuorumBroker, Waker, open_broker
from workers.intake import Intake
from workers.store.wakeups import Wakeup

CONNECTION = UUID("6e8bc430-9c3a-11d9-9669-0800200c9a66")
SEVEN_DAYS_MS = 7 * 24 * 3600 * 1000


def _three_queues(queue: str) -> tuple[str, str, str]:
    """What Dramatiq keeps for one queue: work, delayed, dead."""
    return queue, dq_name(queue), xq_name(queue)


@pytest.fixture
def broker(amqp_url: str) -> Iterator[QuorumBroker]:
    """The broker of the fleet, on a virtual host of its own."""
    opened = open_broker(amqp_url)
    assert isinstance(opened, QuorumBroker)
    yield opened
    opened.close()


def queue_names(name: str) -> tuple[str, str, str]:
    """The three queues Dramatiq keeps for one: work, delayed, dead."""
    return name, dq_name(name), xq_name(name)


def declared(management_url: str, amqp_url: str) -> dict[str, dict[str, Any]]:
    """The queues of this virtual host, as RabbitMQ tells them."""
    host = amqp_url.rsplit("/", 1)[1]
    answer = httpx.get(f"{management_url}/api/queues/{host}", timeout=30).raise_for_status()
    return {each["name"]: each for each in answer.json()}


def test_every_queue_is_a_durable_quorum_queue(
    broker: QuorumBroker, amqp_url: str, management_url: str
) -> None:
    """Work and delayed queues dead-letter to one that forgets after seven days."""
    for name in ACTOR_OF:
        broker.declare_queue(name, ensure=True)
    found = declared(management_url, amqp_url)
    assert set(found) == {each for name in ACTOR_OF for each in _three_queues(name)}
    assert {(each["type"], each["durable"]) for each in found.values()} == {("quorum", True)}
    for name in ACTOR_OF:
        work, delayed, dead = _three_queues(name)
        for each in (work, delayed):
            assert found[each]["arguments"]["x-dead-letter-exchange"] == ""
            assert found[each]["arguments"]["x-dead-letter-routing-key"] == dead
        assert found[dead]["arguments"]["x-message-ttl"] == SEVEN_DAYS_MS


def test_a_wakeup_reaches_its_actor_through_a_real_worker(broker: QuorumBroker) -> None:
    """It says no more than whose work is due."""
    heard: queue.Queue[str] = queue.Queue()
    actor = dramatiq.actor(
        actor_name=ACTOR_OF[EXPORTS_ORDERS], queue_name=EXPORTS_ORDERS, broker=broker
    )
    actor(heard.put)
    worker = dramatiq.Worker(broker, worker_threads=1)
    worker.start()
    try:
        Waker(broker)([Wakeup(CONNECTION, EXPORTS_ORDERS)])
        assert heard.get(timeout=30) == str(CONNECTION)
    finally:
        worker.stop()


def test_500_events_of_3_connections_are_3_messages(
    fleet: Fleet, broker: QuorumBroker, amqp_url: str
) -> None:
    """One wake-up for each connection, in one batch and over all that follow until it is taken."""
    for client in (3, 4, 5):
        fleet.connect(client_id=client)
    events = [dispatched(order(each, ClientId=3 + each % 3)) for each in range(1, 501)]
    intake = Intake(fleet.runtime.pool, Waker(broker))
    intake.handle(events)
    assert depth(amqp_url, EXPORTS_ORDERS) == 3
    intake.handle([dispatched(order(each)) for each in range(501, 601)])
    assert depth(amqp_url, EXPORTS_ORDERS) == 3


def test_a_wakeup_that_can_not_be_sent_is_no_error() -> None:
    """The ledger knows what is due: the sweep sends it again."""
    away = open_broker("amqp://guest:guest@127.0.0.1:1")
    Waker(away)([Wakeup(CONNECTION, EXPORTS_ORDERS)])


def test_of_several_addresses_one_that_answers_is_enough(
    amqp_url: str, fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    """Given two nodes that are down: events come in, wake-ups go out, queues are looked at."""
    caplog.set_level("CRITICAL", "pika")
    nobody = "amqp://guest:guest@127.0.0.1:1/%2F"
    cluster = f"{nobody},{amqp_url},{nobody}"
    prepare_broker(cluster)
    for _ in range(3):  # each begins with another node
        publish(cluster, [dispatched(order(1))])
    broker = open_broker(cluster)
    Waker(broker)([Wakeup(CONNECTION, EXPORTS_ORDERS)])
    broker.close()
    taken: list[Delivery] = []
    ingress = Ingress(cluster, taken.extend, on_error=lambda _: ingress.stop())
    threading.Thread(target=ingress.run, daemon=True).start()
    until("all have come", lambda: len(taken) == 3)
    ingress.stop()
    assert depth(cluster, EXPORTS_ORDERS) == 1
