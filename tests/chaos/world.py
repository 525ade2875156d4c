"""Everything a run needs: servers of its own, lines that can be cut, simulators, the fleet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from deploy.local.client import Engine
from deploy.local.postgres import SOCKET
from schemas.connections import Mode
from tests.chaos.cases import CLIENTS, FADING, LATE_CLIENT
from tests.chaos.nursery import Nursery
from tests.chaos.parts import ROLES, Parts
from tests.simulators.mintsoft.app import create_app as create_mintsoft
from tests.simulators.xero.app import create_app as create_xero
from tests.support.brokers import virtual_host
from tests.support.databases import make_template, migrated_database
from tests.support.engine import running_engine
from tests.support.fleet import ACCOUNTING_MAPPING, Fleet, make_fleet
from tests.support.line import Line, tcp, unix
from tests.support.processes import prepare_broker, settings_of
from tests.support.simulators import simulator
from tests.support.wire import Wire
from workers.clock import SYSTEM

FADING_ACCOUNT = "260"
PATIENCE_SECONDS = 4.0
MAPPING = ACCOUNTING_MAPPING | {"skus": {FADING: {"sales": FADING_ACCOUNT}}}


@dataclass
class World:
    """One run's surroundings. ``lines`` by role, then by what they lead to.

    ``patience`` is how many seconds a fault waits for somebody to come to its named instant.
    """

    engine: Engine
    amqp_url: str
    fleet: Fleet
    parts: Parts
    lines: dict[str, dict[str, Line]]
    tenants: dict[UUID, str] = field(default_factory=dict)
    unique_numbers: bool = True
    patience: float = PATIENCE_SECONDS
    counts: dict[str, int] = field(default_factory=dict)

    def note(self, what: str, times: int = 1) -> None:
        """Count something that was done."""
        self.counts[what] = self.counts.get(what, 0) + times

    def all_lines(self) -> list[Line]:
        """Every line of every role."""
        return [line for of_role in self.lines.values() for line in of_role.values()]

    def connect(self, client: int | None) -> None:
        """Connect a client, or the fulfilment of all, to an organisation of its own."""
        tenant = self.fleet.organisation(unique_numbers=self.unique_numbers)["tenant_id"]
        if client is None:
            found = self.fleet.connect(Mode.FULFILMENT, tenant_id=tenant)
        else:
            found = self.fleet.connect(tenant_id=tenant, client_id=client, mapping=MAPPING)
        self.tenants[found] = tenant

    def mintsoft_orders(self, numbers: Iterator[int]) -> None:
        """Let Mintsoft know these orders, so that they can be tagged."""
        known = [{"ID": number, "OrderNumber": f"ORD-{number}"} for number in numbers]
        self.fleet.mintsoft.admin.post("/_sim/orders", json=known).raise_for_status()


@dataclass(frozen=True)
class Servers:
    """An engine with a database and a virtual host that nobody else uses, and a nursery."""

    engine: Engine
    database_url: str
    amqp_url: str
    nursery: Nursery


@contextmanager
def own_engine() -> Iterator[Engine]:
    """An engine for runs alone, one after the other: all of it may be killed."""
    with running_engine() as engine:
        make_template(engine.database_url)
        yield engine


@contextmanager
def servers_of(engine: Engine, nursery: Nursery) -> Iterator[Servers]:
    """A database and a virtual host for one run."""
    with (
        migrated_database(engine.database_url) as database_url,
        virtual_host(str(engine.amqp_url), str(engine.management_url)) as amqp_url,
    ):
        yield Servers(engine, database_url, amqp_url, nursery)


@contextmanager
def world(
    servers: Servers,
    record: Path | None = None,
    *,
    without: str = "",
    unique_numbers: bool = True,
    patience: float = PATIENCE_SECONDS,
) -> Iterator[World]:
    """Simulators and lines to *servers*; no part of the fleet runs yet, nobody is connected."""
    database_url, amqp_url = servers.database_url, servers.amqp_url
    with ExitStack() as stack:
        xero = stack.enter_context(simulator(create_xero(record)))
        mintsoft = stack.enter_context(simulator(create_mintsoft(record)))
        fleet = make_fleet(database_url, xero, mintsoft, SYSTEM)
        stack.callback(fleet.runtime.close)
        prepare_broker(amqp_url)
        lines = {
            role: {
                "RabbitMQ": stack.enter_context(Wire(amqp_url)),
                "PostgreSQL": stack.enter_context(Line(unix(_socket_of(database_url)))),
                "Xero": stack.enter_context(Line(tcp("127.0.0.1", _port_of(xero.url)))),
            }
            for role in ROLES
        }
        environments = {role: _environment(database_url, lines[role]) for role in ROLES}
        settings = settings_of(fleet, amqp_url)
        parts = Parts(settings, nursery=servers.nursery, environments=environments, without=without)
        stack.enter_context(parts)
        yield World(
            servers.engine,
            amqp_url,
            fleet,
            parts,
            lines,
            unique_numbers=unique_numbers,
            patience=patience,
        )


def connect_all(place: World) -> None:
    """Connect everyone but the client who comes late."""
    for client in (*CLIENTS, None):
        place.connect(client)


def connect_late(place: World) -> None:
    """Connect the client whose first events nobody wanted."""
    place.connect(LATE_CLIENT)


def _environment(database_url: str, lines: dict[str, Any]) -> dict[str, str]:
    name = urlsplit(database_url).path
    port = lines["PostgreSQL"].port
    xero = f"http://127.0.0.1:{lines['Xero'].port}"
    return {
        "MX_AMQP_URL": lines["RabbitMQ"].url,
        "MX_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{port}{name}"
        "?sslmode=disable&gssencmode=disable",
        "MX_XERO_API_URL": xero,
        "MX_XERO_IDENTITY_URL": xero,
    }


def _socket_of(database_url: str) -> str:
    [folder] = parse_qs(urlsplit(database_url).query)["host"]
    return f"{folder}/{SOCKET}"


def _port_of(url: str) -> int:
    return int(urlsplit(url).port or 80)
