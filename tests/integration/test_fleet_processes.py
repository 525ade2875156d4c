"""The fleet as real processes: killed where it hurts, nothing is lost and nothing doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from tests.support.children import Child, until
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.processes import (
    Processes,
    all_posted,
    depth,
    holding,
    outgoing,
    prepare_broker,
    publish,
    settings_of,
    somebody_waits,
    until_posted,
)
from tests.support.wire import Wire

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

INVOICES = "/api.xro/2.0/Invoices$"
PRICE = Decimal(12)
"""What the sample order costs, VAT included."""


@pytest.fixture
def processes(fleet: Fleet, amqp_url: str) -> Iterator[Processes]:
    """A mapped connection, a declared broker, and no part running yet."""
    fleet.connect()
    prepare_broker(amqp_url)
    with Processes(settings_of(fleet, amqp_url)) as parts:
        yield parts


@pytest.fixture
def database(fleet: Fleet) -> str:
    """Where the fleet keeps its ledger."""
    return fleet.runtime.settings.database_url.get_secret_value()


def publish_orders(amqp_url: str, first: int, last: int) -> None:
    publish(amqp_url, [dispatched(order(each)) for each in range(first, last + 1)])


def assert_each_once(fleet: Fleet, count: int) -> None:
    """Every order is in Xero once, with its total, and the ledger says so."""
    numbers = Counter(each["InvoiceNumber"] for each in fleet.invoices())
    assert len(numbers) == count
    assert max(numbers.values()) == 1
    assert fleet.xero_total() == PRICE * count
    assert fleet.statuses() == {"posted": count}
    assert not fleet.rows("select id from attempts where state <> 'done'")


def more_than(fleet: Fleet, count: int) -> bool:
    """Whether more documents than these are in the ledger."""
    return sum(fleet.statuses().values()) > count


@pytest.mark.proof
@pytest.mark.parametrize("pause", [0, 60], ids=["key alive", "key dead"])
def test_a_worker_killed_between_xeros_answer_and_the_record(
    fleet: Fleet, processes: Processes, amqp_url: str, database: str, pause: int
) -> None:
    """Xero has the invoices, nobody wrote it down: another worker finds out, and adds none."""
    fleet.fault(kind="slow", seconds=3, method="PUT", path=INVOICES, times=1)
    worker = processes.start("worker")
    processes.start("ingress")
    publish_orders(amqp_url, 1, 10)
    sealed = "select id from attempts where state = 'sealed'"
    until("an attempt is on its way", lambda: bool(fleet.rows(sealed)))
    with holding(database, f"{sealed} for update"):
        until("Xero has carried it out", lambda: len(fleet.invoices()) > 0)
        until("the record waits", lambda: somebody_waits(fleet))
        processes.kill(worker)
    assert fleet.rows(sealed), "the killed worker has written its record all the same"
    minutes = timedelta(minutes=pause or 4)
    fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": pause * 60})
    fleet.execute("update attempts set lease_until = lease_until - %s", [minutes])
    if pause:
        fleet.execute("update attempts set sealed_at = sealed_at - %s", [minutes])
    fleet.execute("update wakeups set woken_at = woken_at - %s", [minutes])
    processes.start("scheduler")
    processes.start("worker")
    until_posted(fleet, processes, 10)
    assert_each_once(fleet, 10)
    replays = fleet.xero.admin.get("/_sim/state").json()["idempotent_replays"]
    assert replays == (0 if pause else 1), "it was to be repeated under its key, or looked up"


def test_an_ingress_killed_in_mid_transaction(
    fleet: Fleet, processes: Processes, amqp_url: str, database: str
) -> None:
    """Nothing was acknowledged, so the next ingress takes the whole batch once more."""
    with holding(database, "lock table inbox in share mode"):
        ingress = processes.start("ingress")
        publish_orders(amqp_url, 1, 150)
        until("the ingress is storing", lambda: somebody_waits(fleet))
        processes.kill(ingress)
    assert fleet.statuses() == {}
    processes.start("ingress")
    until("all are in the ledger", lambda: fleet.statuses() == {"waiting": 150})
    assert depth(amqp_url, "ingress.dead") == 0


@pytest.mark.proof
def test_a_relay_killed_between_publishing_and_marking(
    fleet: Fleet, processes: Processes, amqp_url: str, database: str
) -> None:
    """Events may be heard twice, under the same id; none is missing."""
    for role in ("ingress", "worker"):
        processes.start(role)
    publish_orders(amqp_url, 1, 20)
    until_posted(fleet, processes, 20)
    with holding(database, "lock table outbox in share mode"):
        relay = processes.start("relay")
        until("all are published", lambda: depth(amqp_url, "listener") == 20)
        until("the mark waits", lambda: somebody_waits(fleet))
        processes.kill(relay)
    processes.start("relay")
    unmarked = "select id from outbox where published_at is null"
    until("all are marked", lambda: not fleet.rows(unmarked))
    heard = outgoing(amqp_url)
    assert len(heard) == 40
    assert len({each["id"] for each in heard}) == 20
    assert {each["data"]["MintsoftId"] for each in heard} == set(range(1, 21))


@pytest.mark.proof
def test_sigterm_under_load_strands_nothing(
    fleet: Fleet, processes: Processes, amqp_url: str
) -> None:
    """Every part ends within seconds, and no attempt has to wait for its lease to run out."""
    parts = {role: processes.start(role) for role in ("ingress", "worker", "relay", "scheduler")}
    publish_orders(amqp_url, 1, 300)
    until("the first are posted", lambda: fleet.statuses().get("posted", 0) > 0)
    for part in parts.values():
        processes.terminate(part, 20)
    assert not fleet.rows("select id from attempts where state <> 'done'")
    for role in parts:
        processes.start(role)
    fleet.execute("update wakeups set woken_at = woken_at - interval '1 hour'")
    until_posted(fleet, processes, 300)
    assert_each_once(fleet, 300)


@pytest.mark.proof
def test_a_broker_that_goes_away_again_and_again(
    fleet: Fleet, processes: Processes, amqp_url: str
) -> None:
    """Every connection to RabbitMQ is cut three times while events come in: all arrive."""
    with Wire(amqp_url) as wire:
        processes.environment["MX_AMQP_URL"] = wire.url
        parts: list[Child] = [processes.start(role) for role in ("ingress", "worker")]
        parts += [processes.start(role) for role in ("scheduler", "relay")]
        for first in range(1, 400, 100):
            publish_orders(amqp_url, first, first + 99)
            until("some of them are in", partial(more_than, fleet, first))
            if first < 300:
                wire.cut()
        until("all are in the ledger", lambda: sum(fleet.statuses().values()) == 400, 60)
        fleet.execute("update wakeups set woken_at = woken_at - interval '1 hour'")
        until_posted(fleet, processes, 400)
        told = "select count(*) as n from outbox where published_at is null"
        until("all are told", lambda: fleet.rows(told) == [{"n": 0}])
    assert_each_once(fleet, 400)
    assert {each["data"]["MintsoftId"] for each in outgoing(amqp_url)} == set(range(1, 401))
    assert all_posted(fleet, 400)()
