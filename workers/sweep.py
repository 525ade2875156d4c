"""The sweep: finds what is due and has nobody on the way to it.

This is what makes messages mere wake-up calls: a lost one costs a minute, never a document.
Any number of sweeps may run; the wake-up table keeps them from saying things twice.
"""

import structlog
from psycopg_pool import ConnectionPool

from workers.intake import Send
from workers.store import wakeups

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
            missing = wakeups.wake(conn, wakeups.due(conn))
        self._send(missing)
        if missing:
            log.info("sweep.woke", wakeups=len(missing))
        return len(missing)
