"""The sweep: finds what is due and has nobody on the way to it.

This is what makes messages mere wake-up calls: a lost one costs a minute, never a document.
Any number of sweeps may run; the wake-up table keeps them from saying things twice.
"""

from collections.abc import Iterator

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from events import topology
from workers.intake import Send
from workers.queues import IMPORT_QUEUES, POLL_QUEUES
from workers.store import backfills, imports, schedules, wakeups
from workers.store.wakeups import Wakeup

log = structlog.get_logger(__name__)


class Sweep:
    """Wakes whoever has work due."""

    def __init__(self, pool: ConnectionPool, send: Send) -> None:
        self._pool = pool
        self._send = send

    def once(self) -> int:
        """Send the wake-ups that are missing and return their number."""
        with self._pool.connection() as conn:
            wakeups.release_requested(conn)
            missing = wakeups.wake(conn, [*wakeups.due(conn), *_imports(conn)])
        self._send(missing)
        if missing:
            log.info("sweep.woke", wakeups=len(missing))
        return len(missing)


def _imports(conn: Connection) -> Iterator[Wakeup]:
    """Yield the queues of connections with runs that were asked for, or something to bring in."""
    for connection_id, kind in schedules.due(conn):
        if kind in POLL_QUEUES:
            yield Wakeup(connection_id, POLL_QUEUES[kind])
    for connection_id in backfills.due(conn):
        yield Wakeup(connection_id, topology.POLLS_MINTSOFT)
    for connection_id, import_kind in imports.due(conn):
        yield Wakeup(connection_id, IMPORT_QUEUES[import_kind])
