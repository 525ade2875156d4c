"""Several ingress processes on one queue: the real command, as many times as asked.

They start at one time: a lock keeps each from storing its first batch until all have one.
"""

from __future__ import annotations

import time

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


def _waiting(place: Place) -> int:
    [row] = place.fleet.rows(
        "select count(*) as n from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )
    return int(row["n"])
