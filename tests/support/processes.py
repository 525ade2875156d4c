"""The fleet as the operating system sees it: a process for each part, killed and started again.

Waiting is on conditions with a deadline. What a process was doing when it was killed is arranged
with locks that the test holds in PostgreSQL, so that a kill hits the instant it is meant for.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import psutil
import psycopg
from pika import BlockingConnection
from pika.exceptions import ChannelClosedByBroker

from events.amqp import parameters
from events.delivery import Delivery
from events.egress import Publisher
from events.envelope import STRUCTURED, Message
from events.topology import declare
from schemas.catalogue import MINTSOFT_EVENTS, XERO_EVENTS
from tests.support.children import Child, until
from tests.support.command import environment
from tests.support.fleet import Fleet

LISTENER = "listener"
"""A queue of the test's own, bound to everything that the fleet publishes."""

NOT_FOUND = 404
"""AMQP's reply code for a queue that does not exist."""

COMMANDS: dict[str, list[str]] = {
    "ingress": ["ingress"],
    "worker": ["worker", "--threads", "2"],
    "scheduler": ["scheduler"],
    "relay": ["relay"],
}


@dataclass
class Processes:
    """Parts of the fleet, each a process with its own children; all gone when the block ends."""

    environment: dict[str, str]
    running: list[tuple[str, Child]] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for _role, part in self.running:
            kill_family(part)
            part.end()

    def start(self, role: str) -> Child:
        """Start a part."""
        part = Child(COMMANDS[role], self.environment)
        self.running.append((role, part))
        return part

    def kill(self, part: Child) -> None:
        """End a part and its children with -9."""
        self._forget(part)
        kill_family(part)
        part.end()

    def terminate(self, part: Child, seconds: float = 40.0, *, just_started: bool = False) -> None:
        """End a part with SIGTERM; fails the test when it does not obey, or ends in an error.

        One that has *just_started* may have died of the signal: it did not listen for it yet.
        """
        allowed = {0, -signal.SIGTERM} if just_started else {0}
        part.signal(signal.SIGTERM)
        assert part.wait(seconds) in allowed, part.err
        self._forget(part)
        part.end()

    def check(self) -> None:
        """Fail the test when a part has ended by itself."""
        for role, part in self.running:
            assert part.process.poll() is None, f"{role} has ended: {part.err[-3000:]}"

    def _forget(self, part: Child) -> None:
        self.running = [each for each in self.running if each[1] is not part]


def kill_family(part: Child) -> None:
    """Kill a process with its children: Dramatiq's workers are children of its master."""
    if part.process.poll() is not None:
        return
    main = psutil.Process(part.process.pid)
    family = [main, *main.children(recursive=True)]
    for process in family:
        _unless_gone(process.kill)
    part.process.wait()
    psutil.wait_procs(family, timeout=10)


def _unless_gone(act: Callable[[], object]) -> None:
    try:
        act()
    except psutil.NoSuchProcess:
        return


def settings_of(fleet: Fleet, amqp_url: str) -> dict[str, str]:
    """The environment of processes that share a fleet's servers."""
    quiet = {"MX_LOG_LEVEL": "INFO", "MX_LOG_FORMAT": "console"}
    return environment(fleet.runtime.settings) | {"MX_AMQP_URL": amqp_url} | quiet


def prepare_broker(amqp_url: str) -> None:
    """Declare the topology and the listener's queue, before any part runs."""
    with channel_to(amqp_url) as channel:
        declare(channel)
        channel.queue_declare(LISTENER, durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(LISTENER, XERO_EVENTS, "#")


@contextmanager
def channel_to(amqp_url: str) -> Iterator[Any]:
    """A channel of the test's own."""
    with BlockingConnection(parameters(amqp_url, "test")) as connection:
        yield connection.channel()


def publish(amqp_url: str, deliveries: Sequence[Delivery]) -> None:
    """Publish events as Mintsoft would, each confirmed by the broker."""
    messages = [
        Message(MINTSOFT_EVENTS, each.routing_key, each.body, each.content_type or STRUCTURED)
        for each in deliveries
    ]
    with Publisher(amqp_url) as publisher:
        publisher.publish_batch(messages)


def depth(amqp_url: str, queue: str) -> int:
    """Messages in a queue that nobody holds; 0 when there is no such queue."""
    found = _look_at(amqp_url, queue)
    return int(found.message_count) if found else 0


def consumers(amqp_url: str, queue: str) -> int:
    """Who reads a queue; 0 when there is no such queue."""
    found = _look_at(amqp_url, queue)
    return int(found.consumer_count) if found else 0


def _look_at(amqp_url: str, queue: str) -> Any:
    with BlockingConnection(parameters(amqp_url, "test")) as connection:
        try:
            return connection.channel().queue_declare(queue, passive=True).method
        except ChannelClosedByBroker as closed:
            if closed.reply_code == NOT_FOUND:
                return None
            raise


def outgoing(amqp_url: str) -> list[dict[str, Any]]:
    """Take what the fleet has published so far out of the listener's queue."""
    found: list[dict[str, Any]] = []
    with channel_to(amqp_url) as channel:
        while True:
            method, _, body = channel.basic_get(LISTENER, auto_ack=True)
            if method is None:
                return found
            found.append(json.loads(body))


@contextmanager
def holding(database_url: str, statement: str) -> Iterator[None]:
    """Hold the locks that *statement* takes while the block runs, then let go of them."""
    with psycopg.connect(database_url) as conn:
        conn.execute(statement.encode())
        yield
        conn.rollback()


def somebody_waits(fleet: Fleet) -> bool:
    """Whether a statement in this database waits for a lock."""
    [row] = fleet.rows(
        "select count(*) as n from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )
    return bool(row["n"])


def all_posted(fleet: Fleet, count: int) -> Callable[[], bool]:
    """Whether so many documents are in the ledger, all of them posted."""
    return lambda: fleet.statuses() == {"posted": count}


def until_posted(fleet: Fleet, processes: Processes, count: int, seconds: float = 60.0) -> None:
    """Return once so many documents are posted; fails when a part ends or it takes too long."""

    def done() -> bool:
        processes.check()
        return all_posted(fleet, count)()

    until(f"{count} documents are posted", done, seconds)
