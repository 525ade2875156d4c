"""Keeps the tables that grow with every event as long as the settings say, and no longer."""

from collections import Counter
from datetime import timedelta

import structlog
from psycopg_pool import ConnectionPool

from workers.settings import Settings
from workers.store import retention, sign_ins

log = structlog.get_logger(__name__)


class Housekeeper:
    """Deletes what is older than it has to be kept. Any number may run."""

    def __init__(self, pool: ConnectionPool, settings: Settings) -> None:
        self._pool = pool
        known, done = settings.keep_inbox_days, settings.keep_attempts_days
        self._keep = {
            "inbox": timedelta(days=known),
            "outbox": timedelta(days=settings.keep_outbox_days),
            "attempts": timedelta(days=done),
            "acts": timedelta(days=done),
            "parked": timedelta(days=settings.keep_parked_days),
            "tags": timedelta(days=done),
            "export_requests": timedelta(days=known),
            "mintsoft_unreadable": timedelta(days=known),
            "sign_ins": sign_ins.LIFE,
        }

    def once(self) -> int:
        """Delete one batch of each table; return the rows.

        0 means that there is nothing left to do, or that another process is doing it.
        """
        with self._pool.connection() as conn:
            if not retention.is_my_turn(conn):
                return 0
            deleted = retention.delete_batch(conn, self._keep)
        found = sum(deleted.values())
        if found:
            log.info("housekeeping.deleted", **deleted)
        return found

    def all(self) -> dict[str, int]:
        """Delete all there is to delete, waiting for whoever is at it; return rows by table."""
        total = Counter(dict.fromkeys(retention.TABLES, 0))
        while True:
            with self._pool.connection() as conn:
                retention.wait_for_turn(conn)
                deleted = retention.delete_batch(conn, self._keep)
            total.update(deleted)
            if not any(deleted.values()):
                return dict(total)
