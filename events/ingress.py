"""Takes batches from the queue ``ingress`` and acknowledges each with one multiple ack.

Invariant: a message is acknowledged only after ``handle`` has returned for it, so the process
may die at any instant; what was not acknowledged comes again.

When ``handle`` raises, there are two causes to tell apart. If nothing at all can be handled, the
cause lies outside (the database is away): the batch is *held* unacknowledged and tried again
with growing pauses, and no message is blamed, as the broker's delivery limit would otherwise
bury a whole outage in ``ingress.dead``. If others can be handled one by one, the message itself
is at fault: it is returned to the queue after a pause of its own while everything else goes on,
until the delivery limit takes it to ``ingress.dead``. Messages that came back before are handled
alone and in random order, so one that kills the process does not drag its neighbours along.

Memory is bounded whatever arrives: a batch closes at BATCH_BYTES, and while so much lies here
nothing more is read, so that the rest waits in the broker. While a batch is held, heartbeats must
be answered, which reads on: at HELD_BYTES all of it goes back to the broker, and few messages at
a time are asked for until some have been handled.

Weaknesses: what goes back so counts as delivered, once in an outage. The broker closes a channel
whose messages are held for over 30 minutes (its consumer timeout), which counts as one delivery
as well; an outage of about ten hours reaches the limit.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from pika.exceptions import AMQPError

from events.amqp import SILENT_SECONDS, Nodes
from events.backoff import Backoff
from events.delivery import Delivery, Parked, read
from events.topology import INGRESS, declare

__all__ = ["Delivery", "Ingress", "Parked", "read"]

Handle = Callable[[Sequence[Delivery]], None]
OnError = Callable[[Exception], None]

POLL_SECONDS = 0.25
"""Longest time without looking whether to stop."""

BATCH_BYTES = 16 * 1024 * 1024
"""Bodies in one batch, but for its last: 200 usual events are one megabyte."""

HELD_BYTES = 2 * BATCH_BYTES
"""Bodies that may lie here while nothing can be handled; they go back to the broker then."""

FEW = 4
"""Messages asked for after that: enough to tell one that is at fault from an outage."""

SUSPECT_AFTER = 2
"""Deliveries after which a message is handled alone: a deployment costs one, bad luck two."""

PATIENCE = 2
"""Failures of whole batches before messages are tried one by one."""

OUTSIDE_AFTER = 3
"""Single failures without one success that show a cause outside the messages."""


class ConsumerCancelled(AMQPError):  # type: ignore[misc]  # noqa: N818  pika is untyped; AMQP's word
    """The broker cancelled the consumer: the queue was deleted or its leader was lost."""


class HeldTooMuch(Exception):  # noqa: N818  no error: the session ends and another begins
    """So much lies here unhandled that it has to go back to the broker."""


def log_error(error: Exception) -> None:
    """Report a failure that the ingress will get over by itself."""
    logging.getLogger(__name__).warning("events.ingress_failed", exc_info=error)


class Ingress:
    """A consumer of ``ingress``; :meth:`run` belongs to one thread, :meth:`stop` to any.

    ``handle`` gets up to *batch_size* deliveries, at latest *batch_wait* seconds after the
    first; it must commit before it returns. *on_error* hears of every failure.
    """

    def __init__(
        self,
        url: str,
        handle: Handle,
        *,
        batch_size: int = 200,
        batch_wait: float = 0.05,
        prefetch: int = 500,
        on_error: OnError = log_error,
        backoff: Backoff | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._nodes = Nodes(url, "ingress", heartbeat=SILENT_SECONDS)
        self._handle = handle
        self._batch_size = batch_size
        self._batch_wait = batch_wait
        self._prefetch = max(prefetch, batch_size)
        self._on_error = on_error
        self._outage = backoff or Backoff()
        self._reconnect = Backoff(self._outage.first, self._outage.most, self._outage.rng)
        self._sleep = sleep
        self._clock = clock
        self._stopping = False
        self._pending: deque[Delivery] = deque()
        self._pending_bytes = 0
        self._returning: list[tuple[float, int]] = []
        self._cautious = False

    @property
    def _rng(self) -> Random:
        return self._outage.rng

    def stop(self) -> None:
        """Ask :meth:`run` to end after the batch at hand; safe from threads and signals."""
        self._stopping = True

    def run(self) -> None:
        """Consume until :meth:`stop`, through any restart of the broker."""
        while not self._stopping:
            try:
                self._session()
            except AMQPError as error:
                self._on_error(error)
                self._rest(self._reconnect.next())
            except HeldTooMuch:
                self._cautious = True

    def _rest(self, seconds: float) -> None:
        deadline = self._clock() + seconds
        while not self._stopping and (left := deadline - self._clock()) > 0:
            self._sleep(min(left, POLL_SECONDS))

    def _session(self) -> None:
        self._pending.clear()
        self._pending_bytes = 0
        self._returning.clear()
        with self._nodes.connect() as connection:
            channel = connection.channel()
            declare(channel)
            channel.basic_qos(prefetch_count=FEW if self._cautious else self._prefetch)
            channel.basic_consume(INGRESS, self._arrived)
            self._reconnect.reset()
            self._consume(connection, channel)

    def _arrived(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        headers = properties.headers or {}
        self._pending_bytes += len(body)
        self._pending.append(
            Delivery(
                method.delivery_tag,
                body,
                headers,
                properties.content_type,
                method.routing_key,
                method.redelivered,
                int(headers.get("x-delivery-count", 0)),
            )
        )

    def _consume(self, connection: Any, channel: Any) -> None:
        while not self._stopping:
            if not channel.consumer_tags:
                raise ConsumerCancelled("the broker cancelled the consumer of the queue ingress")
            batch = self._gather(connection)
            self._return_due(channel)
            if batch and not self._settled(channel, batch):
                self._hold(connection, batch)
            elif batch and self._cautious:
                self._cautious = False
                return  # to a session that asks for more

    def _gather(self, connection: Any) -> list[Delivery]:
        if not self._pending:
            connection.process_data_events(time_limit=POLL_SECONDS)
        if not self._pending:
            return []
        deadline = self._clock() + self._batch_wait
        while not self._is_full and not self._stopping:
            left = deadline - self._clock()
            if left <= 0:
                break
            connection.process_data_events(time_limit=left)
        return self._batch()

    @property
    def _is_full(self) -> bool:
        return len(self._pending) >= self._batch_size or self._pending_bytes >= BATCH_BYTES

    def _batch(self) -> list[Delivery]:
        batch: list[Delivery] = []
        size = 0
        while self._pending and len(batch) < self._batch_size and size < BATCH_BYTES:
            batch.append(self._pending.popleft())
            size += len(batch[-1].body)
        self._pending_bytes -= size
        return batch

    def _settled(self, channel: Any, batch: list[Delivery]) -> bool:
        suspects = any(delivery.delivery_count >= SUSPECT_AFTER for delivery in batch)
        if suspects or self._outage.failures >= PATIENCE:
            return self._settled_one_by_one(channel, batch)
        if not self._handled(batch):
            return False
        self._acknowledge(channel, batch)
        return True

    def _handled(self, batch: list[Delivery]) -> bool:
        try:
            self._handle(batch)
        except Exception as error:  # whatever it is, the messages are still there
            self._on_error(error)
            return False
        return True

    def _acknowledge(self, channel: Any, batch: list[Delivery]) -> None:
        self._outage.reset()
        if not self._returning:
            channel.basic_ack(batch[-1].tag, multiple=True)
            return
        for delivery in batch:  # a multiple ack would take those that wait to be returned along
            channel.basic_ack(delivery.tag)

    def _settled_one_by_one(self, channel: Any, batch: list[Delivery]) -> bool:
        failed: list[Delivery] = []
        some_worked = False
        for delivery in self._rng.sample(batch, len(batch)):
            if self._settled_alone(channel, delivery):
                some_worked = True
                continue
            failed.append(delivery)
            if not some_worked and len(failed) == OUTSIDE_AFTER:
                break
        if some_worked:  # what failed before may have met the end of an outage: once more
            self._outage.reset()
            self._return_later([d for d in failed if not self._settled_alone(channel, d)])
        return some_worked

    def _settled_alone(self, channel: Any, delivery: Delivery) -> bool:
        worked = self._handled([delivery])
        if worked:
            channel.basic_ack(delivery.tag)
        return worked

    def _return_later(self, failed: list[Delivery]) -> None:
        now = self._clock()
        for delivery in failed:
            pause = self._outage.after(delivery.delivery_count + 1)
            self._returning.append((now + pause, delivery.tag))

    def _return_due(self, channel: Any) -> None:
        now = self._clock()
        for _, tag in [entry for entry in self._returning if entry[0] <= now]:
            channel.basic_reject(tag, requeue=True)  # from 4.3 on a nack is no failure
        self._returning = [entry for entry in self._returning if entry[0] > now]

    def _hold(self, connection: Any, batch: list[Delivery]) -> None:
        """Put *batch* back to the front and wait, still answering the broker's heartbeats."""
        self._pending.extendleft(reversed(batch))
        self._pending_bytes += sum(len(delivery.body) for delivery in batch)
        deadline = self._clock() + self._outage.next()
        while not self._stopping and (left := deadline - self._clock()) > 0:
            connection.process_data_events(time_limit=min(left, POLL_SECONDS))
            if self._pending_bytes >= HELD_BYTES and not self._cautious:
                raise HeldTooMuch
