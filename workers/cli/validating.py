"""What the ingress would do with a message, told before anybody publishes it."""

import json as standard_json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from events.envelope import Event, Unreadable, decode
from events.errors import Code, Defect, defects_of, explain
from events.exact_json import NotJson, loads
from schemas.catalogue import INCOMING
from workers.cli import given
from workers.cli.given import Envelope

WOULD = {
    "order.dispatched.v1": "The order is exported to Xero by the connection of its client.",
    "order.cancelled.v1": "The order is withdrawn if it has not been sent; else a person is told.",
    "invoice.finalised.v1": "The invoice is exported to Xero by the account's connection.",
    "invoice.unconfirmed.v1": "The invoice is withdrawn if not sent; else a person is told.",
    "export.requested.v1": "The document is exported now, or as soon as it has come.",
    "connection.revoked.v1": "The connection is disconnected; its documents stay.",
}
"""What follows for an event that some connection wants; all others are counted and ignored."""

REMEDIES = {
    "missing": "add the field",
    "greater_than": "send an id of Mintsoft's, a positive whole number",
    "string_type": "send a text",
    "string_too_short": "send a text that is not empty",
    "string_too_long": "shorten the text",
    "decimal_type": "send a JSON number",
    "decimal_parsing": "send a JSON number, not words",
    "int_type": "send a whole number",
    "int_parsing": "send a whole number",
    "int_from_float": "send a whole number",
    "datetime_from_date_parsing": "write ISO 8601, such as 2026-11-23T09:30:00Z",
    "datetime_parsing": "write ISO 8601, such as 2026-11-23T09:30:00Z",
    "list_type": "send a list",
    "model_type": "send an object",
    "model_attributes_type": "send an object",
    "uuid_parsing": "send a UUID",
}
OTHERWISE = "compare it with the event's JSON Schema"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One defect: where, what, and what to do."""

    field: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of one message; ``code`` is that of the parked message, None: accepted."""

    envelope: str
    type: str | None
    account: str | None
    id: str | None
    code: str | None
    what: str
    wrong: tuple[Wrong, ...] = ()


def verdict(text: bytes, event_type: str | None) -> Verdict:
    """Return what would become of the message in *text*; *event_type* is for bare data.

    Raises Problem for bare data without a type, and for a whole message that is none.
    """
    try:
        found = loads(text)
    except NotJson as error:
        return _refused("none", Unreadable(Code.NOT_JSON, f"body: {error}; publish JSON"))
    kind = given.envelope_of(found)
    if kind is Envelope.BARE and event_type:
        return _of_data(found, event_type)
    if kind is Envelope.BARE:
        kind = Envelope.CLOUDEVENT  # judged as what the ingress would take it for
    message = given.message(text, found, event_type)
    try:
        event = decode(message.body, message.headers, message.content_type, message.routing_key)
    except Unreadable as error:
        return _refused(kind, error)
    return _accepted(kind, event)


def _accepted(kind: str, event: Event) -> Verdict:
    return Verdict(kind, event.type, event.account, event.id, None, WOULD[event.type])


def _of_data(data: object, event_type: str) -> Verdict:
    from pydantic import ValidationError

    try:
        INCOMING[event_type].model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        words = f"data of {event_type}: {explain(error)}"
        return _refused(Envelope.BARE, Unreadable(Code.WRONG_DATA, words, defects_of(error)))
    return Verdict(Envelope.BARE, event_type, None, None, None, WOULD[event_type])


def _refused(kind: str, error: Unreadable) -> Verdict:
    wrong = tuple(map(_of_defect, error.defects)) or (_of_message(error.message),)
    return Verdict(kind, None, None, None, error.code, "It is parked, and a person is told.", wrong)


def _of_defect(defect: Defect) -> Wrong:
    got = "" if defect.got is None else f", got {defect.got}"
    remedy = REMEDIES.get(defect.kind, OTHERWISE)
    if defect.spelt is not None:
        remedy = f"call it {defect.field.rpartition('.')[2]}, not {defect.spelt}"
    return Wrong(defect.field, f"{defect.problem}{got}", remedy)


def _of_message(message: str) -> Wrong:
    """Every refusal reads ``field: value; remedy``."""
    field, _, rest = message.partition(": ")
    problem, _, remedy = rest.partition("; ")
    return Wrong(field, problem, remedy or OTHERWISE)


def pieces(text: bytes) -> Iterator[bytes]:
    """Yield the messages in a file: one, one a line, or a list of whole ones."""
    from workers.cli import publishing

    for each in publishing.pieces(text):
        yield from _listed(each)


def _listed(text: bytes) -> Iterator[bytes]:
    """As RabbitMQ's management interface gives several, whose payloads are texts."""
    try:
        found: Any = standard_json.loads(text, parse_float=Decimal)
    except ValueError:
        found = None
    whole = isinstance(found, list) and all(
        given.envelope_of(each) is Envelope.WHOLE and isinstance(each["payload"], str)
        for each in found
    )
    if found and whole:
        yield from (standard_json.dumps(each, default=str).encode() for each in found)
    else:
        yield text
