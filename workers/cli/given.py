"""Messages in files, in whatever envelope: told apart by their members alone.

A whole message is as RabbitMQ's management interface gives it (``payload``, ``properties``,
``routing_key``), which is the only way to keep one whose meaning lies in its headers. Its payload
may be the text, the text in base64, or JSON as such.
"""

import base64
import binascii
from collections.abc import Mapping
from enum import StrEnum

from events.dotnet import MASSTRANSIT
from events.envelope import STRUCTURED, Message
from events.exact_json import member_text
from schemas.catalogue import MINTSOFT_EVENTS
from workers.cli.errors import Problem


class Envelope(StrEnum):
    """What a file holds."""

    CLOUDEVENT = "CloudEvents"
    MASSTRANSIT = "MassTransit"
    WHOLE = "a whole message"
    BARE = "bare data"


def envelope_of(found: object) -> Envelope:
    """Return what kind of envelope a JSON value is; what is no object is taken for a CloudEvent."""
    if not isinstance(found, dict) or "specversion" in found:
        return Envelope.CLOUDEVENT
    names = {name.lower() for name in found}
    if {"payload", "properties"} <= names:
        return Envelope.WHOLE
    return Envelope.MASSTRANSIT if {"messagetype", "message"} <= names else Envelope.BARE


def message(text: bytes, found: object, event_type: str | None) -> Message:
    """Return the message in *text*, whose value is *found*; *event_type* is its routing key.

    Raises Problem for a whole message whose parts are not as RabbitMQ gives them.
    """
    match envelope_of(found):
        case Envelope.WHOLE if isinstance(found, dict):
            return _whole(text, found, event_type)
        case Envelope.MASSTRANSIT:
            return Message(MINTSOFT_EVENTS, event_type or "", text, MASSTRANSIT)
    own = found.get("type") if isinstance(found, dict) else None
    return Message(MINTSOFT_EVENTS, event_type or str(own or ""), text, STRUCTURED)


def _whole(text: bytes, found: Mapping[str, object], event_type: str | None) -> Message:
    properties = found["properties"]
    if not isinstance(properties, dict):  # the management interface writes [] for none
        properties = {}
    headers = properties.get("headers") or {}
    if not isinstance(headers, dict):
        raise Problem("properties.headers: no object; write the headers by their names.")
    return Message(
        MINTSOFT_EVENTS,
        event_type or str(found.get("routing_key") or ""),
        _payload(text, found),
        str(properties.get("content_type") or ""),
        headers=headers,
    )


def _payload(text: bytes, found: Mapping[str, object]) -> bytes:
    payload = found["payload"]
    if not isinstance(payload, str):
        return (member_text(text.decode(), "payload") or "").encode()
    if found.get("payload_encoding") != "base64":
        return payload.encode()
    try:
        return base64.b64decode(payload, validate=True)
    except binascii.Error as error:
        raise Problem(f"payload: no base64 ({error}); or leave payload_encoding out.") from None
