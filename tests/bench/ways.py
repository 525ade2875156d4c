"""The ways that are compared, each a function from a prepared queue to seconds.

Both end when the last event is acknowledged; neither has a worker behind it. The plain way
stops at having handed the event to Dramatiq; ours at having it in the ledger.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import dramatiq
import pika
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from events.delivery import Delivery, Parked, read
from events.envelope import Event
from events.ingress import Ingress
from events.topology import INGRESS, declare
from tests.bench import worker

Handle = Callable[[Sequence[Delivery]], None]


def batched(amqp_url: str, handle: Handle, count: int) -> float:
    """Take *count* events through the real ingress into *handle*; seconds from connecting on."""
    left = count

    def counted(batch: Sequence[Delivery]) -> None:
        nonlocal left
        handle(batch)
        left -= len(batch)
        if left <= 0:
            ingress.stop()

    ingress = Ingress(amqp_url, counted, on_error=_give_up)
    began = time.perf_counter()
    ingress.run()
    return time.perf_counter() - began


def _give_up(error: Exception) -> None:
    raise SystemExit(f"the measurement failed: {error!r}")


def plain(amqp_url: str, count: int) -> float:
    """Consume one, send one Dramatiq message and wait for its confirm, acknowledge; seconds.

    Dramatiq is used as its guide shows it: its own broker and middleware, the order as argument.
    """
    broker = RabbitmqBroker(url=amqp_url, confirm_delivery=True)
    store_order = dramatiq.actor(actor_name=worker.ACTOR, broker=broker)(_nothing)
    left = count

    def arrived(channel: Any, method: Any, _properties: Any, body: bytes) -> None:
        nonlocal left
        store_order.send(json.loads(body))
        channel.basic_ack(method.delivery_tag)
        left -= 1
        if not left:
            channel.stop_consuming()

    began = time.perf_counter()
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        channel = connection.channel()
        declare(channel)
        channel.basic_qos(prefetch_count=1)
        channel.basic_consume(INGRESS, arrived)
        channel.start_consuming()
    seconds = time.perf_counter() - began
    broker.close()
    return seconds


def _nothing(_order: dict[str, Any]) -> None:
    """What the worker does is measured elsewhere."""


def decoding(deliveries: Sequence[Delivery]) -> float:
    """Read and validate *deliveries* and nothing else; seconds."""
    began = time.perf_counter()
    events = [read(each) for each in deliveries]
    seconds = time.perf_counter() - began
    if unread := [each for each in events if isinstance(each, Parked)]:
        raise SystemExit(f"a sample event can't be read: {unread[0].reason}")
    return seconds


def deliveries(bodies: Sequence[bytes], routing_key: str, content_type: str) -> list[Delivery]:
    """Messages as the broker hands them over, without a broker."""
    return [
        Delivery(tag, body, {}, content_type, routing_key, False, 0)
        for tag, body in enumerate(bodies, 1)
    ]


def events_of(found: Sequence[Delivery]) -> list[Event]:
    """The events in *found*, all of which can be read."""
    return [each for each in map(read, found) if isinstance(each, Event)]
