"""Events in the envelopes of .NET's message buses: MassTransit and NServiceBus.

All that is agreed with their publishers is declared here, and told in ``docs/publishing.md``:

- *Which event it is* follows from the name of the .NET type, whatever its namespace:
  ``OrderDispatchedV1`` is ``order.dispatched.v1``, ``OrderDispatched`` its first version, and an
  ``I`` before it makes it the interface. Of several types the first that we know counts, so that
  a type which is derived from ours is read as ours.
- *Whose it is* says the header ``Mintsoft-Account``, or else the field ``Account`` of the message.
- *Its id and time* are the message's own: an id has to stay the same when a message is sent again.

The data follows the same schemas, in any case of its names (:mod:`events.member_names`). JSON
alone is read. The routing key says nothing, because both buses publish through an exchange of
each type; a key that is another event's is refused all the same.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from events.catalogue import incoming
from events.errors import Code, Unreadable, quoted
from events.exact_json import member_text
from events.member_names import names_of, renamed, renamed_text
from events.wrapped import Wrapped, header_text, parsed
from schemas.catalogue import INCOMING

MASSTRANSIT = "application/vnd.masstransit+json"
ACCOUNT_HEADER = "Mintsoft-Account"
ACCOUNT_FIELD = "Account"
NAMESPACE = "Mintsoft.Events"
"""Of the types whose exchanges are bound unless others are named; any other is read as well."""

_BOM = b"\xef\xbb\xbf"
_JSON = re.compile(r"(application|text)/([a-z0-9.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
_SENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d):(\d{1,6}) Z")
"""NServiceBus has a form of its own: 2026-11-23 09:30:00:123456 Z."""
_OUTER = re.compile(r"^.*[.:+/]")
"""What stands before a type's own name: scheme, namespace, the class around it."""


def type_name(event_type: str) -> str:
    """Return the .NET name of an event: ``OrderDispatchedV1`` for ``order.dispatched.v1``."""
    return "".join(word.capitalize() for word in re.split(r"[.-]", event_type))


TYPE_NAMES: Mapping[str, str] = MappingProxyType(
    {type_name(each).removesuffix("V1"): each for each in INCOMING if each.endswith(".v1")}
    | {type_name(each): each for each in INCOMING}
)
"""Names of .NET types, and the events they are."""

TYPE_EXCHANGES: tuple[str, ...] = tuple(f"{NAMESPACE}:{type_name(each)}" for each in INCOMING)
"""The fan-out exchanges that both buses publish such types to."""


def unwrapped(
    body: bytes, headers: Mapping[str, object], content_type: str | None
) -> Wrapped | None:
    """Return what a message of MassTransit or NServiceBus carries, None for any other.

    Raises Unreadable.
    """
    if (content_type or "").lower().startswith("application/vnd.masstransit"):
        return _masstransit(body, headers, content_type or "")
    own = {name.lower(): header_text(value) for name, value in headers.items()}
    return _nservicebus(body, own, content_type) if _is_nservicebus(own) else None


def _is_nservicebus(headers: Mapping[str, object]) -> bool:
    return "nservicebus.enclosedmessagetypes" in headers or "nservicebus.messageid" in headers


def _masstransit(body: bytes, headers: Mapping[str, object], content_type: str) -> Wrapped:
    _check_json(content_type, "content type")
    envelope = parsed(body)
    if not isinstance(envelope, dict):
        raise Unreadable(
            Code.NOT_CLOUDEVENT,
            "body: the JSON is not an object; publish with MassTransit's own envelope",
        )
    own = {name.lower(): (name, value) for name, value in envelope.items()}
    inner = _lowered(_member(own, "headers"))
    event_type = _known(_member(own, "messagetype"), "messageType")
    name, message = own.get("message", ("message", None))
    text = member_text(body.decode(), name)
    carried = {**_lowered(headers), **inner}
    attributes = {
        "id": _member(own, "messageid"),
        "time": _member(own, "senttime"),
        "traceparent": carried.get("traceparent") or carried.get("mt-activity-id"),
    }
    return _wrapped(event_type, attributes, carried, message, text)


def _nservicebus(body: bytes, headers: Mapping[str, object], content_type: str | None) -> Wrapped:
    said = headers.get("nservicebus.contenttype")
    if said or content_type not in (None, "", "application/octet-stream"):
        _check_json(str(said or content_type), "content type")
    types = str(headers.get("nservicebus.enclosedmessagetypes") or "").split(";")
    event_type = _known(
        [each.partition(",")[0] for each in types], "NServiceBus.EnclosedMessageTypes"
    )
    bare = body.removeprefix(_BOM)
    data = parsed(bare)
    attributes = {
        "id": headers.get("nservicebus.messageid"),
        "time": _iso(headers.get("nservicebus.timesent")),
        "traceparent": headers.get("traceparent"),
    }
    return _wrapped(event_type, attributes, headers, data, bare.decode().strip())


def _wrapped(
    event_type: str,
    attributes: Mapping[str, object],
    headers: Mapping[str, object],
    data: object,
    text: str | None,
) -> Wrapped:
    account = _account(headers, data)
    names = names_of(INCOMING[event_type])
    return Wrapped(
        {**attributes, "type": event_type, "source": f"/mintsoft/{account}"},
        renamed(data, names),
        None if text is None else renamed_text(text, names),
        keyed=False,
    )


def _member(envelope: Mapping[str, tuple[str, object]], name: str) -> object:
    return envelope.get(name, (name, None))[1]


def _lowered(headers: object) -> dict[str, object]:
    """Headers by their names in lower case: no two publishers agree."""
    if not isinstance(headers, Mapping):
        return {}
    return {str(name).lower(): header_text(value) for name, value in headers.items()}


def _check_json(content_type: str, field: str) -> None:
    if not _JSON.fullmatch(content_type):
        raise Unreadable(
            Code.ATTRIBUTE,
            f"{field}: {quoted(content_type)}; publish with a serialiser that writes JSON",
        )


def _known(names: object, field: str) -> str:
    listed = [names] if isinstance(names, str) else names
    given = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    found = next(_events(given), None)
    if found is None:
        raise Unreadable(
            Code.UNKNOWN_TYPE,
            f"{field}: {quoted(names)} names no event that is known here; "
            f"call the type {', '.join(map(type_name, INCOMING))}, or replay it after an upgrade",
        )
    return found


def _events(names: list[str]) -> Iterator[str]:
    for name in names:
        own = _OUTER.sub("", name.strip())
        event_type = TYPE_NAMES.get(own) or TYPE_NAMES.get(own.removeprefix("I"))
        if event_type and incoming(event_type):
            yield event_type


def _account(headers: Mapping[str, object], data: object) -> str:
    named = headers.get(ACCOUNT_HEADER.lower())
    if named is None and isinstance(data, dict):
        named = next((v for k, v in data.items() if k.lower() == ACCOUNT_FIELD.lower()), None)
    if isinstance(named, str) and named:
        return named
    raise Unreadable(
        Code.WRONG_SOURCE,
        f"{ACCOUNT_HEADER}: {quoted(named)}; name the Mintsoft account in this header "
        f"or in the message's field {ACCOUNT_FIELD}",
    )


def _iso(sent: object) -> object:
    found = _SENT.fullmatch(sent) if isinstance(sent, str) else None
    return f"{found[1]}T{found[2]}.{found[3]}Z" if found else sent
