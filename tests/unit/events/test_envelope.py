"""Reading CloudEvents: both modes, every refusal, amounts to the last digit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from events.envelope import MAX_BODY_BYTES, Event, Message, decode, encode
from events.errors import Unreadable
from events.exact_json import dumps
from events.shortcut import OrderHead
from schemas.exports import DocumentPostedV1, Kind
from schemas.orders import OrderCancelledV1

TYPE = "order.cancelled.v1"
DATA = {"OrderId": 7, "ClientId": 3}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STRUCTURED = "application/cloudevents+json; charset=utf-8"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def attributes(**changes: object) -> dict[str, object]:
    """A complete envelope without data, some attributes changed; None leaves one out."""
    all_of_them = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/mintsoft/acme",
        "type": TYPE,
        "subject": "7",
        "time": "2026-11-23T12:00:00Z",
        **changes,
    }
    return {name: value for name, value in all_of_them.items() if value is not None}


def body(data: object = DATA, **changes: object) -> bytes:
    return dumps({**attributes(**changes), "data": data}).encode()


def read(raw: bytes, routing_key: str = TYPE, content_type: str | None = STRUCTURED) -> Event:
    return decode(raw, {}, content_type, routing_key)


def refusal(raw: bytes, routing_key: str = TYPE, content_type: str | None = STRUCTURED) -> str:
    """The code and the message with which *raw* is refused."""
    with pytest.raises(Unreadable) as caught:
        read(raw, routing_key, content_type)
    return f"{caught.value.code}: {caught.value.message}"


def test_a_structured_event_is_read_whole() -> None:
    """Every attribute arrives, the account is taken from the source."""
    assert read(body(traceparent=TRACE)) == Event(
        id="e-1",
        source="/mintsoft/acme",
        type=TYPE,
        subject="7",
        time=NOON,
        data=OrderCancelledV1(order_id=7, client_id=3),
        data_json='{"OrderId":7,"ClientId":3}',
        account="acme",
        traceparent=TRACE,
    )


@pytest.mark.parametrize("prefix", ["cloudEvents:", "cloudEvents_", "ce-", "CE-"])
@pytest.mark.parametrize("moment", [NOON, 1795435200, "2026-11-23T12:00:00.0000000Z"])
def test_binary_mode_is_read_with_every_prefix_and_form_of_time(
    prefix: str, moment: object
) -> None:
    """The same event in headers is the same event."""
    headers = {f"{prefix}{name}": value for name, value in attributes(time=moment).items()}
    event = decode(dumps(DATA).encode(), headers, "application/json", TYPE)
    assert event == read(body())


def test_binary_headers_of_bytes_and_foreign_headers_do_no_harm() -> None:
    """AMQP clients write texts as bytes too; trace context may be a plain header."""
    headers: dict[str, object] = {f"ce-{n}": str(v).encode() for n, v in attributes().items()}
    headers |= {"x-delivery-count": 3, "traceparent": TRACE, "x-death": [{"count": 1}]}
    assert decode(dumps(DATA).encode(), headers, None, TYPE).traceparent == TRACE


@pytest.mark.parametrize("content_type", [None, "application/json", "application/octet-stream"])
def test_a_structured_body_is_read_whatever_it_is_called(content_type: str | None) -> None:
    """A publisher that forgot the content type is not punished."""
    assert read(body(), content_type=content_type).id == "e-1"


def test_what_cloudevents_leaves_optional_may_be_missing() -> None:
    """Subject and time may be absent where the data names the document and its version."""
    data = {"Kind": "order", "Id": 7}
    raw = body(subject=None, time=None, type="export.requested.v1", data=data)
    event = decode(raw, {}, None, "export.requested.v1")
    assert (event.subject, event.time) == (None, None)


def test_a_withdrawal_needs_its_time() -> None:
    """Without it nobody can tell it from a later version of the document."""
    with pytest.raises(Unreadable, match="time: missing"):
        read(body(time=None))


@pytest.mark.parametrize(
    "raw",
    [
        b' {"data" : {"OrderId":7, "ClientId":3 } ,"x":[1,{"data":2}], %s} ',
        b'{%s,"data":{"OrderId":7, "ClientId":3 }\n}',
        b'{"data":{"OrderId":1}, %s ,"data"\t: {"OrderId":7, "ClientId":3 }}',
        b'{%s,"d\\u0061ta":{"OrderId":7, "ClientId":3 }}',
        b'{"data":"no", %s ,"data": {"OrderId":7, "ClientId":3 }}',
        b'{"data":"no", %s ,"d\\u0061ta": {"OrderId":7, "ClientId":3 }}',
        b'{%s,"data":{"OrderId":1},"data":{"OrderId":7, "ClientId":3 }}',
    ],
)
def test_the_text_of_the_data_is_kept_as_it_was_written(raw: bytes) -> None:
    """Wherever the data stands, its text is cut out unchanged; of two the last counts."""
    event = read(raw % dumps(attributes()).encode()[1:-1])
    assert event.data_json.startswith('{"OrderId":7, "ClientId":3 }')
    assert event.data == OrderCancelledV1(order_id=7, client_id=3)


@pytest.mark.parametrize(
    "text", ["0.1", "4.16666666666666666666666667", "99999999999.99", "-0.10", "1E+2", "12"]
)
def test_amounts_are_read_to_the_last_digit(text: str) -> None:
    """The Decimal is the text's own, not the nearest float's."""
    data = f'{{"ID":1,"ClientId":3,"OrderNumber":"A","LastUpdated":"2026-11-20T14:03:23",\
"TotalOrderGross":{text}}}'
    envelope = dumps(attributes(type="order.dispatched.v1"))[:-1]
    event = read(f'{envelope},"data":{data}}}'.encode(), "order.dispatched.v1")
    assert isinstance(event.data, OrderHead)
    assert str(event.data.total_gross) == str(Decimal(text))
    assert event.data_json == data


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "not-json: body: not JSON"),
        (b"<xml/>", "not-json: body: not JSON"),
        (b"\xff\xfe", "not-json: body: not JSON"),
        (b'{"a":NaN}', "not-json: body: not JSON"),
        (b'{"a":"\\ud800"}', "not-json: body: not JSON"),
        (b'{"a":"\xed\xa0\x80"}', "not-json: body: not JSON"),
        (b"[" * 5000, "not-json: body: nests too deep"),
        (b"[]", "not-cloudevent: body: the JSON is not an object"),
        (b"{}", "not-cloudevent: specversion: None; it must be the text '1.0'"),
        (b"7", "not-cloudevent: body: the JSON is not an object"),
        (b" " * (MAX_BODY_BYTES + 1), "too-large: body: 1048577 bytes, at most 1048576"),
        (body({"a": "x\0y"}), "not-storable: body: a text contains the NUL character"),
        (body({"x\0": 1}), "not-storable: body: a text contains the NUL character"),
        (b'{"a":1e999999999}', "not-storable: body: a number has more than 8000 digits"),
        (b'{"a":1e-99999}', "not-storable: body: a number has more than 8000 digits"),
        (b'{"a":0.%s}' % (b"3" * 9000), "not-storable: body: a number has more than 8000"),
    ],
)
def test_a_body_that_is_no_event_is_refused(raw: bytes, expected: str) -> None:
    """Each refusal has its code and says what is wrong with the body."""
    assert refusal(raw).startswith(expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"specversion": "0.3"}, "not-cloudevent: specversion: '0.3'; it must be the text '1.0'"),
        ({"specversion": 1}, "not-cloudevent: specversion: 1; it must be"),
        ({"id": None}, "attribute: id: missing"),
        ({"id": ""}, "attribute: id: ''; it must be a text that is not empty"),
        ({"id": 5}, "attribute: id: 5; it must be a text"),
        ({"id": "x" * 256}, "attribute: id: 256 characters; shorten it to 255"),
        ({"subject": " "}, "attribute: subject: ' '; it must be a text that is not empty"),
        ({"source": None}, "attribute: source: missing"),
        ({"source": "/shopify/acme"}, "wrong-source: source: '/shopify/acme'; it must be /mintso"),
        ({"source": "/mintsoft/"}, "wrong-source: source: '/mintsoft/'; it must be"),
        ({"source": "/mintsoft/a/b"}, "wrong-source: source: '/mintsoft/a/b'; it must be"),
        ({"source": "/mintsoft/a\n"}, "wrong-source: source: '/mintsoft/a\\n'; it must be"),
        ({"type": None}, "attribute: type: missing"),
        ({"type": "order.dispatched.v1"}, "wrong-key: type: 'order.dispatched.v1' came with the"),
        ({"time": "noon"}, "attribute: time: 'noon'; write RFC 3339"),
        ({"time": True}, "attribute: time: True; write RFC 3339"),
        ({"time": "0001-01-01T00:00:00+23:00"}, "attribute: time: '0001-01-01T00:00:00+23:00'"),
        ({"time": 10**20}, "attribute: time: 100000000000000000000; write RFC 3339"),
        ({"datacontenttype": "text/xml"}, "attribute: datacontenttype: 'text/xml'; publish the"),
    ],
)
def test_a_wrong_attribute_is_refused_by_name(changes: dict[str, object], expected: str) -> None:
    """The message names the attribute, its value and the remedy."""
    assert refusal(body(**changes)).startswith(expected)


@pytest.mark.parametrize("event_type", ["order.dispatched.v2", "document.posted.v1", "order.x"])
def test_an_unknown_type_is_refused_as_such(event_type: str) -> None:
    """New versions, our own events and inventions are not known on this exchange."""
    message = refusal(body(type=event_type), event_type)
    assert message.startswith(f"unknown-type: type: '{event_type}' is not known here; see")


def test_a_batch_or_another_format_is_refused() -> None:
    """One event a message."""
    message = refusal(b"[]", content_type="application/cloudevents-batch+json")
    assert message.startswith("not-cloudevent: content type: 'application/cloudevents-batch+json'")


def test_missing_and_encoded_data_are_refused() -> None:
    """The documents come as JSON."""
    raw = dumps({**attributes(), "data_base64": "e30="}).encode()
    assert refusal(raw).startswith("wrong-data: data: missing; publish the document as JSON")
    assert "OrderId: Field required" in refusal(body({}))
    assert "data: Input should be" in refusal(body(None))


def test_wrong_data_is_explained_without_repeating_anybodys_name() -> None:
    """Numbers are shown, texts are not; many defects are counted."""
    data: dict[str, Any] = {
        "ID": -4,
        "ClientId": "Zoë Hartley",
        "OrderNumber": ["secret"],
        "LastUpdated": "Seán",
        "TotalOrderGross": None,
        "PIIRemoved": "perhaps",
    }
    message = refusal(body(data, type="order.dispatched.v1"), "order.dispatched.v1")
    assert "ID: Input should be greater than 0, got -4; ClientId: " in message
    assert "ClientId: " in message
    assert "got a text of 11 characters" in message
    assert "; and 1 more; see the event's JSON Schema" in message
    assert not any(secret in message for secret in ("Zoë", "Zo\\xeb", "secret", "Seán"))


def test_what_we_write_is_structured_json_with_exact_numbers() -> None:
    """The body of an outgoing event, to the byte."""
    posted = DocumentPostedV1(
        connection_id=UUID(int=1), kind=Kind.ORDER, mintsoft_id=7, xero_id=UUID(int=2),
        xero_number="MS-7", xero_url="https://go.xero.com/x", total=Decimal("44.60"),
        currency_code="GBP", warnings=[],
    )  # fmt: skip
    moment = NOON.astimezone(timezone(timedelta(hours=2)))
    message = encode(
        "document.posted.v1", account="acme", subject="7", data=posted, id="o-1", time=moment
    )
    assert message == Message(
        "xero.events",
        "document.posted.v1",
        b'{"specversion":"1.0","id":"o-1","source":"/mintsoft-xero/acme",'
        b'"type":"document.posted.v1","subject":"7","time":"2026-11-23T12:00:00Z",'
        b'"datacontenttype":"application/json","data":{'
        b'"ConnectionId":"00000000-0000-0000-0000-000000000001","Kind":"order","MintsoftId":7,'
        b'"XeroId":"00000000-0000-0000-0000-000000000002","XeroNumber":"MS-7",'
        b'"XeroUrl":"https://go.xero.com/x","Total":44.60,"CurrencyCode":"GBP","Warnings":[]}}',
        "application/cloudevents+json",
        "o-1",
    )


def test_what_is_written_as_mintsoft_would_is_read_again() -> None:
    """Demos and tests publish with the same code that reads."""
    data = OrderCancelledV1(order_id=7, client_id=3)
    sent = encode(TYPE, account="acme", subject="7", data=data, id="e-1", time=NOON)
    event = decode(sent.body, {}, sent.content_type, sent.routing_key)
    assert (event.data, event.account, event.time) == (data, "acme", NOON)


def test_encoding_refuses_what_would_be_unreadable() -> None:
    """An unknown type, another event's data, a time without a zone."""
    data = OrderCancelledV1(order_id=7, client_id=3)
    with pytest.raises(ValueError, match="not in the catalogue"):
        encode("order.lost.v1", account="a", subject="7", data=data, id="1", time=NOON)
    with pytest.raises(TypeError, match="carries OrderDispatchedV1"):
        encode("order.dispatched.v1", account="a", subject="7", data=data, id="1", time=NOON)
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"):
        encode(TYPE, account="a", subject="7", data=data, id="1", time=naive)
