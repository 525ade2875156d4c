"""Messages that nobody meant to send: bytes, any JSON, valid events with one thing wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import strategies as st

from events.delivery import Delivery
from schemas.catalogue import INCOMING
from tests.support.documents import dispatched, finalised, invoice, order

RAW = "@raw@"
"""Stands in an event where a piece of JSON text is put that no serializer would write."""

NASTY = (
    "1e400",
    "-1E+9999",
    "1e-99999",
    "9" * 5000,
    "0." + "0" * 9000 + "1",
    "NaN",
    "Infinity",
    "9223372036854775808",
    "-1",
    "1.5",
    '"\\u0000"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"0001-01-01T00:00:00+14:00"',
    '"9999-12-31T23:59:59-14:00"',
    '"' + "x" * 5000 + '"',
    "[" * 150 + "]" * 150,
    "[" * 3000 + "]" * 3000,
    '{"a":' * 300 + "1" + "}" * 300,
    '{"ID": 1, "ID": 2}',
    "null",
    "true",
    '""',
    "",
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
json_texts = values.map(lambda value: json.dumps(value).encode())

KEYS = (*INCOMING, "order.dispatched.v2", "order.#", "invoice.", "export.requested.v1 ")
routing_keys = st.sampled_from(KEYS) | st.text(max_size=40).map(lambda rest: f"order.{rest}")
content_types = st.sampled_from(
    (None, "application/json", "application/cloudevents+json", "application/cloudevents-batch+json")
) | st.text(max_size=30)

names = st.text(min_size=1, max_size=20)
wire_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
"""What a header can be on its way through RabbitMQ."""

attributes = st.sampled_from(("id", "source", "type", "specversion", "time", "subject"))
prefixes = st.sampled_from(("cloudEvents:", "cloudEvents_", "ce-"))
header_names = names | st.builds(str.__add__, prefixes, attributes)
headers = st.dictionaries(header_names, wire_values, max_size=6)
wild_headers = st.dictionaries(
    header_names,
    wire_values | st.binary(max_size=20) | st.floats() | st.datetimes() | st.decimals(),
    max_size=6,
)


def _valid(number: int) -> list[tuple[str, dict[str, Any]]]:
    """Events of two types that could be read, as dictionaries of JSON."""
    found = [dispatched(order(number), event_id=f"f-{number}")]
    found += [finalised(invoice(number), event_id=f"g-{number}")]
    return [(each.routing_key, json.loads(each.body)) for each in found]


def _paths(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for name, member in _members(value):
        yield from _paths(member, (*path, name))


def _members(value: object) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _replaced(value: dict[str, Any], path: tuple[Any, ...], text: str) -> bytes:
    changed = copy.deepcopy(value)
    parent: Any = changed
    for name in path[:-1]:
        parent = parent[name]
    parent[path[-1]] = RAW
    return json.dumps(changed).replace(f'"{RAW}"', text).encode()


@st.composite
def mutated(draw: st.DrawFn) -> tuple[bytes, str]:
    """A valid event in which one member, anywhere, has become something else."""
    key, envelope = draw(st.sampled_from(_valid(draw(st.integers(10**9, 10**9 + 10**6)))))
    path = draw(st.sampled_from(list(_paths(envelope))))
    text = draw(st.sampled_from(NASTY) | values.map(json.dumps))
    return _replaced(envelope, path, text), key


def _delivery(body: bytes, key: str, header: dict[str, Any], content_type: str | None) -> Delivery:
    return Delivery(0, body, header, content_type, key, False, 0)


def deliveries(header: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Delivery]:
    """Messages of every bad kind, with headers drawn from *header*."""
    bodies = st.binary(max_size=200) | json_texts
    return st.builds(_delivery, bodies, routing_keys, header, content_types) | st.builds(
        lambda event, header, kind: _delivery(event[0], event[1], header, kind),
        mutated(),
        header,
        st.just("application/cloudevents+json") | content_types,
    )
