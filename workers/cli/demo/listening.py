"""Hears what the fleet says on ``xero.events``, to compare it with what came about."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Protocol

QUEUE = "mintsoft-xero.demo"

EXPIRES_MS = 600_000
"""The queue goes by itself when a demo was killed."""


class Listener(Protocol):
    """Counts distinct events by type."""

    def heard(self) -> Counter[str]:
        """Return how many distinct events of each type there were so far."""


class QueueListener:
    """A queue bound to everything on ``xero.events``; emptied whenever somebody asks."""

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url
        self._types: dict[str, str] = {}
        self._with_channel(self._declare)

    def heard(self) -> Counter[str]:
        """Return how many distinct events of each type there were so far."""
        self._with_channel(self._drain)
        return Counter(self._types.values())

    def _with_channel(self, act: Callable[[Any], None]) -> None:
        from pika import BlockingConnection

        from events.amqp import parameters

        with BlockingConnection(parameters(self._url, "demo")) as connection:
            act(connection.channel())

    @staticmethod
    def _declare(channel: Any) -> None:
        from events.topology import declare
        from schemas.catalogue import XERO_EVENTS

        declare(channel)
        channel.queue_delete(QUEUE)
        channel.queue_declare(QUEUE, durable=True, arguments={"x-expires": EXPIRES_MS})
        channel.queue_bind(QUEUE, XERO_EVENTS, "#")

    def _drain(self, channel: Any) -> None:
        while True:
            method, _, body = channel.basic_get(QUEUE, auto_ack=True)
            if method is None:
                return
            self._types |= types([body])


class MemoryListener:
    """Where there is no broker: what the relay kept."""

    def __init__(self, bodies: Callable[[], Iterable[bytes]]) -> None:
        self._bodies = bodies

    def heard(self) -> Counter[str]:
        """Return how many distinct events of each type there were so far."""
        return Counter(types(self._bodies()).values())


def types(bodies: Iterable[bytes]) -> dict[str, str]:
    """Return the type of each event by its id."""
    envelopes = map(json.loads, bodies)
    return {each["id"]: each["type"] for each in envelopes}
