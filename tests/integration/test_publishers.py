"""Upstream's publishers, as documented, against the real broker and the real ingress."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pika
import pytest

from deploy.local import node
from events.delivery import Delivery
from events.exact_json import dumps
from events.ingress import Ingress
from tests.support.children import ROOT
from tests.support.command import Command
from tests.support.documents import order
from tests.support.fleet import Fleet

PUBLISHING = ROOT / "docs" / "publishing"
PATIENCE_SECONDS = 60


def python_publisher() -> list[str]:
    return [sys.executable, str(PUBLISHING / "python" / "publish.py")]


def node_publisher() -> list[str]:
    folder = node.packages(PUBLISHING / "node")
    return [str(shutil.which("node")), str(folder / "publish.mjs")]


def run(
    command: Sequence[str], url: str, key: str, event_id: str, file: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, key, "acme", event_id, str(file)],
        env={**os.environ, "AMQP_URL": url},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def take(url: str, fleet: Fleet, count: int) -> None:
    """Run the real ingress until it has made *count* messages safe."""
    seen: queue.Queue[Delivery] = queue.Queue()

    def handle(batch: Sequence[Delivery]) -> None:
        fleet.runtime.intake.handle(batch)
        for each in batch:
            seen.put(each)

    ingress = Ingress(url, handle)
    thread = threading.Thread(target=ingress.run, daemon=True)
    thread.start()
    try:
        for _ in range(count):
            seen.get(timeout=PATIENCE_SECONDS)
    finally:
        ingress.stop()
        thread.join(PATIENCE_SECONDS)


def publish_file(url: str, path: Path) -> None:
    """Publish a message as its bus would: to its own exchange, with its own headers."""
    message: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    properties = pika.BasicProperties(**message["properties"])
    body = json.dumps(message["payload"]).encode()
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.exchange_declare(message["exchange"], "fanout", durable=True)
        channel.basic_publish(message["exchange"], "", body, properties, mandatory=True)


@pytest.mark.parametrize("publisher", [python_publisher, node_publisher])
def test_a_documented_publisher_reaches_xero(
    publisher: Callable[[], list[str]], amqp_url: str, fleet: Fleet, mx: Command, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """An order published twice under one id is in Xero once; a key that leads nowhere fails."""
    monkeypatch.setenv("MX_AMQP_URL", amqp_url)
    mx("event", "bind")  # declares what the ingress would have declared
    command = publisher()
    path = tmp_path / "order.json"
    path.write_text(dumps(order(7)), encoding="utf-8")
    for _ in range(2):
        done = run(command, amqp_url, "order.dispatched.v1", "order-7-1", path)
        assert done.returncode == 0, done.stderr
    lost = run(command, amqp_url, "stock.changed.v1", "stock-7", path)
    assert lost.returncode != 0
    fleet.connect()
    take(amqp_url, fleet, 2)
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}
    assert fleet.rows("select count(*) as number from inbox") == [{"number": 1}]


def test_messages_of_the_buses_are_taken_from_their_own_exchanges(
    amqp_url: str, fleet: Fleet, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MassTransit's and NServiceBus's, as files, once the exchanges are bound; bound twice, too.

    One that can't be read is parked, and replayed straight to the queue.
    """
    monkeypatch.setenv("MX_AMQP_URL", amqp_url)
    files = sorted((PUBLISHING / "messages").glob("*.json"))
    assert mx.json("event", "bind") == mx.json("event", "bind")
    assert mx("event", "bind", "amq.topic").code == 0
    for path in files:
        publish_file(amqp_url, path)
    fleet.connect()
    take(amqp_url, fleet, len(files))
    found = fleet.rows("select type, source from inbox order by type")
    assert found == [
        {"type": "invoice.finalised.v1", "source": "/mintsoft/acme"},
        {"type": "order.dispatched.v1", "source": "/mintsoft/acme"},
    ]
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        properties = pika.BasicProperties(content_type="application/vnd.masstransit+json")
        connection.channel().basic_publish(
            "Mintsoft.Events:OrderCancelledV1", "", b"{}", properties
        )
    take(amqp_url, fleet, 1)
    [parked] = mx.json("event", "parked")
    assert parked["code"] == "unknown-type"
    assert mx("event", "replay", parked["id"]).code == 0
    take(amqp_url, fleet, 1)
    assert [each["routing_key"] for each in mx.json("event", "parked")] == ["ingress"]
