"""Events published by hand, and parked ones published again, on the real broker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pika
import pytest

from events.delivery import Delivery
from events.topology import INGRESS
from tests.support.command import Command
from tests.support.documents import delivery, dispatched, order
from tests.support.fleet import Fleet


@pytest.fixture(autouse=True)
def real_broker(mx: Command, amqp_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands speak to RabbitMQ."""
    monkeypatch.setenv("MX_AMQP_URL", amqp_url)


def arrived(amqp_url: str) -> list[Delivery]:
    """Everything in the queue ingress, as the ingress would get it."""
    found: list[Delivery] = []
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        channel = connection.channel()
        while True:
            method, properties, body = channel.basic_get(INGRESS, auto_ack=True)
            if method is None:
                return found
            found.append(_delivery(method, properties, body))


def _delivery(method: Any, properties: Any, body: bytes) -> Delivery:
    headers = properties.headers or {}
    return Delivery(0, body, headers, properties.content_type, method.routing_key, False, 0)


def test_a_cloud_event_goes_out_byte_for_byte(
    amqp_url: str, fleet: Fleet, mx: Command, tmp_path: Path
) -> None:
    """Three in a file, one a line; the fleet posts them, to the penny."""
    events = [dispatched(order(number)).body for number in (1, 2, 3)]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(events) + b"\n")
    assert mx.json("event", "publish", path) == {"published": 3}
    found = arrived(amqp_url)
    assert [each.body for each in found] == events
    fleet.connect()
    fleet.send(*found)
    fleet.drain()
    assert fleet.statuses() == {"posted": 3}


def test_bare_data_is_wrapped(amqp_url: str, fleet: Fleet, mx: Command, tmp_path: Path) -> None:
    """With a type and an account it becomes an event that the intake accepts."""
    from events.exact_json import dumps

    path = tmp_path / "order.json"
    path.write_text(dumps(order(7)))
    assert "name its --type and --account" in mx("event", "publish", path).err
    options = ["--type", "order.dispatched.v1", "--account", "acme"]
    assert mx("event", "publish", path, *options).code == 0
    fleet.connect()
    fleet.send(*arrived(amqp_url))
    fleet.drain()
    assert fleet.document(7)["status"] == "posted"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"specversion": "1.0"}', "type: missing"),
        ('{"specversion": "1.0", "type": "no.such.v1"}', "is not known here"),
        ("{broken", "no JSON"),
        ("", "no event in the input"),
    ],
)
def test_what_could_not_be_read_is_not_published(
    mx: Command, tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "event.json"
    path.write_text(text)
    ran = mx("event", "publish", path)
    assert ran.code == 1
    assert words in ran.err


def test_parked_messages_come_again_as_they_were(amqp_url: str, fleet: Fleet, mx: Command) -> None:
    """Routing key, headers, content type and body; only once, and with the name of who did it."""
    fleet.send(delivery(b"\xff\x00 no text", "order.dispatched.v1"), delivery(b"{}", "invoice.x"))
    first, second = reversed(mx.json("event", "parked"))
    assert first["code"] == "not-json"
    assert first["body_base64"]
    assert second["body"] == "{}"
    assert mx.json("event", "replay", first["id"])["replayed"] == [first["id"]]
    [again] = arrived(amqp_url)
    assert again.body == b"\xff\x00 no text"
    assert again.routing_key == "order.dispatched.v1"
    assert again.content_type == "application/cloudevents+json"
    assert mx.json("event", "replay", "--all")["replayed"] == [second["id"]]
    assert mx.json("event", "parked") == []
    assert {each["replayed_by"] for each in mx.json("event", "parked", "--all")} == {"ada"}


def test_an_edited_body_mends_a_message(
    amqp_url: str, fleet: Fleet, mx: Command, tmp_path: Path
) -> None:
    """Given a body with a missing field: mended by hand, it reaches Xero."""
    good = dispatched(order(5)).body
    fleet.connect()
    fleet.send(delivery(good.replace(b'"ClientId"', b'"KlientId"'), "order.dispatched.v1"))
    [parked] = mx.json("event", "parked")
    assert "ClientId: Field required" in parked["reason"]
    path = tmp_path / "mended.json"
    path.write_bytes(good)
    assert mx("event", "replay", parked["id"], "--body", path).code == 0
    fleet.send(*arrived(amqp_url))
    fleet.drain()
    assert fleet.document(5)["status"] == "posted"


def test_nothing_is_marked_as_replayed_while_the_broker_is_away(
    fleet: Fleet, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.send(delivery(b"{}", "order.dispatched.v1"))
    [parked] = mx.json("event", "parked")
    monkeypatch.setenv("MX_AMQP_URL", "amqp://guest:guest@127.0.0.1:9/%2F")
    ran = mx("event", "replay", parked["id"])
    assert ran.code == 1
    assert "RabbitMQ can't be reached" in ran.err
    assert json.loads(mx("event", "parked", "--json").out) == [parked]
    assert "No message is parked as 99" in mx("event", "replay", 99).err


def test_a_mended_message_is_checked_before_anything_happens(
    amqp_url: str, fleet: Fleet, mx: Command, tmp_path: Path
) -> None:
    """Refused by its field; then shown with what was published, and by whom it was looked at."""
    good = dispatched(order(5)).body
    fleet.send(delivery(good.replace(b'"ClientId"', b'"KlientId"'), "order.dispatched.v1"))
    [parked] = mx.json("event", "parked")
    path = tmp_path / "mended.json"
    path.write_bytes(good.replace(b'"ClientId":3', b'"ClientId":"x"'))
    ran = mx("event", "replay", parked["id"], "--body", path)
    assert (ran.code, "ClientId: " in ran.err) == (1, True)
    assert len(mx.json("event", "parked")) == 1
    path.write_bytes(good)
    assert mx("event", "replay", parked["id"], "--body", path).code == 0
    assert [each.body for each in arrived(amqp_url)] == [good]
    shown = mx.json("event", "parked-show", parked["id"])
    assert "KlientId" in shown["body"]
    assert [(each["who"], each["body"]) for each in shown["replays"]] == [("ada", good.decode())]
    looks = fleet.rows("select who from audit where action = 'parked message opened'")
    assert [each["who"] for each in looks] == ["ada"]


def test_messages_of_no_use_are_discarded(fleet: Fleet, mx: Command) -> None:
    """With a reason, once; and those of one code alone go with --all --code."""
    fleet.send(delivery(b"{", "order.dispatched.v1"), delivery(b"{}", "invoice.x"))
    second, first = mx.json("event", "parked")
    assert mx("event", "discard", first["id"], "--why", " ").code == 2
    done = mx.json("event", "discard", first["id"], "--why", "A test")
    assert done == {"discarded": [first["id"]], "settled_before": []}
    again = mx("event", "discard", first["id"], "--why", "Again")
    assert (again.code, "replayed or discarded before" in again.err) == (1, True)
    assert mx.json("event", "replay", "--all", "--code", "not-json") == {"replayed": []}
    assert [each["id"] for each in mx.json("event", "parked")] == [second["id"]]
    assert "A test" in mx("event", "parked-show", first["id"]).out
