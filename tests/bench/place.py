"""Where it is measured: a private engine with its data on disk and every commit synced."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pika
from pydantic import SecretStr

from deploy.local.client import Engine
from deploy.local.install import REMEDY
from events.egress import Publisher
from events.envelope import Message
from events.topology import declare
from tests.bench import samples
from tests.simulators.mintsoft import app as mintsoft_app
from tests.simulators.xero import app as xero_app
from tests.support import brokers, databases
from tests.support.fleet import Fleet, make_fleet
from tests.support.simulators import Simulator, simulator
from workers.clock import SYSTEM
from workers.runtime import Runtime

CLIENTS = (3, 4, 5)
"""Clients of the sample account, each with a connection to an organisation of its own."""


@dataclass
class Place:
    """Two migrated databases and a broker.

    ``fleet`` and ``runtime`` share one, with three connections; ``spender`` has the other one to
    itself, for counting what Xero is asked. Both fleets reach the same simulators.
    """

    runtime: Runtime
    fleet: Fleet
    spender: Fleet
    amqp_url: str
    management_url: str
    state: Path
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @contextmanager
    def broker(self, messages: Sequence[Message] = ()) -> Iterator[str]:
        """A virtual host of its own, with *messages* confirmed in its queue ``ingress``."""
        with brokers.virtual_host(self.amqp_url, self.management_url) as url:
            with pika.BlockingConnection(pika.URLParameters(url)) as connection:
                declare(connection.channel())
            if messages:
                with Publisher(url) as publisher:
                    publisher.publish_batch(messages)
            yield url

    def events(self, count: int) -> list[Message]:
        """*count* orders never seen before, spread over the clients."""
        start = next(self._ids) * 1_000_000
        return [
            samples.message(body, f"e-{body['ID']}")
            for number in range(start, start + count)
            for body in samples.orders(number, 1, CLIENTS[number % len(CLIENTS)])
        ]

    @property
    def database_url(self) -> str:
        """Where the ledger is that events are taken into."""
        return self.runtime.settings.database_url.get_secret_value()

    def count_documents(self) -> int:
        """Documents in the ledger."""
        [row] = self.fleet.rows("select count(*) as n from documents")
        return int(row["n"])


@contextmanager
def place() -> Iterator[Place]:
    """Everything that is measured on, gone afterwards."""
    with ExitStack() as stack:
        state = Path(tempfile.mkdtemp(prefix="mx-bench-"))
        stack.callback(shutil.rmtree, state, ignore_errors=True)
        engine = stack.enter_context(Engine(state, fresh=True))
        if engine.amqp_url is None or engine.management_url is None:
            raise SystemExit(REMEDY)
        databases.make_template(engine.database_url)
        xero = stack.enter_context(simulator(xero_app.create_app()))
        mintsoft = stack.enter_context(simulator(mintsoft_app.create_app()))
        fleet, spender = (
            stack.enter_context(_fleet(engine.database_url, xero, mintsoft)) for _ in range(2)
        )
        for client in CLIENTS:
            fleet.connect(client_id=client)
        runtime = _runtime(fleet, engine.amqp_url)
        stack.callback(runtime.close)
        yield Place(runtime, fleet, spender, engine.amqp_url, engine.management_url, state)


@contextmanager
def _fleet(admin_url: str, xero: Simulator, mintsoft: Simulator) -> Iterator[Fleet]:
    with databases.migrated_database(admin_url) as url:
        fleet = make_fleet(url, xero, mintsoft, SYSTEM)
        try:
            yield fleet
        finally:
            fleet.runtime.close()


def _runtime(fleet: Fleet, amqp_url: str) -> Runtime:
    settings = fleet.runtime.settings.model_copy(update={"amqp_url": SecretStr(amqp_url)})
    return Runtime(settings, SYSTEM)
