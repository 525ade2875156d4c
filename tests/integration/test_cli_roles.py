"""The fleet as processes: all in one, and each part by itself; both end within seconds."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from events.egress import Publisher
from events.envelope import Message
from schemas.catalogue import MINTSOFT_EVENTS
from tests.support.children import Child, child, until
from tests.support.command import environment
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from workers.cli import publishing


@pytest.fixture
def settings(fleet: Fleet, amqp_url: str) -> dict[str, str]:
    """The environment of the fleet's processes, on this test's own servers."""
    fleet.mintsoft.admin.post("/_sim/orders", json=[{"ID": 1}, {"ID": 2}, {"ID": 3}])
    return environment(fleet.runtime.settings) | {"MX_AMQP_URL": amqp_url}


def publish(amqp_url: str, *numbers: int) -> None:
    """When Mintsoft publishes these orders (the exchange may not be there yet)."""
    from pika import BlockingConnection

    from events.amqp import parameters
    from events.topology import declare

    with BlockingConnection(parameters(amqp_url, "test")) as connection:
        declare(connection.channel())
    bodies = [dispatched(order(number)).body for number in numbers]
    with Publisher(amqp_url) as publisher:
        publisher.publish_batch(
            [Message(MINTSOFT_EVENTS, "order.dispatched.v1", body) for body in bodies]
        )


def posted(fleet: Fleet, count: int) -> Callable[[], bool]:
    """Whether so many orders are in Xero, tagged, and told."""

    def done() -> bool:
        tagged = fleet.mintsoft.admin.get("/_sim/tags").json()["tags"]
        told = fleet.rows("select from outbox where published_at is not null")
        return fleet.statuses() == {"posted": count} and len(tagged) == len(told) == count

    return done


def test_run_is_the_whole_fleet_and_ends_on_sigterm(
    fleet: Fleet, amqp_url: str, settings: dict[str, str]
) -> None:
    """Events published before and after its start reach Xero."""
    fleet.connect()
    publish(amqp_url, 1)
    with child("run", **settings) as running:
        until("the fleet runs", running.said("The fleet runs"))
        publish(amqp_url, 2, 3)
        until("all are posted", posted(fleet, 3))
        running.signal(signal.SIGTERM)
        assert running.wait() == 0, running.err
    assert running.process.returncode == 0
    assert len(fleet.invoices()) == 3


def test_each_part_runs_and_ends_by_itself(
    fleet: Fleet, amqp_url: str, settings: dict[str, str]
) -> None:
    """Ingress, workers, scheduler and relay as processes of their own, each ended by SIGTERM."""
    fleet.connect()
    roles: list[list[str]] = [
        ["ingress"],
        ["worker", "--queues", "exports.orders,upkeep", "--threads", "2"],
        ["scheduler"],
        ["relay"],
    ]
    with ExitStack() as stack:
        parts: list[Child] = [stack.enter_context(child(*role, **settings)) for role in roles]
        publish(amqp_url, 1, 2, 3)
        until("all are posted", posted(fleet, 3), 90)
        for part in parts:
            part.signal(signal.SIGTERM)
        ends = [part.wait(40) for part in parts]
        assert ends == [0] * len(parts), "\n".join(part.err for part in parts)


def test_a_part_alone_needs_a_broker_that_others_see(settings: dict[str, str]) -> None:
    """memory:// is for one process: every other command says so and ends."""
    with child("ingress", **settings | {"MX_AMQP_URL": "memory://"}) as running:
        assert running.wait() == 1
        assert "memory://, which only one process sees" in running.err
    assert publishing.MEMORY == "memory://"


def test_run_without_a_broker_exports_what_is_in_the_ledger(
    fleet: Fleet, settings: dict[str, str]
) -> None:
    """Given documents that wait: with memory:// the one process does it all."""
    fleet.connect()
    fleet.send(dispatched(order(1)), dispatched(order(2)))
    fleet.execute("delete from wakeups")  # those of this test's own fleet
    with child("run", **settings | {"MX_AMQP_URL": "memory://"}) as running:
        until("all are posted", posted(fleet, 2))
        running.signal(signal.SIGINT)
        assert running.wait() == 0, running.err
