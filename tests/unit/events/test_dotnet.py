"""Messages of MassTransit and NServiceBus become the events they are, or say why not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import dotnet
from events.envelope import Event, decode
from events.errors import Unreadable
from events.exact_json import dumps, loads
from events.member_names import names_of, renamed, renamed_text
from schemas.catalogue import INCOMING
from schemas.generate import examples_of
from schemas.orders import OrderCancelledV1

ID = "3f1c7a4e-9a52-4f7d-8b52-b3a900f0a1c2"
DATA = {"orderId": 7, "clientId": 3}
URN = "urn:message:Mintsoft.Events:OrderCancelledV1"
ENCLOSED = "Mintsoft.Events.OrderCancelledV1, Mintsoft.Events, Version=1.0.0.0, Culture=neutral"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SENT = datetime(2026, 11, 23, 9, 30, 0, 123456, tzinfo=UTC)


def masstransit(**changes: object) -> Event:
    """A message of MassTransit's, read; None leaves a member out."""
    envelope = {
        "messageId": ID,
        "messageType": [URN],
        "message": DATA,
        "sentTime": "2026-11-23T09:30:00.1234560Z",
        "headers": {"Mintsoft-Account": "acme", "traceparent": TRACE},
        **changes,
    }
    kept = {name: value for name, value in envelope.items() if value is not None}
    return decode(dumps(kept).encode(), {}, dotnet.MASSTRANSIT, "")


def nservicebus(body: bytes = dumps(DATA).encode(), key: str = "", **changes: object) -> Event:
    """A message of NServiceBus's, read; a header's name without its prefix, None: left out."""
    headers: dict[str, object] = {
        "NServiceBus.MessageId": ID,
        "NServiceBus.EnclosedMessageTypes": ENCLOSED,
        "NServiceBus.TimeSent": "2026-11-23 09:30:00:123456 Z",
        "NServiceBus.ContentType": "application/json",
        "Mintsoft-Account": b"acme",
        "traceparent": TRACE,
        **{name.replace("_", "."): value for name, value in changes.items()},
    }
    kept = {name: value for name, value in headers.items() if value is not None}
    return decode(body, kept, "application/json", key)


@pytest.mark.parametrize("read", [masstransit, nservicebus])
def test_both_envelopes_carry_the_same_event(read: Any) -> None:
    """Id, account, time, trace and data arrive; the text has the contract's names."""
    assert read() == Event(
        id=ID,
        source="/mintsoft/acme",
        type="order.cancelled.v1",
        subject=None,
        time=SENT,
        data=OrderCancelledV1(order_id=7, client_id=3),
        data_json='{"OrderId":7,"ClientId":3}',
        account="acme",
        traceparent=TRACE,
    )


@pytest.mark.parametrize(
    ("name", "event_type"),
    [
        ("urn:message:Mintsoft.Events:OrderCancelledV1", "order.cancelled.v1"),
        ("urn:message:Acme.Contracts:OrderCancelled", "order.cancelled.v1"),
        ("urn:message:OrderCancelled", "order.cancelled.v1"),
        ("urn:message:Mintsoft.Events:IOrderCancelledV1", "order.cancelled.v1"),
        ("urn:message:Mintsoft:Outer+OrderCancelledV1", "order.cancelled.v1"),
    ],
)
def test_a_type_is_known_by_its_own_name(name: str, event_type: str) -> None:
    """Whatever its namespace; without a version it is the first; an interface counts."""
    assert masstransit(messageType=["urn:message:X:Base", name]).type == event_type


def test_a_type_derived_from_ours_is_read_as_ours() -> None:
    """Both buses list the types that a message is; the first that is known counts."""
    newer = ENCLOSED.replace("V1", "V9") + ";" + ENCLOSED
    assert nservicebus(NServiceBus_EnclosedMessageTypes=newer).type == "order.cancelled.v1"


def test_every_event_has_names_and_an_exchange() -> None:
    """The list that publishers go by."""
    assert set(dotnet.TYPE_NAMES.values()) == set(INCOMING)
    assert "Mintsoft.Events:InvoiceFinalisedV1" in dotnet.TYPE_EXCHANGES
    assert len(dotnet.TYPE_EXCHANGES) == len(INCOMING)


@pytest.mark.parametrize("name", ["Account", "account"])
def test_the_account_may_stand_in_the_message(name: str) -> None:
    """Where no header names it; the header counts before the field."""
    told = {**DATA, name: "other"}
    assert masstransit(message=told, headers=None).account == "other"
    assert masstransit(message=told).account == "acme"


def test_names_of_any_case_and_a_byte_order_mark_are_read() -> None:
    """As .NET's serialisers are set; the text stays as it was but for the names."""
    bare = b'\xef\xbb\xbf{"ORDERID": 7, "client\\u0049d": 3, "reason": "\\"orderId\\" : x"} '
    event = nservicebus(bare)
    assert event.data == OrderCancelledV1(order_id=7, client_id=3, reason='"orderId" : x')
    assert event.data_json == '{"OrderId": 7, "ClientId": 3, "Reason": "\\"orderId\\" : x"}'


@pytest.mark.parametrize("key", ["", "ingress", "Mintsoft-Events-OrderCancelledV1"])
def test_the_routing_key_may_be_the_publishers(key: str) -> None:
    """Their exchanges tell the types apart; only another event's key is refused."""
    assert nservicebus(key=key).type == "order.cancelled.v1"
    with pytest.raises(Unreadable, match="came with the routing key"):
        nservicebus(key="order.dispatched.v1")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"messageId": None}, "attribute: id: missing"),
        ({"sentTime": None}, "attribute: time: missing; order.cancelled.v1 needs it"),
        ({"sentTime": "noon"}, "attribute: time: 'noon'; write RFC 3339"),
        ({"headers": {}}, "wrong-source: Mintsoft-Account: None; name the Mintsoft account in"),
        ({"headers": {"Mintsoft-Account": "a b"}}, "wrong-source: source: '/mintsoft/a b'; it"),
        ({"messageType": None}, "unknown-type: messageType: None names no event"),
        ({"messageType": ["urn:message:X:OrderLost"]}, "unknown-type: messageType: ['urn:mess"),
        ({"messageType": {"a": 1}}, "unknown-type: messageType: {'a': 1} names no event"),
        ({"message": None}, "wrong-data: data: missing"),
        ({"message": {"orderId": 7}}, "wrong-data: data of order.cancelled.v1: ClientId: Field"),
        ({"message": {"orderId": 1, "OrderId": 2}}, "wrong-data: OrderId: stands there twice"),
        ({"message": [DATA]}, "wrong-data: data of order.cancelled.v1: data: Input should be"),
    ],
)
def test_what_masstransit_left_out_is_named(changes: dict[str, object], expected: str) -> None:
    """Each refusal names the field, the value and the remedy."""
    with pytest.raises(Unreadable) as caught:
        masstransit(**changes)
    assert f"{caught.value.code}: {caught.value.message}".startswith(expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"NServiceBus_MessageId": None}, "attribute: id: missing"),
        ({"NServiceBus_EnclosedMessageTypes": None}, "unknown-type: NServiceBus.EnclosedMessage"),
        ({"NServiceBus_ContentType": "text/xml"}, "attribute: content type: 'text/xml'; publish"),
        ({"body": b"<Order/>"}, "not-json: body: not JSON"),
        ({"body": b'"x"'}, "wrong-data: data of order.cancelled.v1: data: Input should be"),
    ],
)
def test_what_nservicebus_left_out_is_named(changes: dict[str, Any], expected: str) -> None:
    """XML, the bus's older way, is refused as such."""
    with pytest.raises(Unreadable) as caught:
        nservicebus(**changes)
    assert f"{caught.value.code}: {caught.value.message}".startswith(expected)


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/vnd.masstransit+bson", b"{}", "attribute: content type: "),
        ("application/vnd.masstransit+json", b"[]", "not-cloudevent: body: the JSON is not an"),
    ],
)
def test_masstransits_other_forms_are_refused(
    content_type: str, body: bytes, expected: str
) -> None:
    """Only its JSON envelope is read."""
    with pytest.raises(Unreadable) as caught:
        decode(body, {}, content_type, "")
    assert f"{caught.value.code}: {caught.value.message}".startswith(expected)


@pytest.mark.parametrize("event_type", INCOMING)
def test_every_example_is_read_in_camel_case(event_type: str) -> None:
    """To the same data and the same text as the CloudEvent with the contract's names."""
    for path in examples_of(event_type, "pass"):
        exact = loads(path.read_bytes())
        attributes = {"specversion": "1.0", "id": ID, "source": "/mintsoft/acme"}
        plain = dumps({**attributes, "type": event_type, "time": SENT, "data": exact}).encode()
        urn = f"urn:message:X:{dotnet.type_name(event_type)}"
        event = masstransit(messageType=[urn], message=camel_case(exact))
        direct = decode(plain, {}, None, event_type)
        assert event.data == direct.data, path.name
        kept = INCOMING[event_type].model_validate(loads(event.data_json.encode()), by_name=False)
        assert kept == INCOMING[event_type].model_validate(exact), path.name


def camel_case(value: Any) -> Any:
    """As System.Text.Json writes it: the capitals at the beginning become small."""
    if isinstance(value, dict):
        return {_camel(name): camel_case(member) for name, member in value.items()}
    return [camel_case(each) for each in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    capitals = len(name) - len(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    end = capitals if capitals in (0, 1, len(name)) else capitals - 1
    return name[:end].lower() + name[end:]


NAMES = names_of(INCOMING["order.dispatched.v1"])
SOME = st.sampled_from(["id", "SKU", "sKu", "orderNumber", "other", 'a"b', "\\", "ü"])
VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=8) | SOME,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SOME, inner, max_size=4),
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_text_and_value_are_renamed_alike(value: Any, ascii_only: bool, indent: int | None) -> None:
    """However a text is written, its new text has the new value, or both are refused."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    try:
        expected = renamed(value, NAMES)
    except Unreadable:
        return
    assert loads(renamed_text(text, NAMES).encode()) == expected


def test_one_events_names_differ_in_more_than_case() -> None:
    """Else a name in small letters could mean two."""
    for model in INCOMING.values():
        schema = model.model_json_schema()
        parts = [schema, *schema.get("$defs", {}).values()]
        assert set(names_of(model).values()) == {n for p in parts for n in p.get("properties", ())}
