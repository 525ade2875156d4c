"""The ground that both ways run on: servers, simulators as processes, and the measured process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx

from events.envelope import Message
from tests.bench import spent
from tests.bench.place import CLIENTS, Place
from tests.support import databases
from tests.support.children import ROOT
from tests.support.fleet import Fleet, make_fleet
from tests.support.processes import settings_of
from tests.support.simulators import Simulator
from workers.clock import SYSTEM


@dataclass(frozen=True)
class Ground:
    """A fleet's servers, the simulators as processes of their own."""

    place: Place
    fleet: Fleet
    families: dict[str, list[int]]

    def environment(self, amqp_url: str) -> dict[str, str]:
        """Settings of a process on these servers."""
        return settings_of(self.fleet, amqp_url)

    def posted(self) -> int:
        """Documents that are in Xero."""
        [row] = self.fleet.rows("select count(*) as n from documents where status = 'posted'")
        return int(row["n"])

    def tagged(self) -> int:
        """Orders that carry their tag in Mintsoft."""
        [row] = self.fleet.rows("select count(*) as n from tags where done_at is not null")
        return int(row["n"])

    def orders(self, count: int) -> list[Message]:
        """Events of orders that Mintsoft has."""
        messages = self.place.events(count)
        known = [{"ID": id_of(each), "OrderNumber": f"ORD-{id_of(each)}"} for each in messages]
        self.fleet.mintsoft.admin.post("/_sim/orders", json=known).raise_for_status()
        return messages


def id_of(message: Message) -> int:
    """The order that an event of the samples is about."""
    return int((message.message_id or "e-0").removeprefix("e-"))


class Way:
    """A process of tests.bench.unlimited that is ready to begin."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.hear("ready")

    def hear(self, word: str) -> None:
        """Wait until the process says *word*."""
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        if not said or json.loads(said) != word:
            raise SystemExit(f"a process that is measured said {said!r} instead of {word!r}")

    def go(self) -> None:
        """Let it begin."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")
        self._process.stdin.flush()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid


@contextmanager
def way_of(ground: Ground, url: str, *arguments: str) -> Iterator[Way]:
    """One of the two ways as a process on *ground*; ended when the block ends."""
    quiet = ground.environment(url) | {"MX_LOG_LEVEL": "ERROR"}
    with _process("tests.bench.unlimited", *arguments, environment=quiet) as process:
        yield Way(process)


@contextmanager
def _process(
    module: str, *arguments: str, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | (environment or {}),
    )
    try:
        yield process
    finally:
        process.communicate()


@contextmanager
def _simulated(name: str) -> Iterator[tuple[Simulator, int]]:
    with _process(f"tests.simulators.{name}", "--die-with-parent") as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        with httpx.Client(base_url=url, timeout=60) as admin:
            yield Simulator(url, admin), process.pid


@contextmanager
def prepared(place: Place) -> Iterator[Ground]:
    """A database and simulators of their own, and a connection for each client."""
    with ExitStack() as stack:
        (xero, xero_pid), (mintsoft, mintsoft_pid) = (
            stack.enter_context(_simulated(each)) for each in ("xero", "mintsoft")
        )
        url = stack.enter_context(databases.migrated_database(place.database_url))
        fleet = make_fleet(url, xero, mintsoft, SYSTEM)
        stack.callback(fleet.runtime.close)
        xero.admin.post("/_sim/limits", json={"enabled": False}).raise_for_status()
        for client in CLIENTS:
            fleet.connect(client_id=client)
        simulators = {spent.XERO: [xero_pid], spent.MINTSOFT: [mintsoft_pid]}
        yield Ground(place, fleet, spent.servers(place.state) | simulators)
