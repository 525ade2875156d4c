"""Whatever arrives, reading ends in an event or in a parked message that can be stored."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from events.catalogue import CATALOGUE
from events.delivery import Delivery, Parked, read
from events.errors import Code
from events.exact_json import dumps, loads
from schemas.catalogue import INCOMING
from schemas.generate import examples_of

KEYS = st.sampled_from([kind.type for kind in CATALOGUE]) | st.text(max_size=20)
TEXTS = st.text(st.characters() | st.just("\0") | st.characters(categories=["Cs"]), max_size=20)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXTS
    | st.sampled_from(["1.0", "/mintsoft/acme", "0001-01-01T00:00:00+14:00", *INCOMING])
    | st.datetimes().map(datetime.isoformat)
)
NAMES = st.sampled_from(["specversion", "id", "source", "type", "time", "subject", "data"]) | TEXTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6)
)
HEADER_VALUES = LEAVES | st.binary(max_size=10) | st.datetimes() | st.lists(LEAVES, max_size=2)
HEADERS = st.dictionaries(
    st.tuples(st.sampled_from(["ce-", "cloudEvents:", "cloudEvents_", ""]), NAMES).map("".join),
    HEADER_VALUES,
    max_size=8,
)
EXAMPLES = [
    (name, loads(path.read_bytes())) for name in INCOMING for path in examples_of(name, "pass")
]


def delivery(body: bytes, routing_key: str, headers: dict[str, object]) -> Delivery:
    content_type = None if headers else "application/cloudevents+json"
    return Delivery(1, body, headers, content_type, routing_key, False, 0)


def check(found: object) -> None:
    """A parked message has a foreseen reason, and nothing in it that PostgreSQL refuses."""
    if isinstance(found, Parked):
        assert found.code is not Code.UNEXPECTED, found.reason
        json.dumps(found.headers, allow_nan=False)
        texts = [found.routing_key, found.reason, *texts_of(found.headers)]
        assert not any("\0" in text for text in texts)
        "".join(texts).encode()  # a lone surrogate would raise


def texts_of(value: object) -> list[str]:
    """Every text in a parked header, names included."""
    if isinstance(value, dict):
        return [*value, *(text for member in value.values() for text in texts_of(member))]
    if isinstance(value, list):
        return [text for member in value for text in texts_of(member)]
    return [value] if isinstance(value, str) else []


@given(st.binary(max_size=200), KEYS, HEADERS)
def test_any_bytes(body: bytes, routing_key: str, headers: dict[str, object]) -> None:
    """Bytes of no meaning are parked for a foreseen reason."""
    check(read(delivery(body, routing_key, headers)))


@given(VALUES, KEYS, HEADERS)
def test_any_json(value: Any, routing_key: str, headers: dict[str, object]) -> None:
    """JSON of no meaning too, NaN, NUL and lone surrogates included."""
    check(read(delivery(json.dumps(value).encode(), routing_key, headers)))


BUS_NAMES = st.sampled_from(
    ["messageId", "messageType", "message", "sentTime", "headers", "Message", "Mintsoft-Account"]
)
TYPES = st.sampled_from(["urn:message:X:OrderDispatchedV1", "X.OrderCancelled, X; Y.Z"]) | VALUES
BUS_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "NServiceBus.MessageId": HEADER_VALUES,
        "NServiceBus.EnclosedMessageTypes": TYPES,
        "NServiceBus.TimeSent": HEADER_VALUES,
        "NServiceBus.ContentType": HEADER_VALUES,
        "Mintsoft-Account": HEADER_VALUES,
    },
)


@given(st.dictionaries(BUS_NAMES, TYPES | HEADERS, max_size=7), KEYS, BUS_HEADERS, st.booleans())
def test_any_message_of_a_bus(
    value: dict[str, object], routing_key: str, headers: dict[str, object], masstransit: bool
) -> None:
    """MassTransit's and NServiceBus's envelopes with anything at all in them."""
    content_type = "application/vnd.masstransit+json" if masstransit else None
    body = json.dumps(value, default=str).encode()
    check(read(Delivery(1, body, headers, content_type, routing_key, False, 0)))


@settings(max_examples=200)
@given(st.sampled_from(EXAMPLES), st.data())
def test_real_events_with_one_value_replaced(example: tuple[str, Any], data: Any) -> None:
    """A real event in which one value has become anything at all."""
    name, document = example
    broken = replaced(document, data.draw)
    attributes = {"specversion": "1.0", "id": "1", "source": "/mintsoft/acme", "type": name}
    body = json.dumps({**attributes, "data": broken}, default=float).encode()
    found = read(delivery(body, name, {}))
    check(found)
    if not isinstance(found, Parked):
        assert dumps(loads(found.data_json.encode()))


def replaced(document: Any, draw: Any) -> Any:
    """Return *document* with the value of one member, at any depth, replaced."""
    if not document or not isinstance(document, dict | list) or draw(st.booleans()):
        return draw(VALUES)
    places = sorted(document) if isinstance(document, dict) else range(len(document))
    place = draw(st.sampled_from(places))
    copy = document.copy()
    copy[place] = replaced(document[place], draw)
    return copy
