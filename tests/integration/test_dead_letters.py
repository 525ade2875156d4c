"""What the broker gives up is parked with its reason, beside all else that nobody could read."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from events.backoff import Backoff
from events.dead_letters import DeadLetters, buried
from events.delivery import Delivery, Parked
from events.ingress import Ingress
from events.topology import INGRESS, INGRESS_DEAD
from tests.support.children import until
from tests.support.command import Command, environment, own_logging
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.processes import Processes, channel_to, depth, prepare_broker, publish

POISON = 13


def death(**more: Any) -> dict[str, Any]:
    """The header that RabbitMQ adds when it gives a message up."""
    return {"reason": "delivery_limit", "queue": INGRESS, "routing-keys": ["order.x.v1"], **more}


@pytest.mark.parametrize(
    ("headers", "key", "words"),
    [
        ({"x-death": [death()]}, "order.x.v1", "delivered 20 times"),
        ({"x-death": [death(reason="expired")]}, "order.x.v1", "gave it up (expired)"),
        ({"x-death": []}, INGRESS_DEAD, "says no reason"),
        ({"x-death": "?"}, INGRESS_DEAD, "says no reason"),
        ({}, INGRESS_DEAD, "says no reason"),
    ],
)
def test_a_dead_letter_keeps_its_own_key_and_says_how_it_died(
    headers: dict[str, Any], key: str, words: str
) -> None:
    """Whatever the broker says about it, it can be looked at and replayed."""
    found = buried(Delivery(1, b"\xff", headers, None, INGRESS_DEAD, True, 0))
    assert (found.code, found.routing_key, found.body) == ("delivery-limit", key, b"\xff")
    assert words in found.reason
    assert found.headers == headers


def fails_for_poison(fleet: Fleet) -> Any:
    """An intake with a defect that is no refusal of the database."""

    def handle(batch: Sequence[Delivery]) -> None:
        if any(f'"ID":{POISON},'.encode() in each.body.replace(b" ", b"") for each in batch):
            raise RuntimeError("a defect")
        fleet.runtime.intake.handle(batch)

    return handle


def test_an_event_that_always_fails_is_parked_and_can_be_replayed(
    fleet: Fleet,
    amqp_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given a defect for one event, an operator finds it, and replays it after the repair."""
    fleet.connect()
    prepare_broker(amqp_url)
    own = environment(fleet.runtime.settings) | {"MX_AMQP_URL": amqp_url}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    publish(amqp_url, [dispatched(order(number)) for number in (1, POISON, 2)])
    ingress = Ingress(amqp_url, fails_for_poison(fleet), backoff=Backoff(0.002, 0.02))
    thread = threading.Thread(target=ingress.run)
    thread.start()
    try:
        until("the neighbours are in", lambda: fleet.statuses() == {"waiting": 2})
        until("it is given up", lambda: _feed(amqp_url) and depth(amqp_url, INGRESS_DEAD) == 1)
    finally:
        ingress.stop()
        thread.join()
    with Processes(own) as processes:
        processes.start("ingress")
        until("it is parked", lambda: bool(fleet.rows("select id from parked")))
        [parked] = fleet.rows("select * from parked")
        assert (parked["code"], parked["routing_key"]) == ("delivery-limit", "order.dispatched.v1")
        assert parked["headers"]["x-death"][0]["queue"] == INGRESS
        assert depth(amqp_url, INGRESS_DEAD) == 0
        with own_logging():
            assert Command(capsys).json("event", "replay", parked["id"], "--who", "sam")
        until("it is in", lambda: POISON in _known(fleet))


def _feed(amqp_url: str) -> bool:
    """Let another event come in: only beside others a message can be told from an outage."""
    publish(amqp_url, [dispatched(order(1))])
    return True


def _known(fleet: Fleet) -> set[int]:
    return {row["mintsoft_id"] for row in fleet.rows("select mintsoft_id from documents")}


def test_what_could_not_be_kept_stays_in_the_queue(amqp_url: str) -> None:
    """Given a database that is away, nothing is acknowledged; the next turn has it again."""
    prepare_broker(amqp_url)
    with channel_to(amqp_url) as channel:
        channel.basic_publish("", INGRESS_DEAD, b"lost?")
    kept: list[Parked] = []

    def keep(found: Sequence[Parked]) -> None:
        kept.extend(found)
        if len(kept) == 1:
            raise ConnectionError("the database is away")

    reader = DeadLetters(amqp_url, keep)
    with pytest.raises(ConnectionError):
        reader.once()
    assert [reader.once(), reader.once()] == [1, 0]
    reader.close()
    assert [each.body for each in kept] == [b"lost?", b"lost?"]
    assert depth(amqp_url, INGRESS_DEAD) == 0
