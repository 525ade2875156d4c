"""What the sample makers make: messages from Mintsoft, and what must become of each document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from events.envelope import Message
from events.exact_json import dumps
from schemas.catalogue import MINTSOFT_EVENTS

Json = dict[str, Any]

RETAILER = "hartley-finch"
"""Mintsoft account of a shop with several channels: accounting mode."""

RETAIL_CLIENT = 3

WAREHOUSE = "southern-cross"
"""Mintsoft account of a 3PL: fulfilment mode."""


@dataclass(frozen=True, slots=True)
class Expected:
    """How a document must stand in the end; ``total`` is Mintsoft's, in ``currency``.

    The total is gross for an order and net for a 3PL invoice, as Mintsoft has it. ``silent``:
    nobody hears of it, because nobody knew of it before.
    """

    account: str
    kind: str
    mintsoft_id: int
    status: str
    total: Decimal
    currency: str
    code: str | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A document with the messages that bring it, in the order in which they are published."""

    body: Json
    messages: tuple[Message, ...]
    expected: Expected | None


def penny(amount: Decimal) -> Decimal:
    """Return *amount* in hundredths, halves away from zero."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def event(
    event_type: str, account: str, subject: object, data: Mapping[str, Any], moment: datetime
) -> Message:
    """Return the CloudEvent by which Mintsoft tells *data*; its id follows from what it says."""
    event_id = f"{event_type}:{subject}:{moment:%Y%m%dT%H%M%S}"
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/mintsoft/{account}",
        "type": event_type,
        "subject": str(subject),
        "time": moment,
        "datacontenttype": "application/json",
        "data": data,
    }
    return Message(MINTSOFT_EVENTS, event_type, dumps(envelope).encode(), message_id=event_id)


def raw(routing_key: str, body: bytes) -> Message:
    """Return a message with any body."""
    return Message(MINTSOFT_EVENTS, routing_key, body)
