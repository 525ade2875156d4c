"""What the short cut takes, the long way takes with the same result; the rest it leaves alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from events import envelope, shortcut
from events.envelope import STRUCTURED, Event, decode
from events.errors import Unreadable
from events.exact_json import dumps, loads
from schemas.generate import examples_of
from schemas.mintsoft import Channel, Currency, OrderItem
from schemas.orders import OrderDispatchedV1
from tests.bench.samples import message, orders
from tests.unit.events.test_fuzz import replaced

EXAMPLES = [loads(path.read_bytes()) for path in examples_of(shortcut.TYPE, "pass")]
SAMPLES = [message(each, "1").body for each in orders(1, 30, 3)]


@dataclass(frozen=True)
class Refused:
    """The code of an event that can't be read."""

    code: str


def short(body: bytes) -> Event | Refused | None:
    """The short cut's word; None when it leaves the judgement to the long way."""
    taken = shortcut.read(body)
    if taken is None:
        return None
    return outcome(lambda: envelope._from_shortcut(taken, {}))


def long(body: bytes) -> Event | Refused:
    """The long way's word: without its content type the short cut is not tried."""
    return outcome(lambda: decode(body, {}, f"{STRUCTURED}; charset=utf-8", shortcut.TYPE))


def outcome(read: Any) -> Event | Refused:
    try:
        found: Event = read()
    except Unreadable as error:
        return Refused(error.code)
    return found


def wrapped(data: Any, **attributes: Any) -> bytes:
    """An envelope around *data*, as JSON that hides nothing behind escapes."""
    around = {"specversion": "1.0", "id": "1", "source": "/mintsoft/acme", "type": shortcut.TYPE}
    body = {**around, **attributes, "data": data}
    return json.dumps(body, default=float, ensure_ascii=False).encode(errors="surrogatepass")


def agree(body: bytes) -> bool:
    """Whether the short cut took *body*; what it says is then what the long way says."""
    said = short(body)
    if said is not None:
        assert said == long(body)
    return said is not None


@pytest.mark.parametrize("body", SAMPLES)
def test_real_orders_take_the_short_cut(body: bytes) -> None:
    """Otherwise it would be of no use, and the tests below of no meaning."""
    assert agree(body)


@pytest.mark.parametrize("data", EXAMPLES)
def test_the_examples_of_the_contract(data: Any) -> None:
    """Each example that passes is read alike, whichever way it goes."""
    agree(dumps_of(data))


def dumps_of(data: Any) -> bytes:
    around = {"specversion": "1.0", "id": "1", "source": "/mintsoft/acme", "type": shortcut.TYPE}
    return dumps({**around, "data": data}).encode()


def order(**changes: Any) -> dict[str, Any]:
    base = {
        "ID": 7,
        "ClientId": 3,
        "OrderNumber": "A-7",
        "LastUpdated": "2026-11-20T14:03:23",
        "TotalOrderGross": 12.5,
        "OrderItems": [{"SKU": "MUG", "Quantity": 1, "Price": 10.42}],
    }
    return {**base, **changes}


ODD = {
    "space around the number": order(OrderNumber=" A-7"),
    "a number of nothing but space": order(OrderNumber="  "),
    "no number": order(OrderNumber=""),
    "no-break space around it": order(OrderNumber="\u00a0A-7"),
    "a currency with spaces": order(Currency={"Code": " GBP "}),
    "amount as text": order(TotalOrderGross="12.50"),
    "amount as odd text": order(TotalOrderGross="1_2"),
    "amount null": order(TotalOrderGross=None),
    "amount true": order(TotalOrderGross=True),
    "largest amount": order(TotalOrderGross=10**12),
    "beyond it": order(TotalOrderGross=10**12 + 1),
    "far beyond": order(ShippingNet=10**13),
    "negative": order(TotalOrderGross=-5),
    "id nought": order(ID=0),
    "id too long": order(ID=2**63),
    "id a fraction": order(ID=7.5),
    "id with nought behind the point": order(ID=7.0),
    "id as text": order(ID="7"),
    "part beyond 64 bits": order(Part=2**70),
    "names as in Python": {"id": 7, "client_id": 3, **order(channel_id=9)},
    "only names as in Python": {**order(), "ID": None, "id": 7},
    "time with a zone": order(LastUpdated="2026-11-20T14:03:23+02:00"),
    "time of .NET": order(LastUpdated="2026-11-20T14:03:23.1234567"),
    "nanoseconds": order(LastUpdated="2026-11-20T14:03:23.123456789"),
    "time as a date": order(LastUpdated="2026-11-20"),
    "time as a week": order(LastUpdated="2026-W47-5T10:00:00"),
    "time as a number": order(LastUpdated=1763647403),
    "hour 24": order(LastUpdated="2026-11-20T24:00:00"),
    "second 60": order(LastUpdated="2026-11-20T23:59:60"),
    "thirtieth of February": order(LastUpdated="2026-02-30T00:00:00"),
    "year 0": order(LastUpdated="0000-01-01T00:00:00"),
    "before year 1 in UTC": order(LastUpdated="0001-01-01T00:00:00+14:00"),
    "odd despatch date": order(DespatchDate="yesterday"),
    "items null": order(OrderItems=None),
    "no items": order(OrderItems=[]),
    "item without SKU": order(OrderItems=[{"Quantity": 1}]),
    "flag null": order(PIIRemoved=None),
    "flag as text": order(PIIRemoved="yes"),
    "text too long": order(Email="x" * 4001),
    "text just fits": order(Email="x" * 4000),
    "long but for spaces": order(Email="x" * 4000 + " "),
    "texts of every kind": order(FirstName="Zoë \U0001f600", LastName='"\\'),
    "unknown fields": order(Extra={"deep": [[1, {"a": None}]]}, Data={"data": {}}),
    "not an object": [1],
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_what_is_odd_is_read_alike(data: Any) -> None:
    """Taken or left: never read otherwise than the long way would."""
    agree(wrapped(data))


RAW = {
    "data twice": b'"data":{"ID":1},"data":%s}',
    "data first": b'"data":%s,"x":1}',
    "data in escapes": b'"d\\u0061ta":{"ID":1},"data":%s}',
    "spaces": b'\n\t "data" :  %s \n}\r\n',
    "id once more": b'"id":"2","data":%s}',
    "id of spaces": b'"id":"  ","data":%s}',
    "subject null": b'"subject":null,"data":%s}',
    "subject of spaces": b'"subject":" ","data":%s}',
    "subject a number": b'"subject":7,"data":%s}',
    "time": b'"time":"2026-11-20T14:03:23Z","data":%s}',
    "time wrong": b'"time":"soon","data":%s}',
    "other source": b'"source":"/elsewhere/acme","data":%s}',
    "other type": b'"type":"order.dispatched.v2","data":%s}',
    "other version": b'"specversion":"0.3","data":%s}',
    "media type with charset": b'"datacontenttype":"application/json; charset=utf-8","data":%s}',
    "media type XML": b'"datacontenttype":"text/xml","data":%s}',
    "trace": b'"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","data":%s}',
    "odd trace": b'"traceparent":"00-xyz","data":%s}',
    "no UTF-8 in it": b'"x":"\xff","data":%s}',
    "control character": b'"x":"\x01","data":%s}',
    "surrogate": b'"x":"\\ud800","data":%s}',
    "NUL": b'"x":"\\u0000","data":%s}',
    "text behind": b'"data":%s} x',
    "NaN": b'"x":NaN,"data":%s}',
    "deep": b'"x":' + b"[" * 150 + b"]" * 150 + b',"data":%s}',
    "too deep": b'"x":' + b"[" * 250 + b"]" * 250 + b',"data":%s}',
    "tiny number": b'"x":1e-99999,"data":%s}',
    "huge number": b'"x":1E+99999,"data":%s}',
    "long number": b'"x":0.' + b"0" * 9000 + b'1,"data":%s}',
    "like an exponent": b'"x":"3e1234-5e-6789","data":%s}',
}
HEAD = b'{"specversion":"1.0","id":"1","source":"/mintsoft/acme","type":"order.dispatched.v1",'


@pytest.mark.parametrize("rest", RAW.values(), ids=RAW.keys())
def test_envelopes_as_bytes(rest: bytes) -> None:
    """Order, repetition, spaces, escapes, bytes that are no text: read alike."""
    body = HEAD + rest.replace(
        b"%s", dumps(order(TotalOrderGross=12) | {"OrderItems": []}).encode()
    )
    agree(body)


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), st.data())
def test_real_orders_with_one_value_replaced(body: bytes, data: Any) -> None:
    """Whatever one value becomes, in the envelope or in the order."""
    agree(wrapped_whole(replaced(json.loads(body), data.draw)))


def wrapped_whole(document: Any) -> bytes:
    return json.dumps(document, default=float, ensure_ascii=False).encode(errors="surrogatepass")


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), st.data())
def test_real_orders_with_some_bytes_replaced(body: bytes, data: Any) -> None:
    """Whatever happens to the bytes on their way."""
    start = data.draw(st.integers(0, len(body) - 1))
    end = data.draw(st.integers(start, min(start + 4, len(body))))
    agree(body[:start] + data.draw(st.binary(max_size=4)) + body[end:])


MONEY = st.decimals(allow_nan=False, allow_infinity=False).map("{:f}".format) | st.from_regex(
    r"-?(0|[1-9]\d{0,14})(\.\d{1,30})?([eE][+-]?\d{1,4})?", fullmatch=True
)


@given(MONEY)
@example("-0")
@example("1e12")
@example("1e400")
@example("1e-400")
def test_every_way_to_write_an_amount(text: str) -> None:
    """To the last digit, as text and as value."""
    data = dumps(order(TotalOrderGross=0) | {"OrderItems": []}).replace(
        '"TotalOrderGross":0', f'"ShippingNet":{text},"TotalOrderGross":{text}'
    )
    body = HEAD + b'"data":' + data.encode() + b"}"
    if agree(body):
        event = short(body)
        assert isinstance(event, Event)
        assert event.data_json == data


@pytest.mark.parametrize(
    ("fast", "model"),
    [
        (shortcut._Order, OrderDispatchedV1),
        (shortcut._Item, OrderItem),
        (shortcut._Currency, Currency),
        (shortcut._Channel, Channel),
    ],
)
def test_it_knows_every_field_of_the_contract(fast: type, model: type[BaseModel]) -> None:
    """A field added to the model must be judged here too, or it would pass unseen."""
    known = {each.encode_name for each in msgspec.structs.fields(fast)}
    assert known == {field.alias for field in model.model_fields.values()}
