"""A fleet of processes on real servers, each with its metrics on a port of its own."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import sample
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx

from deploy.local.postgres import SOCKET
from tests.alarms.watching import Prometheus, watching
from tests.simulators.mintsoft.app import create_app as create_mintsoft
from tests.simulators.xero.app import create_app as create_xero
from tests.support.children import Child, until
from tests.support.databases import make_template, migrated_database
from tests.support.documents import dispatched, order
from tests.support.engine import running_engine
from tests.support.fleet import Fleet, make_fleet
from tests.support.line import Dial, Line, tcp, unix
from tests.support.notices import Board, board
from tests.support.processes import Processes, prepare_broker, publish, settings_of
from tests.support.simulators import simulator
from workers.clock import SYSTEM

STARTING_SECONDS = 300.0
"""A process starts in two seconds, on a machine that is not busy."""

PORTS = range(20_000, 32_000)

COMMANDS = {
    "ingress": ["ingress"],
    "worker": ["worker", "--threads", "2"],
    "scheduler": ["scheduler"],
    "relay": ["relay"],
    "console": ["console"],
}


@dataclass
class Parts(Processes):
    """The fleet's processes, one of each role, at the ``ports`` where Prometheus asks them."""

    ports: dict[str, int] = field(default_factory=dict)

    def start(self, role: str, ahead: int = 0) -> Child:
        """Start a part, its clock *ahead* by seconds."""
        own = {"MX_METRICS_PORT": str(self.ports[role]), "CHAOS_AHEAD": str(ahead)}
        module = "tests.chaos.part" if ahead else "workers"
        part = Child(COMMANDS[role], self.environment | own, module)
        self.running.append((role, part))
        return part

    def stop(self, role: str) -> None:
        """End the part of a role with -9."""
        for other, part in list(self.running):
            if other == role:
                self.kill(part)


class Way(Line):
    """The way from the fleet to a server, which somebody may bar."""

    def __init__(self, dial: Dial) -> None:
        super().__init__(self._try)
        self._reach = dial
        self.is_barred = False

    def bar(self) -> None:
        """End every connection and take no new one, as a server that is away."""
        self.is_barred = True
        self.cut()

    def unbar(self) -> None:
        """The server is there again."""
        self.is_barred = False

    def _try(self) -> socket.socket:
        if self.is_barred:
            raise ConnectionRefusedError("the server is away")
        return self._reach()


@dataclass
class Place:
    """What faults are done to; the fleet's processes reach both servers by ways of their own."""

    amqp_url: str
    to_broker: Way
    to_database: Way
    fleet: Fleet
    parts: Parts
    prometheus: Prometheus
    connection: UUID
    tenant: str
    console: str
    board: Board
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def orders(self, how_many: int = 1, **more: Any) -> None:
        """Publish orders that Mintsoft knows, as its services do."""
        numbers = [next(self.numbers) for _ in range(how_many)]
        known = [{"ID": number, "OrderNumber": f"ORD-{number}"} for number in numbers]
        self.fleet.mintsoft.admin.post("/_sim/orders", json=known).raise_for_status()
        publish(self.amqp_url, [dispatched(order(number, **more)) for number in numbers])

    def until_status(self, status: str, how_many: int = 1) -> None:
        """Return once so many documents stand so."""
        patiently(status, lambda: self.fleet.statuses().get(status, 0) >= how_many)

    def settled(self) -> bool:
        """Whether nothing is on its way to Xero."""
        return not {"waiting", "sending"} & set(self.fleet.statuses())


def free_ports(how_many: int) -> list[int]:
    """Ports that nobody listens on, nor gets by chance: below those that systems give out."""
    free = (port for port in sample(PORTS, len(PORTS)) if _is_free(port))
    return [next(free) for _ in range(how_many)]


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


@contextmanager
def place() -> Iterator[Place]:
    """Servers, simulators, a mapped connection, the fleet, and Prometheus over it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mx-alarms-")))
        engine = stack.enter_context(running_engine())
        make_template(engine.database_url)
        database_url = stack.enter_context(migrated_database(engine.database_url))
        xero = stack.enter_context(simulator(create_xero(None)))
        mintsoft = stack.enter_context(simulator(create_mintsoft(None)))
        fleet = make_fleet(database_url, xero, mintsoft, SYSTEM)
        stack.callback(fleet.runtime.close)
        tenant = fleet.organisation()["tenant_id"]
        connection = fleet.connect(tenant_id=tenant)
        amqp_url = str(engine.amqp_url)
        prepare_broker(amqp_url)
        broker, database = urlsplit(amqp_url), urlsplit(database_url)
        to_broker = stack.enter_context(Way(tcp(str(broker.hostname), int(broker.port or 5672))))
        to_database = stack.enter_context(Way(unix(socket_of(database_url))))
        account = broker.netloc.rpartition("@")[0]
        watched, console, *own = free_ports(2 + len(COMMANDS))
        ports = dict(zip(COMMANDS, own, strict=True))
        settings = settings_of(fleet, amqp_url) | {
            "MX_AMQP_URL": broker._replace(netloc=f"{account}@127.0.0.1:{to_broker.port}").geturl(),
            "MX_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{to_database.port}"
            f"{database.path}?sslmode=disable&gssencmode=disable",
            "MX_METRICS_SECONDS": "1",
            "MX_CONSOLE_PORT": str(console),
            "MX_XERO_WEBHOOK_KEY": "a key of Xero's",
        }
        hook = stack.enter_context(board())
        settings["MX_NOTICE_HOOK_URL"] = hook.url
        parts = stack.enter_context(Parts(settings, ports=ports))
        for role in COMMANDS:
            parts.start(role)
        prometheus = stack.enter_context(watching(folder, watched, ports))
        url = f"http://127.0.0.1:{console}"
        yield Place(
            *(amqp_url, to_broker, to_database, fleet, parts),
            *(prometheus, connection, tenant, url, hook),
        )


def socket_of(database_url: str) -> str:
    """Return the path of PostgreSQL's socket."""
    [folder] = parse_qs(urlsplit(database_url).query)["host"]
    return f"{folder}/{SOCKET}"


def patiently(what: str, condition: Callable[[], bool]) -> None:
    """Return once *condition* holds, also where everything takes long."""
    until(what, condition, STARTING_SECONDS)


def until_quiet(here: Place, alert: str) -> None:
    """Return once every part answers and *alert* does not fire."""
    for role, port in here.parts.ports.items():
        _until_answers(here.parts, role, port)
    until(f"{alert} is quiet", lambda: alert not in here.prometheus.firing(), 150)


def _until_answers(parts: Parts, role: str, port: int) -> None:
    try:
        until(f"{role} answers", lambda: _answers(port), STARTING_SECONDS)
    except AssertionError as error:
        said = [part.err[-2000:] for other, part in parts.running if other == role]
        raise AssertionError(f"{error}: {said}") from None


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def quiet_environment() -> None:
    """A developer's own settings must not reach the fleet."""
    for name in [name for name in os.environ if name.startswith("MX_")]:
        del os.environ[name]
