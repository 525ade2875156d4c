"""The fleet under the users of deploy/rabbitmq: each part does its work, and can do no more."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from pika.exceptions import ChannelClosedByBroker

from deploy.rabbitmq.definitions import definitions, hashed
from deploy.rabbitmq.roles import ROLES
from events.depths import WATCHED, Depths
from events.topology import EXPORTS_ORDERS, INGRESS, INGRESS_DEAD, declare
from schemas.catalogue import MINTSOFT_EVENTS, XERO_EVENTS
from tests.support.children import until
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.processes import (
    Processes,
    channel_to,
    publish,
    settings_of,
    until_posted,
)

ACCESS_REFUSED = 403
PASSWORD = uuid.uuid4().hex
LISTENER = "listener.test"

Url = Callable[[str], str]


@pytest.fixture
def as_user(amqp_url: str, management_url: str) -> Iterator[Url]:
    """The broker's address for each user, with the delivered definitions loaded."""
    vhost = amqp_url.rsplit("/", 1)[1]
    hashes = {each.name: hashed(PASSWORD) for each in ROLES}
    with httpx.Client(base_url=management_url, timeout=30) as api:
        api.post("/api/definitions", json=definitions(vhost, hashes)).raise_for_status()
        try:
            yield lambda user: _as(amqp_url, user)
        finally:
            for each in ROLES:
                api.delete(f"/api/users/{each.name}").raise_for_status()


def _as(url: str, user: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{user}:{PASSWORD}@{parts.hostname}:{parts.port}"))


@pytest.mark.timeout(180)
def test_each_part_works_under_its_own_user(fleet: Fleet, as_user: Url) -> None:
    """An order goes from Mintsoft's publisher into Xero, and who listens hears of it."""
    fleet.connect()
    with channel_to(as_user("mx-listener")) as channel:
        channel.queue_declare(LISTENER, durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(LISTENER, XERO_EVENTS, "#")
    with Processes(settings_of(fleet, "")) as parts:
        for role in ("ingress", "worker", "scheduler", "relay"):
            parts.environment = settings_of(fleet, as_user(f"mx-{role}"))
            parts.start(role)
        publish(as_user("mx-mintsoft"), [dispatched(order(each)) for each in range(1, 4)])
        until_posted(fleet, parts, 3)
        with channel_to(as_user("mx-listener")) as channel:
            heard = lambda: channel.basic_get(LISTENER, auto_ack=True)[0] is not None  # noqa: E731
            until("the listener hears of it", heard)


def test_what_the_roles_do_beside(as_user: Url) -> None:
    """The console publishes, the command line declares, the scheduler looks at every queue."""
    publish(as_user("mx-console"), [dispatched(order(1))])
    with channel_to(as_user("mx-operator")) as channel:
        declare(channel)
    depths = Depths(as_user("mx-scheduler"))
    assert {each.queue for each in depths.look()} == set(WATCHED)
    depths.close()


def _publish(exchange: str, key: str) -> Callable[[object], object]:
    def act(channel: object) -> object:
        channel.confirm_delivery()  # type: ignore[attr-defined]  # pika is untyped
        return channel.basic_publish(exchange, key, b"{}")  # type: ignore[attr-defined]

    return act


FORBIDDEN: list[tuple[str, str, Callable[..., object]]] = [
    ("mx-mintsoft", "reads our queue", lambda c: c.basic_get(INGRESS)),
    ("mx-mintsoft", "publishes as us", _publish(XERO_EVENTS, "order.exported.v1")),
    ("mx-mintsoft", "uses a key nobody reads", _publish(MINTSOFT_EVENTS, "stock.changed.v1")),
    ("mx-mintsoft", "writes past the exchange", _publish("", INGRESS)),
    ("mx-listener", "listens to Mintsoft", lambda c: c.basic_get(INGRESS_DEAD)),
    (
        "mx-listener",
        "makes a queue of another's name",  # durable: others are deprecated, and refused for that
        lambda c: c.queue_declare("elsewhere", durable=True),
    ),
    ("mx-ingress", "publishes events", _publish(MINTSOFT_EVENTS, "order.dispatched.v1")),
    ("mx-worker", "takes events", lambda c: c.basic_get(INGRESS)),
    ("mx-worker", "deletes the ingress", lambda c: c.queue_delete(INGRESS)),
    ("mx-worker", "publishes for the relay", _publish(XERO_EVENTS, "order.exported.v1")),
    ("mx-scheduler", "takes events", lambda c: c.basic_get(INGRESS)),
    ("mx-scheduler", "brings in events", _publish(MINTSOFT_EVENTS, "order.dispatched.v1")),
    ("mx-relay", "brings in events", _publish(MINTSOFT_EVENTS, "order.dispatched.v1")),
    ("mx-relay", "takes wake-ups", lambda c: c.basic_get(EXPORTS_ORDERS)),
    ("mx-console", "wakes workers", _publish("", EXPORTS_ORDERS)),
    ("mx-console", "empties a queue", lambda c: c.queue_purge(INGRESS)),
    ("mx-operator", "takes events", lambda c: c.basic_get(INGRESS_DEAD)),
    ("mx-monitoring", "reads", lambda c: c.basic_get(INGRESS)),
    ("mx-monitoring", "writes", _publish(MINTSOFT_EVENTS, "order.dispatched.v1")),
]


def test_no_role_does_anothers_work(as_user: Url) -> None:
    """RabbitMQ itself refuses each of these, whatever a stolen password is used for."""
    allowed = [(user, what) for user, what, act in FORBIDDEN if not _refused(as_user(user), act)]
    assert allowed == []


def _refused(url: str, act: Callable[..., object]) -> bool:
    with channel_to(url) as channel:
        try:
            act(channel)
        except ChannelClosedByBroker as closed:
            return bool(closed.reply_code == ACCESS_REFUSED)
    return False
