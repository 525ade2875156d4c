"""How an event is wrapped in an AMQP 0-9-1 message: CloudEvents 1.0, read and written.

:func:`decode` either returns an event whose data fits its schema and can be stored, or raises
:class:`events.errors.Unreadable` (its tree is drawn there); nothing else ever leaves it, so no
body can stop the ingress. Written is structured JSON; read are structured JSON and binary mode
with every header prefix seen in the wild, and what .NET's message buses wrap
(:mod:`events.dotnet`). Why not the CloudEvents SDK:
``docs/decisions/0002-own-cloudevents-decoding.md``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from events import dotnet, shortcut
from events.catalogue import Direction, EventType, incoming, outgoing
from events.errors import Code, Unreadable, defects_of, explain, quoted
from events.exact_json import dumps, last_member_text, loads, member_text, utc_text
from events.shortcut import OrderHead, head_of
from events.wrapped import Wrapped, header_text, parsed
from schemas.orders import OrderDispatchedV1
from schemas.values import MintsoftModel, as_utc

__all__ = ["Code", "Event", "Message", "Unreadable", "decode", "encode", "loads"]

MAX_BODY_BYTES = 1024 * 1024
"""A thousand-line order takes 400 KB; beyond 1 MiB a body costs the whole batch its memory."""

MAX_ATTRIBUTE_CHARACTERS = 255
"""Attributes are keys in the inbox: PostgreSQL's index rows end at 2,700 bytes."""

STRUCTURED = "application/cloudevents+json"
BINARY_PREFIXES = ("cloudevents:", "cloudevents_", "ce-")
"""Header prefixes in lower case: CloudEvents binds to AMQP 1.0 only, so publishers differ."""

OUR_SOURCE = "/mintsoft-xero/"
MINTSOFT_SOURCE = "/mintsoft/"
_SOURCE = re.compile(r"/mintsoft/([A-Za-z0-9][A-Za-z0-9._-]{0,99})")
_JSON_TYPE = re.compile(r"(application|text)/([a-z0-9.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Event:
    """An event from Mintsoft that could be read.

    ``data_json`` is the JSON text of the data exactly as received. ``subject`` and ``time``
    (UTC) are None when the publisher left them out, which CloudEvents allows. ``account`` is
    the Mintsoft account of ``source``. Of a dispatched order ``data``
    is its head: the ledger keeps the text.
    """

    id: str
    source: str
    type: str
    subject: str | None
    time: datetime | None
    data: MintsoftModel | OrderHead
    data_json: str
    account: str
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """What goes on the wire: a body and the AMQP properties that matter. Always persistent."""

    exchange: str
    routing_key: str
    body: bytes
    content_type: str = STRUCTURED
    message_id: str | None = None
    headers: Mapping[str, object] = field(default_factory=dict)


def decode(
    body: bytes, headers: Mapping[str, object], content_type: str | None, routing_key: str
) -> Event:
    """Return the event in an AMQP message. Raises Unreadable and nothing else."""
    if len(body) > MAX_BODY_BYTES:
        raise Unreadable(
            Code.TOO_LARGE,
            f"body: {len(body)} bytes, at most {MAX_BODY_BYTES} are read; "
            "publish the document without attachments",
        )
    if (
        routing_key == shortcut.TYPE
        and content_type == STRUCTURED
        and (taken := shortcut.read(body))
    ):
        return _from_shortcut(taken, headers)
    wrapped = _unwrap(body, headers, content_type)
    kind = _known_type(wrapped, routing_key)
    source, account = _source(wrapped.attributes)
    return Event(
        id=_required(wrapped.attributes, "id"),
        source=source,
        type=kind.type,
        subject=_optional(wrapped.attributes, "subject"),
        time=_time_of(kind, wrapped.attributes),
        data=_data(kind, wrapped),
        data_json=wrapped.data_json or "",
        account=account,
        traceparent=_traceparent(wrapped.attributes, headers),
    )


def _from_shortcut(taken: shortcut.Taken, headers: Mapping[str, object]) -> Event:
    source, account = _source({"source": taken.source})
    return Event(
        id=taken.id,
        source=source,
        type=shortcut.TYPE,
        subject=taken.subject,
        time=_time(taken.time),
        data=taken.order,
        data_json=taken.data_json,
        account=account,
        traceparent=_traceparent({"traceparent": taken.traceparent}, headers),
    )


def is_readable(message: Message) -> bool:
    """Return whether :func:`decode` takes *message*, which is one of Mintsoft's events."""
    try:
        decode(message.body, message.headers, message.content_type, message.routing_key)
    except Unreadable:
        return False
    return True


def _unwrap(body: bytes, headers: Mapping[str, object], content_type: str | None) -> Wrapped:
    if (content_type or "").lower().startswith("application/cloudevents"):
        return _structured(body, content_type)
    if attributes := _binary_attributes(headers):
        return _binary(body, attributes, content_type)
    return dotnet.unwrapped(body, headers, content_type) or _structured(body, None)


def _binary_attributes(headers: Mapping[str, object]) -> dict[str, object]:
    attributes: dict[str, object] = {}
    for name, value in headers.items():
        lowered = name.lower()
        for prefix in BINARY_PREFIXES:
            if lowered.startswith(prefix):
                attributes[lowered.removeprefix(prefix)] = header_text(value)
    return attributes


def _binary(body: bytes, attributes: Mapping[str, object], content_type: str | None) -> Wrapped:
    _check_spec_version(attributes)
    _check_data_type(content_type or attributes.get("datacontenttype"))
    return Wrapped(attributes, parsed(body), body.decode().strip())


def _structured(body: bytes, content_type: str | None) -> Wrapped:
    if content_type and not content_type.lower().startswith(STRUCTURED):
        raise Unreadable(
            Code.NOT_CLOUDEVENT,
            f"content type: {quoted(content_type)}; publish one event a message as {STRUCTURED}",
        )
    envelope = parsed(body)
    if not isinstance(envelope, dict):
        raise Unreadable(
            Code.NOT_CLOUDEVENT,
            "body: the JSON is not an object; publish a CloudEvents 1.0 message in structured mode",
        )
    _check_spec_version(envelope)
    _check_data_type(envelope.get("datacontenttype"))
    text = body.decode()
    is_last = next(reversed(envelope)) == "data"
    data_json = (is_last and last_member_text(text)) or member_text(text, "data")
    return Wrapped(envelope, envelope.get("data"), data_json)


def _check_spec_version(attributes: Mapping[str, object]) -> None:
    version = attributes.get("specversion")
    if version != "1.0":
        raise Unreadable(
            Code.NOT_CLOUDEVENT,
            f"specversion: {quoted(version)}; it must be the text '1.0' (CloudEvents 1.0)",
        )


def _check_data_type(content_type: object) -> None:
    if content_type is None or _JSON_TYPE.fullmatch(str(content_type)):
        return
    raise Unreadable(
        Code.ATTRIBUTE, f"datacontenttype: {quoted(content_type)}; publish the data as JSON"
    )


def _required(attributes: Mapping[str, object], name: str) -> str:
    value = _optional(attributes, name)
    if value is None:
        raise Unreadable(Code.ATTRIBUTE, f"{name}: missing; every event needs a non-empty {name}")
    return value


def _optional(attributes: Mapping[str, object], name: str) -> str | None:
    value = attributes.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value.strip() and "\0" not in value:
        if len(value) <= MAX_ATTRIBUTE_CHARACTERS:
            return value
        raise Unreadable(
            Code.ATTRIBUTE,
            f"{name}: {len(value)} characters; shorten it to {MAX_ATTRIBUTE_CHARACTERS}",
        )
    raise Unreadable(
        Code.ATTRIBUTE, f"{name}: {quoted(value)}; it must be a text that is not empty"
    )


def _known_type(wrapped: Wrapped, routing_key: str) -> EventType:
    name = _required(wrapped.attributes, "type")
    if name != routing_key and (wrapped.keyed or incoming(routing_key)):
        raise Unreadable(
            Code.WRONG_KEY,
            f"type: {quoted(name)} came with the routing key {quoted(routing_key)}; "
            "publish an event with its type as routing key",
        )
    kind = incoming(name)
    if kind is None:
        raise Unreadable(
            Code.UNKNOWN_TYPE,
            f"type: {quoted(name)} is not known here; "
            "see schemas/asyncapi.yaml, or replay it after an upgrade",
        )
    return kind


def _source(attributes: Mapping[str, object]) -> tuple[str, str]:
    source = _required(attributes, "source")
    match = _SOURCE.fullmatch(source)
    if match is None:
        raise Unreadable(
            Code.WRONG_SOURCE,
            f"source: {quoted(source)}; it must be /mintsoft/<account>, "
            "the account in letters, digits, '.', '_' and '-'",
        )
    return source, match[1]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _time_of(kind: EventType, attributes: Mapping[str, object]) -> datetime | None:
    moment = _time(attributes.get("time"))
    if moment is None and kind.needs_time:
        raise Unreadable(
            Code.ATTRIBUTE,
            f"time: missing; {kind.type} needs it, to tell it from a later version of the document",
        )
    return moment


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        if isinstance(value, datetime):
            return as_utc(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return _EPOCH + timedelta(seconds=value)
        if isinstance(value, str):
            return as_utc(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        pass
    raise Unreadable(
        Code.ATTRIBUTE, f"time: {quoted(value)}; write RFC 3339, such as 2026-11-23T09:30:00Z"
    )


def _data(kind: EventType, wrapped: Wrapped) -> MintsoftModel | OrderHead:
    if wrapped.data_json is None:
        raise Unreadable(
            Code.WRONG_DATA, "data: missing; publish the document as JSON in 'data', not encoded"
        )
    try:
        data = kind.model.model_validate(wrapped.data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise Unreadable(
            Code.WRONG_DATA,
            f"data of {kind.type}: {explain(error)}; see the event's JSON Schema",
            defects_of(error),
        ) from None
    return head_of(data) if isinstance(data, OrderDispatchedV1) else data


def _traceparent(attributes: Mapping[str, object], headers: Mapping[str, object]) -> str | None:
    """Return the W3C trace context, if a well-formed one came along; a bad one is no defect."""
    value = attributes.get("traceparent") or header_text(headers.get("traceparent"))
    return value if isinstance(value, str) and _TRACEPARENT.fullmatch(value) else None


def encode(
    event_type: str,
    *,
    account: str,
    subject: str,
    data: MintsoftModel,
    id: str,  # noqa: A002  the attribute's name in CloudEvents
    time: datetime,
    traceparent: str | None = None,
) -> Message:
    """Return one of our events (or, for tests and demos, one of Mintsoft's) as a message.

    The source follows from *account* and the direction. Raises ValueError for an unknown type
    or a time without a zone, TypeError when *data* is not the event's model.
    """
    kind = outgoing(event_type) or incoming(event_type)
    if kind is None:
        raise ValueError(f"event_type: {event_type!r} is not in the catalogue")
    if not isinstance(data, kind.model):
        raise TypeError(f"data: {event_type} carries {kind.model.__name__}, not {type(data)}")
    text = dumps(data.model_dump(by_alias=True))
    return _wrapped(kind, account, subject, text, id, time, traceparent)


def encode_as_given(
    event_type: str,
    *,
    account: str,
    subject: str,
    data_json: str,
    id: str,  # noqa: A002  the attribute's name in CloudEvents
    time: datetime,
) -> Message:
    """Return one of Mintsoft's events with the JSON text that Mintsoft gave, unjudged.

    The ingress judges it like any other, and parks what it can't read. Raises ValueError for an
    unknown type or a time without a zone.
    """
    kind = incoming(event_type)
    if kind is None:
        raise ValueError(f"event_type: {event_type!r} is no event of Mintsoft's")
    return _wrapped(kind, account, subject, data_json, id, time, None)


def _wrapped(
    kind: EventType,
    account: str,
    subject: str,
    data_json: str,
    event_id: str,
    time: datetime,
    traceparent: str | None,
) -> Message:
    prefix = OUR_SOURCE if kind.direction is Direction.OUTGOING else MINTSOFT_SOURCE
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"{prefix}{account}",
        "type": kind.type,
        "subject": subject,
        "time": utc_text(time),
        "datacontenttype": "application/json",
        **({"traceparent": traceparent} if traceparent else {}),
    }
    body = f'{dumps(envelope)[:-1]},"data":{data_json}}}'
    return Message(kind.exchange, kind.routing_key, body.encode(), message_id=event_id)
