"""Every exchange, queue and binding, in one place, so that code and deploy/ can be compared.

Quorum queues, because an event must outlive a broker's disk. ``ingress`` is bound to every
key under the first words of the events we know (``order.#``, ``invoice.#``, ...): a version or
an event that we do not know yet arrives and is parked with the reason, never dropped. It is not
bound to ``#``: Mintsoft's unrelated events (``stock.changed.v1``) would flood it.

The delivery limit is for a message that kills the process which reads it; everything else is
parked in PostgreSQL. What exceeds it goes to ``ingress.dead`` at least once (which asks for
reject-publish) and waits there without expiry. Nothing here is deprecated up to RabbitMQ 4, and
every argument is understood by 3.10. A queue can't change its arguments: a change needs a new name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pika.exceptions import ChannelClosedByBroker

from events.catalogue import CATALOGUE, Direction
from schemas.catalogue import MINTSOFT_EVENTS, XERO_EVENTS

DELIVERY_LIMIT = 20
"""Deliveries before a message counts as one that kills its reader; RabbitMQ 4's own default."""

NOT_FOUND = 404
"""AMQP's reply code for an object that is not there."""

INGRESS = "ingress"
INGRESS_DEAD = "ingress.dead"


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable queue with its arguments."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Binding:
    """Messages of *exchange* whose key matches *routing_key* go to *queue*."""

    exchange: str
    routing_key: str
    queue: str


EXCHANGES: tuple[str, ...] = (MINTSOFT_EVENTS, XERO_EVENTS)
"""Durable topic exchanges."""

QUEUES: tuple[Queue, ...] = (
    Queue(INGRESS_DEAD, {"x-queue-type": "quorum"}),
    Queue(
        INGRESS,
        {
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-overflow": "reject-publish",
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": INGRESS_DEAD,
            "x-dead-letter-strategy": "at-least-once",
        },
    ),
)

_FIRST_WORDS = sorted(
    {kind.type.partition(".")[0] for kind in CATALOGUE if kind.direction is Direction.INCOMING}
)

BINDINGS: tuple[Binding, ...] = tuple(
    Binding(MINTSOFT_EVENTS, f"{word}.#", INGRESS) for word in _FIRST_WORDS
)


def is_bound(routing_key: str) -> bool:
    """Return whether a message with *routing_key* on ``mintsoft.events`` reaches the ingress."""
    return routing_key.partition(".")[0] in _FIRST_WORDS


EXPORTS_ORDERS = "exports.orders"
EXPORTS_INVOICES = "exports.invoices"
IMPORTS_SALES_ORDERS = "imports.sales_orders"
IMPORTS_PURCHASE_ORDERS = "imports.purchase_orders"
POLLS_MINTSOFT = "polls.mintsoft"
TOTALS = "totals"
CONNECTIONS = "connections"
UPKEEP = "upkeep"

WORK_QUEUES: tuple[str, ...] = (
    EXPORTS_ORDERS,
    EXPORTS_INVOICES,
    IMPORTS_SALES_ORDERS,
    IMPORTS_PURCHASE_ORDERS,
    POLLS_MINTSOFT,
    TOTALS,
    CONNECTIONS,
    UPKEEP,
)
"""Queues of wake-ups, one for each actor; Dramatiq declares them."""


def declare(channel: Any) -> None:
    """Declare everything above on a pika *channel*; doing so again changes nothing.

    Raises pika's ChannelClosedByBroker when an object exists with other arguments.
    """
    for exchange in EXCHANGES:
        channel.exchange_declare(exchange, exchange_type="topic", durable=True)
    for queue in QUEUES:
        channel.queue_declare(queue.name, durable=True, arguments=dict(queue.arguments))
    for binding in BINDINGS:
        channel.queue_bind(binding.queue, binding.exchange, binding.routing_key)


def bind(connection: Any, exchanges: Iterable[str]) -> None:
    """Let what is published to *exchanges* go to the ingress, too; once is enough.

    Not done by :func:`declare`, since these exchanges are their publishers': one that is there is
    taken as it is, whatever its kind, and one that is not yet becomes what .NET's message buses
    would declare, a durable fan-out. Raises pika's AMQPError.
    """
    declare(connection.channel())
    for name in exchanges:
        if not _is_there(connection, name):
            connection.channel().exchange_declare(name, exchange_type="fanout", durable=True)
        connection.channel().queue_bind(INGRESS, name, "#")


def _is_there(connection: Any, exchange: str) -> bool:
    try:
        connection.channel().exchange_declare(exchange, passive=True)
    except ChannelClosedByBroker as error:
        if error.reply_code != NOT_FOUND:
            raise
        return False
    return True
