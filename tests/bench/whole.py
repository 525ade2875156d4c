"""The whole way: from an event on RabbitMQ to the invoice in (simulated) Xero and the order's tag.

Each side is one process with eight worker threads, without Xero's limits; the simulators are
processes of their own. Latency is measured at a steady pace, from an event's publication to
`posted` in the ledger.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import quantiles

import httpx
import psutil

from events.egress import Publisher
from events.envelope import Message
from tests.bench.place import CLIENTS, Place
from tests.bench.rounds import Measure
from tests.support import databases
from tests.support.children import ROOT, until
from tests.support.fleet import Fleet, make_fleet
from tests.support.processes import settings_of
from tests.support.simulators import Simulator
from workers.clock import SYSTEM

PACE = 100
"""Events a second while latency is measured."""

PATIENCE = 180.0
"""Seconds after which a round has failed."""

WARM_UP = 200
"""Orders that make chart, items and contacts known."""


@dataclass
class Whole:
    """Both ways to the end, and how long one order takes at a steady pace (seconds)."""

    ours: Measure
    plain: Measure
    latencies: list[float] = field(default_factory=list)
    memory: int = 0

    @property
    def ratio(self) -> float:
        """How many times the plain way."""
        return self.ours.median / self.plain.median

    def latency(self, per_cent: int) -> float:
        """Seconds within which so many of a hundred orders were posted."""
        return quantiles(self.latencies, n=100)[per_cent - 1]


@dataclass(frozen=True)
class Ground:
    """A fleet's servers, the simulators as processes of their own."""

    place: Place
    fleet: Fleet

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


def run(place: Place, orders: int, rounds: int, say: Callable[[str], None]) -> Whole:
    """Measure; the plain way gets a fifth of the orders."""
    whole = Whole(
        Measure("ours: from the event to Xero", orders),
        Measure("the plain way: one call an order", max(orders // 5, 1)),
    )
    with _ground(place) as ground:
        _ours(ground, WARM_UP)
        for number in range(1, rounds + 1):
            seconds, whole.memory = _ours(ground, orders)
            whole.ours.seconds.append(seconds)
            whole.plain.seconds.append(_plain(ground, whole.plain.events))
            rates = [f"{each.name} {each.rates[-1]:,.0f}/s" for each in (whole.ours, whole.plain)]
            say(f"whole way, round {number}: {'; '.join(rates)}")
        whole.latencies = _latencies(ground, seconds=20)
    return whole


def _ours(ground: Ground, count: int) -> tuple[float, int]:
    known = ground.tagged()
    with ground.place.broker(ground.orders(count)) as url, _way(ground, url, "ours") as way:
        began = time.perf_counter()
        way.go()
        until("all orders are tagged", lambda: ground.tagged() == known + count, PATIENCE)
        return time.perf_counter() - began, way.memory()


def _plain(ground: Ground, count: int) -> float:
    with (
        ground.place.broker(ground.orders(count)) as url,
        _way(ground, url, "plain", str(count)) as way,
    ):
        began = time.perf_counter()
        way.go()
        way.hear("done")
        return time.perf_counter() - began


def _latencies(ground: Ground, seconds: int) -> list[float]:
    messages = ground.orders(PACE * seconds)
    known = ground.posted()
    with ground.place.broker() as url, _way(ground, url, "ours") as way:
        way.go()
        published = _at_a_steady_pace(url, messages)
        until("all orders are in Xero", lambda: ground.posted() == known + len(messages), PATIENCE)
    rows = ground.fleet.rows(
        "select mintsoft_id, posted_at from documents where mintsoft_id = any(%s)",
        [list(published)],
    )
    return [(row["posted_at"] - published[row["mintsoft_id"]]).total_seconds() for row in rows]


def _at_a_steady_pace(url: str, messages: Sequence[Message]) -> dict[int, datetime]:
    """Publish one after the other, whatever becomes of them; return when each was."""
    published: dict[int, datetime] = {}
    began = time.perf_counter()
    with Publisher(url) as publisher:
        for number, message in enumerate(messages):
            time.sleep(max(0.0, began + number / PACE - time.perf_counter()))
            published[id_of(message)] = datetime.now(UTC)
            publisher.publish_batch([message])
    return published


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

    def memory(self) -> int:
        """Bytes that it holds of its own."""
        return int(psutil.Process(self._process.pid).memory_full_info().uss)


@contextmanager
def _way(ground: Ground, url: str, *arguments: str) -> Iterator[Way]:
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
def _simulated(name: str) -> Iterator[Simulator]:
    with _process(f"tests.simulators.{name}", "--die-with-parent") as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        with httpx.Client(base_url=url, timeout=60) as admin:
            yield Simulator(url, admin)


@contextmanager
def _ground(place: Place) -> Iterator[Ground]:
    with ExitStack() as stack:
        xero, mintsoft = (stack.enter_context(_simulated(each)) for each in ("xero", "mintsoft"))
        url = stack.enter_context(databases.migrated_database(place.database_url))
        fleet = make_fleet(url, xero, mintsoft, SYSTEM)
        stack.callback(fleet.runtime.close)
        xero.admin.post("/_sim/limits", json={"enabled": False}).raise_for_status()
        for client in CLIENTS:
            fleet.connect(client_id=client)
        yield Ground(place, fleet)
