"""The border with a real RabbitMQ: nothing lost, nothing blamed wrongly, nothing held up."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pika
import pytest

from events.backoff import Backoff
from events.delivery import Delivery
from events.egress import NotConfirmed, Publisher
from events.envelope import Message
from events.ingress import Ingress
from events.topology import INGRESS, INGRESS_DEAD, declare
from schemas.catalogue import MINTSOFT_EVENTS, XERO_EVENTS
from tests.support.wire import Wire

PATIENCE_SECONDS = 30.0


def quick() -> Backoff:
    return Backoff(first=0.002, most=0.02)


def message(name: str, routing_key: str = "order.dispatched.v1") -> Message:
    return Message(MINTSOFT_EVENTS, routing_key, name.encode(), message_id=name)


def names(deliveries: Sequence[Delivery]) -> list[str]:
    return [delivery.body.decode() for delivery in deliveries]


@contextmanager
def channel_to(url: str) -> Iterator[Any]:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        declare(channel)
        yield channel


def publish(url: str, messages: Sequence[Message]) -> None:
    with channel_to(url), Publisher(url) as publisher:
        publisher.publish_batch(messages)


def depth(url: str, name: str) -> int:
    """Messages in a queue that no consumer holds: asked when every consumer has gone."""
    with channel_to(url) as channel:
        return sum(1 for _ in iter(lambda: channel.basic_get(name)[0], None))


class Handler:
    """A handler that can be told to fail, and lets a test wait for what it has handled."""

    def __init__(self, fails: Callable[[Sequence[Delivery]], bool] = lambda _: False) -> None:
        self.fails = fails
        self.batches: list[list[Delivery]] = []
        self._handled: queue.Queue[str] = queue.Queue()

    def __call__(self, batch: Sequence[Delivery]) -> None:
        if self.fails(batch):
            raise RuntimeError("told to fail")
        self.batches.append(list(batch))
        for name in names(batch):
            self._handled.put(name)

    def wait_for(self, count: int) -> list[str]:
        return [self._handled.get(timeout=PATIENCE_SECONDS) for _ in range(count)]

    def wait_for_name(self, name: str) -> None:
        while self._handled.get(timeout=PATIENCE_SECONDS) != name:
            pass


@contextmanager
def running(url: str, handle: Callable[[Sequence[Delivery]], None], **more: Any) -> Iterator[None]:
    ingress = Ingress(url, handle, backoff=quick(), on_error=more.pop("on_error", print), **more)
    thread = threading.Thread(target=ingress.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ingress.stop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "the ingress did not stop"


def test_batches_are_full_in_order_and_gone_after_one_ack(amqp_url: str) -> None:
    """Given 1,000 events, they arrive in order in batches of at most 200, and none remains."""
    expected = [f"event {number}" for number in range(1000)]
    publish(amqp_url, [message(name) for name in expected])
    handler = Handler()
    with running(amqp_url, handler):
        assert handler.wait_for(1000) == expected
    assert max(map(len, handler.batches)) == 200
    assert len(handler.batches) <= 10
    assert depth(amqp_url, INGRESS) == 0


def test_a_lone_event_does_not_wait_for_a_full_batch(amqp_url: str) -> None:
    """Given one event in a quiet queue, it is handled alone."""
    publish(amqp_url, [message("alone")])
    handler = Handler()
    with running(amqp_url, handler):
        assert handler.wait_for(1) == ["alone"]


def test_what_was_not_handled_when_the_process_died_comes_again(amqp_url: str) -> None:
    """Given a death inside the handler, the whole batch is delivered again, marked as such."""

    def dies(_batch: Sequence[Delivery]) -> None:
        raise SystemExit

    publish(amqp_url, [message(f"event {number}") for number in range(20)])
    with pytest.raises(SystemExit):
        Ingress(amqp_url, dies).run()
    handler = Handler()
    with running(amqp_url, handler):
        assert sorted(handler.wait_for(20)) == sorted(f"event {number}" for number in range(20))
    assert {d.redelivered for batch in handler.batches for d in batch} == {True}
    assert {d.delivery_count for batch in handler.batches for d in batch} == {1}


def test_an_outage_blames_no_message(amqp_url: str) -> None:
    """Given a handler that fails 60 times for everything, nothing counts towards the limit."""
    calls = Counter[str]()

    def away(_batch: Sequence[Delivery]) -> bool:
        calls["all"] += 1
        return calls["all"] <= 60

    publish(amqp_url, [message(f"event {number}") for number in range(30)])
    handler = Handler(away)
    with running(amqp_url, handler):
        handler.wait_for(30)
    assert {d.delivery_count for batch in handler.batches for d in batch} == {0}
    assert depth(amqp_url, INGRESS_DEAD) == 0


def test_a_poison_message_ends_in_the_dead_queue_and_holds_nobody_back(amqp_url: str) -> None:
    """Given one event that always fails, all others are handled and it is dead-lettered."""
    expected = [f"event {number}" for number in range(50)]
    publish(amqp_url, [message(name) for name in [*expected[:10], "poison", *expected[10:]]])
    handler = Handler(lambda batch: "poison" in names(batch))
    with running(amqp_url, handler), channel_to(amqp_url) as channel:
        assert sorted(handler.wait_for(50)) == sorted(expected)
        feeding = threading.Event()
        feeder = threading.Thread(target=feed, args=(amqp_url, handler, feeding))
        feeder.start()
        method, _properties, body = next(
            channel.consume(INGRESS_DEAD, inactivity_timeout=PATIENCE_SECONDS)
        )
        feeding.set()
        feeder.join()
        assert method is not None, "nothing was dead-lettered"
        assert body == b"poison"
    assert Counter(name for batch in handler.batches for name in names(batch))["event 0"] == 1


def feed(url: str, handler: Handler, enough: threading.Event) -> None:
    """Let other events come in: only beside them a message can be told from an outage."""
    with Publisher(url) as publisher:
        while not enough.is_set():
            publisher.publish_batch([message("another")])
            handler.wait_for(1)


def test_events_of_unknown_versions_arrive_and_unrelated_ones_do_not(amqp_url: str) -> None:
    """Given keys we do not know, those of our families reach us; a stock change has no queue."""
    publish(amqp_url, [message("new version", "order.dispatched.v9")])
    with pytest.raises(NotConfirmed, match=r"NO_ROUTE: stock\.changed\.v1"):
        publish(amqp_url, [message("unrelated", "stock.changed.v1")])
    handler = Handler()
    with running(amqp_url, handler):
        assert handler.wait_for(1) == ["new version"]


def test_a_cut_connection_is_opened_again(amqp_url: str) -> None:
    """Given a network that is cut twice, every event arrives all the same."""
    handler = Handler()
    errors: queue.Queue[Exception] = queue.Queue()
    with Wire(amqp_url) as wire, running(wire.url, handler, on_error=errors.put):
        for round_number in range(3):
            publish(amqp_url, [message(f"round {round_number}")])
            handler.wait_for_name(f"round {round_number}")  # an ack cut off means once more
            if round_number < 2:
                wire.cut()
                errors.get(timeout=PATIENCE_SECONDS)


def test_a_deleted_queue_is_declared_again(amqp_url: str) -> None:
    """Given a queue deleted under the consumer, it notices, declares it and goes on."""
    handler = Handler()
    errors: queue.Queue[Exception] = queue.Queue()
    with running(amqp_url, handler, on_error=errors.put):
        publish(amqp_url, [message("before")])
        handler.wait_for(1)
        with channel_to(amqp_url) as channel:
            channel.queue_delete(INGRESS)
        assert "cancelled" in str(errors.get(timeout=PATIENCE_SECONDS))
        publish(amqp_url, [message("after")])
        assert handler.wait_for(1) == ["after"]


def test_stop_is_obeyed_within_a_second_and_leaves_nothing_unacknowledged(amqp_url: str) -> None:
    """Given an idle ingress, stop ends it at once, broker away or not."""
    began = time.monotonic()
    with running(amqp_url, Handler()):
        pass
    with running("amqp://guest:guest@127.0.0.1:1", Handler()):
        pass
    assert time.monotonic() - began < 3


def test_declaring_twice_changes_nothing(amqp_url: str) -> None:
    """Given the topology, declaring it again is accepted by the broker."""
    with channel_to(amqp_url) as channel:
        declare(channel)


def test_ten_thousand_publishes_are_confirmed_in_one_batch(amqp_url: str) -> None:
    """Given a large batch, every message is in the queue when publish_batch returns."""
    publish(amqp_url, [message(str(number)) for number in range(10_000)])
    handler = Handler()
    with running(amqp_url, handler):
        assert len(set(handler.wait_for(10_000))) == 10_000


def test_our_own_events_may_have_no_listener(amqp_url: str) -> None:
    """Given nobody bound to xero.events, publishing there is confirmed."""
    publish(amqp_url, [Message(XERO_EVENTS, "document.posted.v1", b"{}")])


def test_unroutable_ones_are_named_and_the_others_are_published(amqp_url: str) -> None:
    """Given one wrong key among three, the error names that one and the others arrive."""
    batch = [message("a"), message("b", "nowhere"), message("c")]
    with pytest.raises(NotConfirmed) as caught:
        publish(amqp_url, batch)
    assert [refused.message_id for refused in caught.value.messages] == ["b"]
    assert depth(amqp_url, INGRESS) == 2


def test_a_missing_exchange_is_an_error_that_names_it(amqp_url: str) -> None:
    """Given an exchange nobody declared, nothing counts as published."""
    with Publisher(amqp_url) as publisher, pytest.raises(NotConfirmed, match="no exchange"):
        publisher.publish_batch([Message("nowhere", "key", b"{}")])


def test_a_publisher_survives_cut_connections(amqp_url: str) -> None:
    """Given a connection cut between two batches, the second one is published all the same."""
    with channel_to(amqp_url), Wire(amqp_url) as wire, Publisher(wire.url) as publisher:
        for name in ("one", "two", "three"):
            publisher.publish_batch([message(name)])
            wire.cut()
    assert depth(amqp_url, INGRESS) >= 3


def test_no_broker_is_an_error_and_not_a_wait() -> None:
    """Given a port where nobody listens, publishing says so and names all messages."""
    with (
        Publisher("amqp://guest:guest@127.0.0.1:1", timeout=2) as publisher,
        pytest.raises(NotConfirmed) as caught,
    ):
        publisher.publish_batch([message("a"), message("b")])
    assert len(caught.value.messages) == 2
