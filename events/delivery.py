"""A message as RabbitMQ handed it over, and reading it without ever raising.

What can't be read becomes :class:`Parked`: everything that is needed to look at it and to
replay it, in a form PostgreSQL can store (texts without NUL, headers that are JSON).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from events.envelope import Event, decode
from events.errors import Code, Unreadable
from schemas.values import as_utc


class Delivery(NamedTuple):
    """One delivery. ``delivery_count``: how often it came before, by RabbitMQ's own count."""

    tag: int
    body: bytes
    headers: Mapping[str, object]
    content_type: str | None
    routing_key: str
    redelivered: bool
    delivery_count: int


@dataclass(frozen=True, slots=True)
class Parked:
    """A message that can't be read: to be kept with its reason until it is replayed."""

    code: Code
    reason: str
    body: bytes
    headers: Mapping[str, object]
    content_type: str | None
    routing_key: str


def read(delivery: Delivery) -> Event | Parked:
    """Return the event in *delivery*, or why there is none. Never raises."""
    try:
        return decode(delivery.body, delivery.headers, delivery.content_type, delivery.routing_key)
    except Unreadable as error:
        return parked(delivery, error.code, error.message)
    except Exception as error:  # a defect of ours must not stop the queue
        return parked(
            delivery,
            Code.UNEXPECTED,
            f"reading failed with {type(error).__name__}; report it, replay after the repair",
        )


def parked(delivery: Delivery, code: Code, reason: str) -> Parked:
    """Return *delivery* as it is kept for people, with why it could not be taken."""
    return Parked(
        code=code,
        reason=reason,
        body=delivery.body,
        headers={_text(name): storable(value) for name, value in delivery.headers.items()},
        content_type=delivery.content_type and _text(delivery.content_type),
        routing_key=_text(delivery.routing_key),
    )


def storable(value: object) -> object:
    """Return a value of an AMQP header as JSON that PostgreSQL can store."""
    match value:
        case None | bool() | int():
            return value
        case bytes():
            return _text(value.decode("utf-8", "backslashreplace"))
        case datetime():
            return as_utc(value).isoformat()
        case Mapping():
            return {_text(str(name)): storable(member) for name, member in value.items()}
        case list() | tuple():
            return [storable(member) for member in value]
    return _text(str(value))


def _text(value: str) -> str:
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
