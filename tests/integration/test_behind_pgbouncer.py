"""The fleet behind a real pgbouncer in transaction mode, many clients on three sessions."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.local.pgbouncer import Pgbouncer
from tests.support.children import until
from tests.support.command import Command
from tests.support.documents import dispatched, order
from tests.support.engine import new_state_dir
from tests.support.fleet import Fleet, make_fleet
from tests.support.processes import (
    Processes,
    outgoing,
    prepare_broker,
    publish,
    settings_of,
    until_posted,
)
from tests.support.simulators import Simulator
from workers.clock import SYSTEM

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300)]

SESSIONS = 3
"""Fewer by far than the fleet's own pools ask for, so that each transaction meets another."""

ORDERS = 120

COMMANDS = (
    ["export", "list"],
    ["connection", "list"],
    ["schedule", "list"],
    ["import", "list"],
    ["db", "tidy"],
    ["db", "upgrade"],
    ["doctor"],
)


@pytest.fixture
def pool(fleet: Fleet) -> Iterator[Pgbouncer]:
    """A pool before the test's own database."""
    url = fleet.runtime.settings.database_url.get_secret_value()
    [socket] = parse_qs(urlsplit(url).query)["host"]
    state = new_state_dir()
    state.chmod(0o755)
    made = Pgbouncer(state / "pool", Path(socket), ["postgres"])
    made.settings["default_pool_size"] = str(SESSIONS)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(state, ignore_errors=True)


@pytest.fixture
def through(fleet: Fleet, pool: Pgbouncer) -> dict[str, str]:
    """The settings of whoever comes through the pool."""
    url = fleet.runtime.settings.database_url.get_secret_value()
    database = urlsplit(url).path
    return {
        "MX_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{pool.port}{database}",
        "MX_DATABASE_POOLED": "true",
    }


def test_an_order_goes_its_whole_way_through_the_pool(
    fleet: Fleet, through: dict[str, str], amqp_url: str
) -> None:
    """Ingress, two workers and relay share three sessions; the scheduler has one of its own."""
    fleet.connect()
    prepare_broker(amqp_url)
    direct = settings_of(fleet, amqp_url)
    with Processes(direct | through) as parts, Processes(direct) as leader:
        running = [parts.start(each) for each in ("ingress", "worker", "worker", "relay")]
        leader.start("scheduler")
        publish(amqp_url, [dispatched(order(each)) for each in range(1, ORDERS + 1)])
        until_posted(fleet, parts, ORDERS, 150)
        numbers = Counter(each["InvoiceNumber"] for each in fleet.invoices())
        assert (len(numbers), max(numbers.values())) == (ORDERS, 1)
        heard: list[str] = []

        def all_are_told_of() -> bool:
            heard.extend(each["type"] for each in outgoing(amqp_url))
            return heard.count("document.posted.v1") == ORDERS

        until("all are told of", all_are_told_of)
        tagged = "select count(*) as n from tags where done_at is not null"
        until("all are tagged", lambda: fleet.rows(tagged) == [{"n": ORDERS}])
        for each in running:
            assert "prepared statement" not in each.err


def test_what_each_part_asks_goes_through_the_pool(
    through: dict[str, str], xero_sim: Simulator, mintsoft_sim: Simulator
) -> None:
    """Locks for a transaction, leases, batches of arrays: all of it is the same there."""
    fleet = make_fleet(through["MX_DATABASE_URL"], xero_sim, mintsoft_sim, SYSTEM, pooled=True)
    try:
        fleet.connect()
        for first in range(1, 61, 20):
            fleet.send(*(dispatched(order(each)) for each in range(first, first + 20)))
            fleet.drain()
        fleet.poll()
        fleet.compare()
        fleet.runtime.housekeeper.all()
        fleet.runtime.summer.once()
        assert fleet.statuses() == {"posted": 60}
        assert len(fleet.invoices()) == 60
        assert fleet.rows("select count(*) as n from pg_prepared_statements") == [{"n": 0}]
    finally:
        fleet.runtime.close()


def test_commands_come_through_the_pool(
    mx: Command, through: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By turns on the same few sessions, none leaves anything behind that stops the next."""
    for name, value in through.items():
        monkeypatch.setenv(name, value)
    for command in COMMANDS * 2:
        ran = mx(*command)
        assert "PostgreSQL refused" not in ran.err
        assert ran.code == (1 if command == ["doctor"] else 0), (command, ran.err)


def test_who_does_not_know_of_the_pool_is_told(
    mx: Command, through: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would set limits for a session that is not its own; the remedy is named."""
    monkeypatch.setenv("MX_DATABASE_URL", through["MX_DATABASE_URL"])
    ran = mx("relay")
    assert ran.code == 1
    assert "MX_DATABASE_POOLED=true" in ran.err
