"""Where this service itself brings Mintsoft's events in, as Mintsoft's own services would.

When :meth:`Entrance.publish` returns, RabbitMQ has confirmed every event, or, with ``memory://``,
the ledger has it. One thread publishes at a time; the others wait for seconds, not for ever.
"""

import threading
from collections.abc import Callable, Sequence

from events.delivery import Delivery
from events.egress import NotConfirmed, Publisher
from events.envelope import Message
from workers.broker import MEMORY

PATIENCE = 4.0
"""Seconds for the confirms, and for one's turn: whoever sent a web hook waits for the answer."""

BATCH = 200
"""Events that the intake takes in one transaction."""

Take = Callable[[Sequence[Delivery]], None]

Publish = Callable[[Sequence[Message]], None]
"""Brings events in; returns when they are safe. Raises NotConfirmed."""


class Entrance:
    """Publishes to ``mintsoft.events``. Safe for threads."""

    def __init__(self, amqp_url: str, take: Take, *, patience: float = PATIENCE) -> None:
        in_memory = amqp_url.startswith(MEMORY)
        self._publisher = None if in_memory else Publisher(amqp_url, timeout=patience)
        self._take = take
        self._patience = patience
        self._turn = threading.Lock()

    def publish(self, messages: Sequence[Message]) -> None:
        """Bring *messages* in. Raises NotConfirmed (then they may be published again)."""
        if self._publisher is None:
            hand_over(messages, self._take)
            return
        if not self._turn.acquire(timeout=self._patience):
            raise NotConfirmed(messages, "others are still being published")
        try:
            self._publisher.publish_batch(messages)
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close the connection to RabbitMQ, if there is one."""
        if self._publisher is not None:
            self._publisher.close()


def hand_over(messages: Sequence[Message], take: Take) -> None:
    """Give *messages* to the intake without a broker."""
    for start in range(0, len(messages), BATCH):
        take([delivered(each) for each in messages[start : start + BATCH]])


def delivered(message: Message) -> Delivery:
    """Return *message* as the broker would hand it over."""
    return Delivery(
        0, message.body, message.headers, message.content_type, message.routing_key, False, 0
    )
