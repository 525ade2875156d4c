"""The other half of the plain way: an actor that stores one event a message, in 8 threads.

`python -m tests.bench.worker <amqp url> <database url>` says ready, and runs until its
standard input ends.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from events.delivery import Delivery
from events.envelope import STRUCTURED
from tests.bench import samples
from workers import logs
from workers.intake import Intake
from workers.store.pool import open_pool

THREADS = 8
ACTOR = "store_order"


def main(amqp_url: str, database_url: str) -> None:
    """Store events until standard input ends."""
    logs.configure("console", "ERROR")
    pool = open_pool(database_url, size=THREADS)
    intake = Intake(pool, lambda _wakeups: None)
    broker = RabbitmqBroker(url=amqp_url, confirm_delivery=True)

    def store(order: dict[str, Any]) -> None:
        body = json.dumps(order).encode()
        delivery = Delivery(0, body, {}, STRUCTURED, samples.TYPE, False, 0)
        intake.handle([delivery])

    dramatiq.actor(actor_name=ACTOR, broker=broker)(store)
    worker = dramatiq.Worker(broker, worker_threads=THREADS)
    worker.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    worker.stop()
    broker.close()
    pool.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
