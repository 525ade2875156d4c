"""Events given by people become messages, checked as the ingress will check them."""

import json as standard_json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from workers.cli.errors import Problem
from workers.cli.session import load_settings

if TYPE_CHECKING:
    from events.envelope import Message

MEMORY = "memory://"


def pieces(text: bytes) -> list[bytes]:
    """Return the JSON documents in *text*: one document, or one a line."""
    stripped = text.strip()
    if not stripped:
        raise Problem("There is no event in the input.")
    try:
        standard_json.loads(stripped)
    except ValueError:
        return [line.strip() for line in stripped.splitlines() if line.strip()]
    return [stripped]


def message_of(
    text: bytes, event_type: str | None, account: str | None, *, force: bool = False
) -> "Message":
    """Return the message that *text* holds, or that carries the bare data in it.

    What is in an envelope goes out byte for byte. Raises Problem when it could not be read, unless
    *force*.
    """
    from events.envelope import Unreadable, decode
    from schemas.catalogue import MINTSOFT_EVENTS
    from workers.cli import given

    found = _parsed(text, force=force)
    if isinstance(found, dict) and given.envelope_of(found) is given.Envelope.BARE:
        return _wrapped(found, event_type, account)
    message = given.message(text, found, event_type)
    key = message.routing_key
    if not force:
        try:
            key = decode(message.body, message.headers, message.content_type, key).type
        except Unreadable as error:
            raise Problem(f"{error.message}.") from None
    if not key:
        raise Problem("--type: needed for what is no CloudEvent, as its routing key.")
    return replace(message, exchange=MINTSOFT_EVENTS, routing_key=key)


def _parsed(text: bytes, *, force: bool) -> object:
    from events.exact_json import NotJson, loads

    try:
        return loads(text)
    except NotJson as error:
        if force:
            return None
        raise Problem(f"The event is no JSON ({error}).") from None


def _wrapped(data: dict[str, object], event_type: str | None, account: str | None) -> "Message":
    """Return bare data of an event in an envelope of its own, with a new id."""
    from pydantic import ValidationError

    from events.catalogue import incoming
    from events.envelope import encode
    from events.errors import explain
    from schemas.catalogue import INCOMING

    if not event_type or not account:
        raise Problem("The input is no CloudEvent: name its --type and --account, or wrap it.")
    kind = incoming(event_type)
    if kind is None:
        raise Problem(f"--type {event_type!r} is not known: {', '.join(INCOMING)}.")
    try:
        model = kind.model.model_validate(data)
    except ValidationError as error:
        raise Problem(f"data of {event_type}: {explain(error)}.") from None
    return encode(
        event_type,
        account=account,
        subject=subject_of(data),
        data=model,
        id=str(uuid4()),
        time=datetime.now(UTC),
    )


def subject_of(data: dict[str, object]) -> str:
    """Return the id of the document that an event's data is about."""
    invoice = data.get("Invoice")
    inner = invoice if isinstance(invoice, dict) else data
    names = ("ID", "OrderId", "InvoiceId", "Id", "ConnectionId")
    return next((str(inner[name]) for name in names if name in inner), "unknown")


def publish(messages: Sequence["Message"]) -> None:
    """Publish *messages* and wait for RabbitMQ's confirmation.

    Raises NotConfirmed, or Problem when there is no broker that others can reach.
    """
    from events.amqp import connect, parameters
    from events.egress import Publisher
    from events.topology import declare

    url = _broker()
    with connect(parameters(url, "cli")) as connection:
        declare(connection.channel())
    with Publisher(url) as publisher:
        publisher.publish_batch(messages)


def bind(exchanges: Sequence[str]) -> None:
    """Let what is published to *exchanges* reach the ingress. Raises AMQPError or Problem."""
    from events import topology
    from events.amqp import connect, parameters

    with connect(parameters(_broker(), "cli")) as connection:
        topology.bind(connection, exchanges)


def _broker() -> str:
    url = load_settings().amqp_url.get_secret_value()
    if url.startswith(MEMORY):
        raise Problem("MX_AMQP_URL is memory://, which only one process sees: set it to RabbitMQ.")
    return url
