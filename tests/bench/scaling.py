"""What needs more than one process: two ingresses on one queue, and the plain way with its worker.

Ingresses start at one time: a lock keeps each from storing its first batch until all have one.
The plain way's worker is there before the first event.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import ways
from tests.bench.place import Place
from tests.support.children import until
from tests.support.processes import Processes, holding, settings_of

FIRST_BATCHES = 200
"""Events that each process has read already when the lock is let go; they are not counted."""


def scaled(place: Place, count: int, processes: int) -> float:
    """Take *count* events with so many processes; seconds for *count*, of those counted."""
    known = place.count_documents()
    with (
        place.broker(place.events(count)) as url,
        Processes(settings_of(place.fleet, url) | {"MX_LOG_LEVEL": "ERROR"}) as fleet,
    ):
        with holding(place.database_url, "lock table inbox in share mode"):
            for _ in range(processes):
                fleet.start("ingress")
            until("all have a batch", lambda: _waiting(place) == processes)
        began = time.perf_counter()
        until("all is in the ledger", lambda: place.count_documents() - known == count)
        seconds = time.perf_counter() - began
    return seconds * count / (count - FIRST_BATCHES * processes)


def plain_to_the_ledger(place: Place, count: int) -> float:
    """The plain way until its worker has stored the last of *count* events; seconds."""
    known = place.count_documents()
    with place.broker(place.events(count)) as url, _worker(place, url):
        began = time.perf_counter()
        ways.plain(url, count)
        until("all is in the ledger", lambda: place.count_documents() - known == count)
        return time.perf_counter() - began


@contextmanager
def _worker(place: Place, amqp_url: str) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.bench.worker", amqp_url, place.database_url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if process.stdout is None or process.stdout.readline() != b"ready\n":
            raise SystemExit("the plain way's worker did not start")
        yield
    finally:
        process.communicate()


def _waiting(place: Place) -> int:
    [row] = place.fleet.rows(
        "select count(*) as n from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )
    return int(row["n"])
