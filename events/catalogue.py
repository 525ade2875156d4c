"""Every event with its way through RabbitMQ.

The routing key is the event's type, version included, so a consumer binds to exactly the
versions it can read. Types and models come from :mod:`schemas.catalogue` and are said nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.catalogue import INCOMING, MINTSOFT_EVENTS, OUTGOING, XERO_EVENTS
from schemas.values import MintsoftModel

Model = type[MintsoftModel]

_WITHDRAWALS = frozenset({"order.cancelled.v1", "invoice.unconfirmed.v1"})
"""Whether they come before or after their document is told by the envelope's time alone."""


class Direction(StrEnum):
    """Seen from us."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


@dataclass(frozen=True, slots=True)
class EventType:
    """One event and version: the model of its data and the exchange it is published on."""

    type: str
    model: Model
    direction: Direction
    exchange: str

    @property
    def routing_key(self) -> str:
        """The AMQP routing key: the type itself."""
        return self.type

    @property
    def needs_time(self) -> bool:
        """Whether the envelope's time is needed: a withdrawal carries no LastUpdated."""
        return self.type in _WITHDRAWALS


def _entries(
    models: Mapping[str, Model], direction: Direction, exchange: str
) -> dict[str, EventType]:
    return {name: EventType(name, model, direction, exchange) for name, model in models.items()}


_INCOMING = _entries(INCOMING, Direction.INCOMING, MINTSOFT_EVENTS)
_OUTGOING = _entries(OUTGOING, Direction.OUTGOING, XERO_EVENTS)

CATALOGUE: tuple[EventType, ...] = (*_INCOMING.values(), *_OUTGOING.values())


def incoming(event_type: str) -> EventType | None:
    """Return the event that Mintsoft publishes as *event_type*, None when we know none."""
    return _INCOMING.get(event_type)


def outgoing(event_type: str) -> EventType | None:
    """Return the event that we publish as *event_type*, None when we know none."""
    return _OUTGOING.get(event_type)
