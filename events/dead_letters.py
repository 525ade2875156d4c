"""Empties the queue ``ingress.dead``, so that nothing waits where nobody looks.

What lands there was handed out as often as the broker allows and ended, or defeated, its reader
each time. Its body is not read here: it is handed on whole, with the key it was published under
and what the broker says about its death, and acknowledged once it is safe. Killed in between, it
is handed on twice, which a person sees and which harms nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from events.amqp import connect, hang_up, parameters
from events.delivery import Delivery, Parked, parked
from events.errors import Code
from events.topology import DELIVERY_LIMIT, INGRESS_DEAD, declare

Keep = Callable[[Sequence[Parked]], None]
"""Makes messages safe; must have committed when it returns."""

BATCH = 20
"""Messages at once: they are rare, and the largest are a megabyte."""


class DeadLetters:
    """A reader of ``ingress.dead`` that connects at first use; it belongs to one thread."""

    def __init__(self, url: str, keep: Keep) -> None:
        self._parameters = parameters(url, "dead letters")
        self._keep = keep
        self._connection: Any = None
        self._channel: Any = None

    def once(self) -> int:
        """Hand on one batch and return its size. Raises AMQPError, and what *keep* raises."""
        try:
            return self._turn(self._open())
        except Exception:  # what was taken and not kept goes back to the queue
            self.close()
            raise

    def close(self) -> None:
        """Close the connection, if there is one; unacknowledged messages go back."""
        connection, self._connection, self._channel = self._connection, None, None
        hang_up(connection)

    def _open(self) -> Any:
        if self._channel is None:
            self._connection = connect(self._parameters)
            self._channel = self._connection.channel()
            declare(self._channel)
        return self._channel

    def _turn(self, channel: Any) -> int:
        found: list[Delivery] = []
        while len(found) < BATCH and (delivery := _next(channel)) is not None:
            found.append(delivery)
        if found:
            self._keep([buried(each) for each in found])
            channel.basic_ack(found[-1].tag, multiple=True)
        return len(found)


def _next(channel: Any) -> Delivery | None:
    method, properties, body = channel.basic_get(INGRESS_DEAD)
    if method is None:
        return None
    return Delivery(
        method.delivery_tag,
        body,
        properties.headers or {},
        properties.content_type,
        method.routing_key,
        method.redelivered,
        0,
    )


def buried(delivery: Delivery) -> Parked:
    """Return a dead letter as it is kept for people: its own key, how it died, how to revive it."""
    death = _death(delivery.headers)
    own = delivery._replace(routing_key=_own_key(death, delivery.routing_key))
    return parked(own, Code.DELIVERY_LIMIT, _why(death))


def _death(headers: Mapping[str, object]) -> Mapping[str, object]:
    deaths = headers.get("x-death")
    first = deaths[0] if isinstance(deaths, list) and deaths else None
    return first if isinstance(first, Mapping) else {}


def _own_key(death: Mapping[str, object], otherwise: str) -> str:
    keys = death.get("routing-keys")
    return str(keys[0]) if isinstance(keys, list) and keys else otherwise


def _why(death: Mapping[str, object]) -> str:
    if death.get("reason") == "delivery_limit":
        return (
            f"it was delivered {DELIVERY_LIMIT} times and ended or defeated its reader each time; "
            "look for its time in the log of the ingress, report it, replay it after the repair"
        )
    return (
        f"RabbitMQ gave it up ({death.get('reason') or 'it says no reason'}); "
        "replay it once the cause is gone"
    )
