"""One process that takes orders from RabbitMQ to Xero at full speed: our fleet, or the plain way.

`python -m tests.bench.unlimited ours` and `... plain COUNT`, settings from the environment. Says
ready, begins when it is sent a line, and ends with its standard input. Xero's limits are left
out on both sides, or the limits would be all that is measured.

The plain way takes one event at a time, sends one Dramatiq message for it, and its actor makes
one call for one order and tags it: the same mapping, the same gateways, no ledger.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import dramatiq
import pika
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from events.exact_json import loads
from events.topology import INGRESS, declare
from schemas.exports import Kind
from workers import books, logs
from workers.cli.fleet import Fleet
from workers.clock import SYSTEM
from workers.mapping import wire
from workers.mapping.context import Context
from workers.mapping.decide import decide
from workers.mapping.decisions import Post
from workers.mintsoft.gateway import TAG
from workers.runtime import Runtime, part
from workers.settings import Settings
from workers.store import connections
from workers.xero.budget import Budget, Call, Purpose, Rates
from workers.xero.gateway import XeroGateway
from workers.xero.wire import encode

THREADS = 8
MANY = 10**9

Worker = tuple[XeroGateway, Context]


class Unlimited(Runtime):
    """The fleet's parts with a budget that decides as ever and never says no."""

    @part
    def budget(self) -> Budget:
        """What the fleet may still ask of Xero."""
        return without_limits(self)


def without_limits(runtime: Runtime) -> Budget:
    """Return a budget that counts like any other and lets everything pass."""
    return Budget(runtime.pool, runtime.clock, MANY, Rates(MANY, MANY, MANY))


class Free:
    """No budget at all: what the plain way has."""

    def take(self, tenant_id: UUID, _purpose: Purpose) -> Call:
        """Take what is asked for."""
        return Call(0, tenant_id, SYSTEM.now())

    def settle(self, call: Call, headers: Mapping[str, str], status: int | None) -> None:
        """Nothing was taken."""


def ours(runtime: Runtime) -> None:
    """Ingress, workers, relay and scheduler, as `mintsoft-xero run` has them."""
    fleet = Fleet(runtime, threads=THREADS)
    _on_go(fleet.start)
    fleet.stop()


def plain(runtime: Runtime, count: int) -> None:
    """Say first when one order is in Xero and tagged, done when *count* are."""
    url = runtime.settings.amqp_url.get_secret_value()
    workers = _workers(runtime)
    with runtime.pool.connection() as conn:
        connection = connections.every(conn)[0]
    mintsoft = runtime.mintsoft.of(connection.id)
    broker = RabbitmqBroker(url=url, confirm_delivery=True)
    left, lock = count, threading.Lock()

    def post_order(event: str) -> None:
        nonlocal left
        order = _order(event)
        _post(workers, order)
        mintsoft.tag_order(order["ID"], TAG)
        with lock:
            left -= 1
            if left == count - 1:
                _say("first")
            if not left:
                _say("done")

    actor = dramatiq.actor(actor_name="post_order", broker=broker)(post_order)
    worker = dramatiq.Worker(broker, worker_threads=THREADS)
    passing_on = threading.Thread(target=_pass_on, args=(url, actor, count), daemon=True)

    def go() -> None:
        worker.start()
        passing_on.start()

    _on_go(go)
    worker.stop()
    broker.close()


def _pass_on(url: str, actor: Any, count: int) -> None:
    left = count

    def arrived(channel: Any, method: Any, _properties: Any, body: bytes) -> None:
        nonlocal left
        actor.send(body.decode())
        channel.basic_ack(method.delivery_tag)
        left -= 1
        if not left:
            channel.stop_consuming()

    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        declare(channel)
        channel.basic_qos(prefetch_count=1)
        channel.basic_consume(INGRESS, arrived)
        channel.start_consuming()


def _order(event: str) -> dict[str, Any]:
    envelope: Any = loads(event.encode())
    order: dict[str, Any] = envelope["data"]
    return order


def _post(workers: dict[int, Worker], order: dict[str, Any]) -> None:
    gateway, context = workers[order["ClientId"]]
    decision = decide(Kind.ORDER, order, context)
    assert isinstance(decision, Post), decision
    [answer] = gateway.put_invoices(
        encode({"Invoices": [wire.invoice_body(decision.invoice)]}), uuid4()
    )
    assert not answer.errors, answer


def _workers(runtime: Runtime) -> dict[int, Worker]:
    """Per client what an order of it needs; chart and items are known already."""
    found: dict[int, Worker] = {}
    with runtime.pool.connection() as conn:
        rows = connections.every(conn)
    for row in rows:
        assert row.client_id is not None
        assert row.tenant_id is not None
        assert row.token_set_id is not None
        chart = books.read_chart(runtime.pool, runtime.gateway_for(row), row.id)
        with runtime.pool.connection() as conn:
            context = books.context(conn, row, chart, runtime.settings.mintsoft_web_url)
        tokens = runtime.tokens.of(row.token_set_id)
        gateway = XeroGateway(runtime.xero, row.tenant_id, tokens, Free(), runtime.clock)
        found[row.client_id] = (gateway, context)
    return found


def _on_go(begin: Callable[[], object]) -> None:
    """Say ready, begin at a line, and return when standard input ends."""
    _say("ready")
    sys.stdin.readline()
    begin()
    sys.stdin.read()


def _say(word: str) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


def main(way: str, count: int = 0) -> None:
    """Run one of the two ways."""
    logs.configure("console", "ERROR")
    runtime = Unlimited(Settings(), pool_size=THREADS + 6)
    try:
        ours(runtime) if way == "ours" else plain(runtime, count)
    finally:
        runtime.close()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
