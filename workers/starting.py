"""Starting runs whose time has come: one process does it, others stand by.

The leader holds a session advisory lock of PostgreSQL and acts on that very session, so that it
can't act once the lock is lost. When its process or machine dies the server ends the session,
and another takes over at its next turn. Two at once would do no harm: rows are skipped that
somebody else has in hand.
"""

from contextlib import suppress
from dataclasses import dataclass

import psycopg
import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from workers.intake import Send
from workers.queues import POLL_QUEUES
from workers.store import schedules, wakeups
from workers.store.wakeups import Wakeup

log = structlog.get_logger(__name__)

BATCH = 500
"""Schedules in one transaction; a turn goes on until none is due."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Runs that were started, whether more may be due, and whom to wake."""

    started: int
    is_full: bool
    to_wake: list[Wakeup]


class Starter:
    """Starts what is due while it leads; else sees whether it may lead."""

    def __init__(self, pool: ConnectionPool, send: Send) -> None:
        self._pool = pool
        self._send = send
        self._session: Connection | None = None

    @property
    def leads(self) -> bool:
        """Whether this one was the leader at its last turn."""
        return self._session is not None

    def once(self) -> int:
        """Start what is due and return its number; 0 too when another one leads."""
        session = self._session or self._stand()
        if session is None:
            return 0
        started = 0
        while True:
            try:
                with session.transaction():
                    batch = start(session)
            except BaseException:
                self.resign()
                raise
            self._send(batch.to_wake)
            started += batch.started
            if not batch.is_full:
                break
        if started:
            log.info("scheduler.started", runs=started)
        return started

    def resign(self) -> None:
        """Let another one lead, from its very next turn."""
        if self._session is not None:
            session, self._session = self._session, None
            with suppress(psycopg.Error):  # a session that is broken lets go by ending
                schedules.let_go_of_lead(session)
            session.close()
            self._pool.putconn(session)

    def _stand(self) -> Connection | None:
        """Return the session in which we lead, None while another one does."""
        session = self._pool.getconn()
        try:
            with session.transaction():
                leads = schedules.lead(session)
                if leads:
                    schedules.follow_all(session)
        except BaseException:
            session.close()
            self._pool.putconn(session)
            raise
        if not leads:
            self._pool.putconn(session)
            return None
        self._session = session
        log.info("scheduler.leads")
        return session


def start(conn: Connection) -> Batch:
    """Start what is due, up to BATCH schedules; send the wake-ups after the commit."""
    due = schedules.start_due(conn, BATCH)
    begun = [
        Wakeup(each.connection_id, POLL_QUEUES[each.kind])
        for each in due
        if each.starts and each.kind in POLL_QUEUES
    ]
    return Batch(len(begun), len(due) == BATCH, wakeups.wake(conn, begun))
