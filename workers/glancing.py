"""Where the console's reports are read: from a replica while it keeps up, else from the ledger.

A report is never refused because its replica is: whoever looks is told whose figures they are and
how old. A replica that did not answer is left alone for a while, so that pages do not wait for it
one after the other. What people decide upon (documents, connections, imports) is always the
ledger's own.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
import structlog
from psycopg_pool import ConnectionPool, PoolTimeout

from workers.clock import Clock
from workers.store import replica

log = structlog.get_logger(__name__)

REST = timedelta(seconds=30)
"""How long a replica that did not answer is not asked again."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a report is read. ``as_of`` (UTC) is given for a replica's figures.

    ``instead`` says why the ledger stands in for a replica; empty when it does not.
    """

    pool: ConnectionPool
    as_of: datetime | None = None
    instead: str = ""


class Glance:
    """Chooses the source of a report. Safe for threads."""

    def __init__(
        self,
        ledger: ConnectionPool,
        open_replica: Callable[[], ConnectionPool] | None,
        most_lag: timedelta,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._open = open_replica
        self._most_lag = most_lag
        self._clock = clock
        self._lock = threading.Lock()
        self._replica: ConnectionPool | None = None
        self._rests_until: datetime | None = None

    def source(self) -> Source:
        """Return where to read now. Raises psycopg.Error and PoolTimeout without the ledger."""
        if self._open is None:
            return Source(self._ledger)
        if self._rests_until is not None and self._clock.now() < self._rests_until:
            return Source(self._ledger, instead="does not answer")
        with self._ledger.connection() as conn:
            until = replica.written(conn)
        try:
            pool = self._opened(self._open)
            with pool.connection() as conn:
                found = replica.standing(conn, until)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("reports.replica_away", cause=type(error).__name__)
            self._rests_until = self._clock.now() + REST
            return Source(self._ledger, instead="does not answer")
        return chosen(found, self._most_lag, pool, self._ledger)

    def close(self) -> None:
        """Close the replica's connections, if there are any."""
        with self._lock:
            opened, self._replica = self._replica, None
        if opened is not None:
            opened.close()

    def _opened(self, open_replica: Callable[[], ConnectionPool]) -> ConnectionPool:
        with self._lock:
            if self._replica is None:
                self._replica = open_replica()
            return self._replica


def chosen(
    found: replica.Standing, most_lag: timedelta, pool: ConnectionPool, ledger: ConnectionPool
) -> Source:
    """Return the replica's *pool* while its rows are young enough, else the *ledger*."""
    if found.lag is None:
        return Source(ledger, instead="does not say how old its figures are")
    if found.lag > most_lag:
        return Source(ledger, instead=f"is {_words(found.lag)} behind")
    return Source(pool, as_of=found.as_of)


def _words(lag: timedelta) -> str:
    seconds = int(lag.total_seconds())
    return f"{seconds} seconds" if seconds < 120 else f"{seconds // 60} minutes"
