"""How many messages our queues hold and how many read them, as RabbitMQ says.

A queue is asked for without being made (passive declaration), so that looking changes nothing.
What readers hold unacknowledged is not in the figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pika.exceptions import AMQPError, ChannelClosedByBroker

from events.amqp import connect, hang_up, parameters
from events.topology import QUEUES, WORK_QUEUES

NOT_FOUND = 404
"""AMQP's reply code for a queue that nobody has made yet."""

ASKED_AGAIN = 20
"""Looks after which a queue is asked for again that was not there: pika warns of each miss."""

WATCHED: tuple[str, ...] = (*(queue.name for queue in QUEUES), *WORK_QUEUES)


@dataclass(frozen=True, slots=True)
class Depth:
    """What one queue holds."""

    queue: str
    messages: int
    consumers: int


class Depths:
    """Looks at queues by a connection that opens at first use; it belongs to one thread."""

    def __init__(self, url: str) -> None:
        self._parameters = parameters(url, "watch")
        self._connection: Any = None
        self._missing: dict[str, int] = {}

    def look(self, queues: Sequence[str] = WATCHED) -> list[Depth]:
        """Return how deep those of *queues* are that exist. Raises AMQPError."""
        try:
            return self._look(queues)
        except AMQPError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        hang_up(connection)

    def _look(self, queues: Sequence[str]) -> list[Depth]:
        if self._connection is None:
            self._connection = connect(self._parameters)
        channel = self._connection.channel()
        found = []
        for queue in queues:
            if self._is_missing(queue):
                continue
            try:
                declared = channel.queue_declare(queue, passive=True).method
            except ChannelClosedByBroker as closed:
                if closed.reply_code != NOT_FOUND:
                    raise
                self._missing[queue] = ASKED_AGAIN
                channel = self._connection.channel()  # the broker closes one that asks in vain
                continue
            found.append(Depth(queue, declared.message_count, declared.consumer_count))
        channel.close()
        return found

    def _is_missing(self, queue: str) -> bool:
        """Whether a queue was not there some looks ago, and is not to be asked for just now."""
        self._missing[queue] = left = max(self._missing.get(queue, 0) - 1, 0)
        return left > 0
