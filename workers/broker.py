"""Dramatiq over quorum queues, for wake-ups.

Dramatiq 2.2.1 declares classic queues only; two private methods are overridden here, so its
version is pinned and ``tests/integration/test_broker.py`` proves the queues' types. There is no
Retries middleware: a wake-up that fails or is lost is replaced by the sweep, because the
ledger, not the broker, knows what is due.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any

import dramatiq
import structlog
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.common import xq_name
from dramatiq.errors import BrokerError
from dramatiq.middleware import Middleware, ShutdownNotifications
from pika.exceptions import AMQPError

from events import tls, topology
from events.amqp import Nodes
from workers.metrics import meters
from workers.store.wakeups import Wakeup

log = structlog.get_logger(__name__)

MEMORY = "memory://"
"""Keeps wake-ups in this process: for a demo where no RabbitMQ can be had, and unit tests."""

SEVEN_DAYS_MS = 7 * 24 * 3600 * 1000


DEAD_ARGUMENTS: dict[str, Any] = {"x-queue-type": "quorum", "x-message-ttl": SEVEN_DAYS_MS}
"""Of a queue of wake-ups that were given up."""


def work_arguments(queue: str) -> dict[str, Any]:
    """Return the arguments of a queue of wake-ups, and of the one for its delayed wake-ups."""
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": xq_name(queue),
    }


class Meter(Middleware):
    """Counts and times wake-ups. A message is handled by the thread that began with it."""

    def __init__(self) -> None:
        self._began = threading.local()

    def before_process_message(
        self, _broker: dramatiq.Broker, _message: dramatiq.MessageProxy
    ) -> None:
        self._began.at = time.monotonic()

    def after_process_message(
        self,
        _broker: dramatiq.Broker,
        message: dramatiq.MessageProxy,
        *,
        result: object = None,  # noqa: ARG002  named by Dramatiq
        exception: BaseException | None = None,
    ) -> None:
        outcome = "done" if exception is None else "failed"
        meters.WAKEUPS.labels(message.queue_name, outcome).inc()
        seconds = time.monotonic() - self._began.at
        meters.WAKEUP_SECONDS.labels(message.queue_name).observe(seconds)


class QuorumBroker(RabbitmqBroker):
    """A broker whose queues outlive the loss of a node, as its connections do.

    Dramatiq would try a cluster's nodes in the same order each time, and so hold every connection
    at the first, and return to one that takes connections and serves nobody.
    """

    def __init__(self, url: str, **more: Any) -> None:
        self._nodes = Nodes(url, "worker")
        super().__init__(**more)

    @property
    def parameters(self) -> list[Any]:
        """The nodes, as Dramatiq asks for them before each connection."""
        return self._nodes.turn()

    @parameters.setter
    def parameters(self, _: object) -> None:
        """Dramatiq's own list of them is not used."""

    def _build_queue_arguments(self, queue_name: str) -> dict[str, Any]:
        return work_arguments(queue_name)

    def _declare_xq_queue(self, queue_name: str) -> Any:
        return self.channel.queue_declare(
            queue=xq_name(queue_name),
            durable=True,
            arguments=DEAD_ARGUMENTS,
        )


def open_broker(amqp_url: str, extra: Sequence[Middleware] = ()) -> dramatiq.Broker:
    """Return the broker at *amqp_url*; nothing is connected before it is used."""
    middleware: list[Middleware] = [ShutdownNotifications(), Meter(), *extra]
    if amqp_url.startswith(MEMORY):
        return StubBroker(middleware=middleware)
    return QuorumBroker(amqp_url, confirm_delivery=True, middleware=middleware)


ACTOR_OF: dict[str, str] = {
    topology.EXPORTS_ORDERS: "export_orders",
    topology.EXPORTS_INVOICES: "export_invoices",
    topology.IMPORTS_SALES_ORDERS: "import_sales_orders",
    topology.IMPORTS_PURCHASE_ORDERS: "import_purchase_orders",
    topology.POLLS_MINTSOFT: "poll_mintsoft",
    topology.TOTALS: "read_totals",
    topology.CONNECTIONS: "tend_connection",
    topology.UPKEEP: "tag_orders",
}
"""The actor that serves each queue: one queue, one actor, so that each can stop by itself."""


class Waker:
    """Puts wake-ups on their queues, each confirmed by the broker."""

    def __init__(self, broker: dramatiq.Broker) -> None:
        self._broker = broker

    def __call__(self, wakeups: Sequence[Wakeup]) -> None:
        """Send *wakeups*. One that can't be sent is logged; the sweep sends it again."""
        for wakeup in wakeups:
            try:
                self._broker.enqueue(message_of(wakeup))
            except (BrokerError, AMQPError, OSError) as error:  # of TLS pika raises OSErrors
                meters.UNSENT_WAKEUPS.inc()
                log.warning("wakeup.not_sent", queue=wakeup.queue, error=tls.trouble(error))


def message_of(wakeup: Wakeup) -> dramatiq.Message[None]:
    """Return the message that says no more than that a connection has work."""
    return dramatiq.Message(
        queue_name=wakeup.queue,
        actor_name=ACTOR_OF[wakeup.queue],
        args=(str(wakeup.connection_id),),
        kwargs={},
        options={},
    )
