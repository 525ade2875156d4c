"""An ingress takes in no more than it can hold, however large what arrives is."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from events.backoff import Backoff
from events.delivery import Delivery
from events.egress import Publisher
from events.envelope import MAX_BODY_BYTES, Message
from events.ingress import BATCH_BYTES, FEW, HELD_BYTES, Ingress
from schemas.catalogue import MINTSOFT_EVENTS
from tests.support.children import until
from tests.support.processes import prepare_broker

LARGE = MAX_BODY_BYTES + 1
COUNT = 48


def publish_large(amqp_url: str) -> None:
    """Put COUNT bodies over the limit into the ingress's queue."""
    prepare_broker(amqp_url)
    with Publisher(amqp_url) as publisher:
        for _ in range(COUNT):
            publisher.publish_batch([Message(MINTSOFT_EVENTS, "order.dispatched.v1", b" " * LARGE)])


def test_a_batch_of_large_bodies_closes_early_and_the_rest_waits_in_the_broker(
    amqp_url: str,
) -> None:
    """Given 48 bodies over the limit, at most a batch of bytes and one more body is ever here."""
    publish_large(amqp_url)
    sizes: list[int] = []
    held: list[int] = []

    def handle(batch: Sequence[Delivery]) -> None:
        sizes.append(sum(len(each.body) for each in batch))
        held.append(sizes[-1] + sum(len(each.body) for each in ingress._pending))

    ingress = Ingress(amqp_url, handle, batch_wait=4.0)  # time for more than it may hold
    thread = threading.Thread(target=ingress.run)
    thread.start()
    try:
        until("all are handled", lambda: sum(sizes) == COUNT * LARGE, 90)
    finally:
        ingress.stop()
        thread.join()
    assert max(sizes) < BATCH_BYTES + LARGE
    assert max(held) <= BATCH_BYTES + 8 * LARGE, "what is read ahead is bounded, too"


def test_while_nothing_can_be_handled_the_rest_waits_in_the_broker(amqp_url: str) -> None:
    """Given 48 large bodies and no database, no more than a bound of bytes is ever here."""
    publish_large(amqp_url)
    failed: list[int] = []
    handled: list[int] = []
    held: list[int] = []

    def handle(batch: Sequence[Delivery]) -> None:
        if len(failed) < 12:
            failed.append(len(batch))
            raise OSError("the database is away")
        handled.extend(len(each.body) for each in batch)

    def clock() -> float:  # asked at each turn of the wait
        held.append(ingress._pending_bytes)
        return time.monotonic()

    ingress = Ingress(amqp_url, handle, backoff=Backoff(first=0.3, most=0.6), clock=clock)
    thread = threading.Thread(target=ingress.run)
    thread.start()
    try:
        until("all are handled", lambda: sum(handled) == COUNT * LARGE, 90)
    finally:
        ingress.stop()
        thread.join()
    assert max(held) < HELD_BYTES + 8 * LARGE
    assert min(failed[-3:]) <= FEW, "then few at a time are asked for"
