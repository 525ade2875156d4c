"""The database's share: what the intake asks of PostgreSQL for events that are read already."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from psycopg_pool import ConnectionPool

from events.envelope import Event
from workers.intake import EXPORT_QUEUES, fold
from workers.routing import Directory, arrivals_of, clients_of
from workers.store import inbox, wakeups
from workers.store.inbox import EventId
from workers.store.wakeups import Wakeup

BATCH = 200
"""The ingress's own batch."""


def storing(pool: ConnectionPool, events: Sequence[Event]) -> float:
    """Write *events*, none of them seen before, into inbox and ledger; seconds."""
    began = time.perf_counter()
    for batch in _batches(events):
        _store(pool, batch)
    return time.perf_counter() - began


def _batches(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    for start in range(0, len(events), BATCH):
        yield events[start : start + BATCH]


def _store(pool: ConnectionPool, events: Sequence[Event]) -> None:
    with pool.connection() as conn:
        directory = Directory(
            inbox.routes(conn, {event.account for event in events}, clients_of(events))
        )
        inbox.remember(conn, [EventId(each.source, each.id, each.type, True) for each in events])
        arrivals = [each for event in events for each in arrivals_of(event, directory)]
        documents = list(fold({}, arrivals).values())
        inbox.insert(conn, documents)
        wakeups.wake(
            conn,
            [Wakeup(each.key.connection_id, EXPORT_QUEUES[each.key.kind]) for each in documents],
        )
